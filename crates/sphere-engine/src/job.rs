//! What to compute, as data.

use std::ops::Range;

use sphere_math::DRAW_VERSION;
use sphere_math::sampling::{SampleError, Scheme, Shape};

/// A range of points of a scheme, in some coordinates and precision. Plain data that has been
/// checked: a job that exists can be computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    scheme: Scheme,
    range: Range<u64>,
    shape: Shape,
    coordinates: Coordinates,
    precision: Precision,
}

/// What the columns of directions are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Coordinates {
    /// Those of the scheme: x, y, z of directions, x, y of the disk, u0, u1, ... of the cube.
    #[default]
    Native,
    /// Longitude in \[0, 360) and latitude in \[-90, 90\], degrees.
    LongitudeLatitudeDeg,
    /// Colatitude in \[0, pi\] and longitude in \[0, 2 pi), radians.
    ThetaPhi,
}

impl Coordinates {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Native, Self::LongitudeLatitudeDeg, Self::ThetaPhi];
}

/// The type of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// f64.
    #[default]
    Double,
    /// f32.
    Single,
}

impl Precision {
    /// As users and files say it: `f64`, `f32`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Double => "f64",
            Self::Single => "f32",
        }
    }

    /// Bytes of a value.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Double => 8,
            Self::Single => 4,
        }
    }
}

impl Job {
    /// Only the validation layer makes jobs: [`SampleParameters::job`](crate::SampleParameters::job).
    /// It has seen to it that angles are asked for of directions only.
    pub(crate) fn new(
        scheme: Scheme,
        range: Range<u64>,
        coordinates: Coordinates,
        precision: Precision,
    ) -> Result<Self, SampleError> {
        let extent = scheme.extent()?;
        extent.check(&range)?;
        Ok(Self { scheme, range, shape: extent.shape, coordinates, precision })
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// The indices of the points.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.range.clone()
    }

    /// The same job for some of its points only; `None` if it has not got them all.
    #[must_use]
    pub fn part(&self, range: Range<u64>) -> Option<Self> {
        let inside = self.range.start <= range.start
            && range.start <= range.end
            && range.end <= self.range.end;
        inside.then(|| Self { range, ..self.clone() })
    }

    /// Bytes of a point in files and streams.
    #[must_use]
    pub fn row_bytes(&self) -> usize {
        self.columns() * self.precision.bytes()
    }

    /// The number of points.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// What a point of the scheme is.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// What the columns are.
    #[must_use]
    pub fn coordinates(&self) -> Coordinates {
        self.coordinates
    }

    /// The type of the values.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The version of the draws that the job asks for.
    #[must_use]
    pub fn draws(&self) -> u32 {
        DRAW_VERSION
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self.coordinates {
            Coordinates::Native => self.shape.columns(),
            Coordinates::LongitudeLatitudeDeg | Coordinates::ThetaPhi => 2,
        }
    }

    /// The names of the columns, as files head them.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        let names: &[&str] = match (self.coordinates, self.shape) {
            (Coordinates::LongitudeLatitudeDeg, _) => &["longitude_deg", "latitude_deg"],
            (Coordinates::ThetaPhi, _) => &["theta_rad", "phi_rad"],
            (Coordinates::Native, Shape::Directions) => &["x", "y", "z"],
            (Coordinates::Native, Shape::Disk) => &["x", "y"],
            (Coordinates::Native, Shape::Cube { dimensions }) => {
                return (0..dimensions).map(|dimension| format!("u{dimension}")).collect();
            }
        };
        names.iter().map(ToString::to_string).collect()
    }

    /// The same points in the coordinates of the scheme, in f64: what a picture is drawn from.
    #[must_use]
    pub fn native(&self) -> Self {
        Self { coordinates: Coordinates::Native, precision: Precision::Double, ..self.clone() }
    }
}
