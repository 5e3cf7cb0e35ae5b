//! What the columns of a table mean.

use std::fmt;
use std::str::FromStr;

use sphere_math::direction::{of_longitude_latitude_deg, of_theta_phi};
use sphere_math::sampling::Shape;

use super::{Names, Table};
use crate::Precision;

/// Points, column by column, all columns of the same length. Nothing about their values is checked.
#[derive(Clone, Debug, PartialEq)]
pub enum PointSet {
    /// x, y, z of directions, rounded to the precision of their source.
    Directions([Vec<f64>; 3], Precision),
    /// x, y of points of the disk.
    Disk([Vec<f64>; 2], Precision),
    /// u0, u1, ... of points of the cube.
    Cube(Vec<Vec<f64>>),
}

/// How columns are to be read, where their names do not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Columns {
    /// x, y, z of directions.
    Xyz,
    /// Longitude and latitude of directions in degrees.
    LongitudeLatitudeDeg,
    /// Colatitude and longitude of directions in radians.
    ThetaPhi,
    /// x, y in the unit disk.
    Disk,
    /// Coordinates of the unit cube, as many as there are columns.
    Cube,
}

/// Columns that cannot be points.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PointsError {
    /// Names that mean nothing, or too few columns without names to know.
    #[error(
        "columns are {found}; points are x y z, x y, longitude_deg latitude_deg, theta_rad phi_rad \
         or u0 u1 ...; say which with one of {}",
        Columns::names()
    )]
    Unknown {
        /// The names that there are.
        found: String,
    },
    /// Not as many columns as the points need.
    #[error("{columns} needs {needed} columns; there are {given}")]
    Count {
        /// What was asked for.
        columns: Columns,
        /// Columns of the table.
        given: usize,
        /// Columns that it takes.
        needed: usize,
    },
    /// Points of the disk or the cube where directions are needed.
    #[error("these are points of the {0}; directions are needed: x y z, or angles")]
    NotDirections(&'static str),
    /// A name that is no kind of columns.
    #[error("columns are '{0}'; they must be one of {names}", names = Columns::names())]
    UnknownName(String),
}

impl Columns {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Xyz, Self::LongitudeLatitudeDeg, Self::ThetaPhi, Self::Disk, Self::Cube];

    /// The name that users write.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xyz => "xyz",
            Self::LongitudeLatitudeDeg => "lonlat-deg",
            Self::ThetaPhi => "theta-phi",
            Self::Disk => "disk",
            Self::Cube => "cube",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// How many columns there must be; `None` for any number.
    const fn count(self) -> Option<usize> {
        match self {
            Self::Xyz => Some(3),
            Self::LongitudeLatitudeDeg | Self::ThetaPhi | Self::Disk => Some(2),
            Self::Cube => None,
        }
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Columns {
    type Err = PointsError;

    fn from_str(name: &str) -> Result<Self, PointsError> {
        let unknown = || PointsError::UnknownName(name.chars().take(64).collect());
        Self::ALL.into_iter().find(|columns| columns.name() == name).ok_or_else(unknown)
    }
}

impl PointSet {
    /// The points of a table: as its columns are named, or as `columns` says. Three columns without
    /// names are x, y, z, one or more than three a cube; two could be anything. Columns with other
    /// names, such as the normals of a mesh, are left out. O(values).
    ///
    /// # Errors
    /// Columns of which nobody knows what they are.
    pub fn of(table: Table, columns: Option<Columns>) -> Result<Self, PointsError> {
        let precision = table.precision;
        let (columns, values) = match columns {
            Some(columns) => (columns, table.columns),
            None => guess(table)?,
        };
        let given = values.len();
        match columns.count() {
            Some(needed) if needed != given => {
                return Err(PointsError::Count { columns, given, needed });
            }
            _ => {}
        }
        let mut values = values.into_iter();
        let mut next = || values.next().unwrap_or_default();
        Ok(match columns {
            Columns::Xyz => Self::Directions([next(), next(), next()], precision),
            Columns::Disk => Self::Disk([next(), next()], precision),
            Columns::LongitudeLatitudeDeg => {
                directions([next(), next()], of_longitude_latitude_deg)
            }
            Columns::ThetaPhi => directions([next(), next()], of_theta_phi),
            Columns::Cube => Self::Cube(values.collect()),
        })
    }

    /// Points of a scheme: the columns that its shape has, in f64.
    #[must_use]
    pub fn of_shape(shape: Shape, columns: Vec<Vec<f64>>) -> Self {
        let mut columns = columns.into_iter();
        let mut next = || columns.next().unwrap_or_default();
        match shape {
            Shape::Directions => Self::Directions([next(), next(), next()], Precision::Double),
            Shape::Disk => Self::Disk([next(), next()], Precision::Double),
            Shape::Cube { .. } => Self::Cube(columns.collect()),
        }
    }

    /// The directions.
    ///
    /// # Errors
    /// Points of the disk or the cube.
    pub fn directions(self) -> Result<[Vec<f64>; 3], PointsError> {
        match self {
            Self::Directions(columns, _) => Ok(columns),
            Self::Disk(..) => Err(PointsError::NotDirections("disk")),
            Self::Cube(_) => Err(PointsError::NotDirections("cube")),
        }
    }
}

/// Directions of angles have length 1 whatever the angles were rounded to.
fn directions(
    [first, second]: [Vec<f64>; 2],
    direction: impl Fn([f64; 2]) -> [f64; 3],
) -> PointSet {
    let mut columns = [(); 3].map(|()| Vec::with_capacity(first.len()));
    for (first, second) in first.into_iter().zip(second) {
        for (column, value) in columns.iter_mut().zip(direction([first, second])) {
            column.push(value);
        }
    }
    PointSet::Directions(columns, Precision::Double)
}

/// What the names say, with the columns that are meant in their order.
fn guess(table: Table) -> Result<(Columns, Vec<Vec<f64>>), PointsError> {
    const NAMED: [(&[&str], Columns); 7] = [
        (&["x", "y", "z"], Columns::Xyz),
        (&["x", "y"], Columns::Disk),
        (&["longitude_deg", "latitude_deg"], Columns::LongitudeLatitudeDeg),
        (&["longitude", "latitude"], Columns::LongitudeLatitudeDeg),
        (&["lon", "lat"], Columns::LongitudeLatitudeDeg),
        (&["theta_rad", "phi_rad"], Columns::ThetaPhi),
        (&["theta", "phi"], Columns::ThetaPhi),
    ];
    let names: Vec<String> = table.names.iter().map(|name| name.to_lowercase()).collect();
    let unknown = || {
        let some: Vec<&str> = names.iter().take(8).map(String::as_str).collect();
        let found: String = some.join(" ").chars().take(100).collect();
        PointsError::Unknown { found }
    };
    if table.named == Names::Numbered {
        return match table.columns.len() {
            3 => Ok((Columns::Xyz, table.columns)),
            0 | 2 => Err(unknown()),
            _ => Ok((Columns::Cube, table.columns)),
        };
    }
    if !names.is_empty() && names.iter().zip(0..).all(|(name, at)| *name == format!("u{at}")) {
        return Ok((Columns::Cube, table.columns));
    }
    let place = |wanted: &&str| names.iter().position(|name| name == wanted);
    for (wanted, columns) in NAMED {
        let places: Option<Vec<usize>> = wanted.iter().map(place).collect();
        if let Some(places) = places {
            let mut values = table.columns;
            let taken = places.into_iter().map(|at| std::mem::take(&mut values[at])).collect();
            return Ok((columns, taken));
        }
    }
    Err(unknown())
}

#[cfg(test)]
mod tests {
    use super::{Columns, PointSet, PointsError};
    use crate::Precision;
    use crate::read::{ReadOptions, read_stream};

    fn points(text: &str, columns: Option<Columns>) -> Result<PointSet, PointsError> {
        let table = read_stream(text.as_bytes(), &ReadOptions::new(100)).unwrap();
        PointSet::of(table, columns)
    }

    #[test]
    fn names_say_what_points_are() {
        let xyz = PointSet::Directions([vec![1.0], vec![0.0], vec![0.0]], Precision::Double);
        let disk = PointSet::Disk([vec![1.0], vec![0.0]], Precision::Double);
        let table = [
            ("x,y,z\n1,0,0\n", xyz.clone()),
            ("z,X,Y\n0,1,0\n", xyz.clone()),
            ("x,y,z,nx\n1,0,0,5\n", xyz.clone()),
            ("1,0,0\n", xyz.clone()),
            ("longitude_deg,latitude_deg\n0,0\n", xyz.clone()),
            ("lat,lon\n0,0\n", xyz),
            ("x,y\n1,0\n", disk),
            ("u0,u1\n0.5,0.25\n", PointSet::Cube(vec![vec![0.5], vec![0.25]])),
            ("0.5\n", PointSet::Cube(vec![vec![0.5]])),
        ];
        for (text, expected) in table {
            assert_eq!(points(text, None), Ok(expected), "{text}");
        }
        for unknown in ["0.5,0.25\n", "a,b,c\n1,2,3\n", "u1,u2\n0,0\n", "x,z\n0,0\n"] {
            let error = points(unknown, None).unwrap_err();
            assert!(matches!(error, PointsError::Unknown { .. }), "{unknown}: {error}");
        }
    }

    #[test]
    fn whoever_asks_may_say_it() {
        let pole = points("90,90\n", Some(Columns::LongitudeLatitudeDeg)).unwrap();
        let [x, y, z] = pole.directions().unwrap();
        assert_eq!((x[0], y[0], z[0]), (0.0, 0.0, 1.0));
        let cube = points("x,y\n0.5,0.5\n", Some(Columns::Cube)).unwrap();
        assert_eq!(cube.directions(), Err(PointsError::NotDirections("cube")));
        let error = points("1,2,3\n", Some(Columns::Disk)).unwrap_err();
        assert_eq!(error.to_string(), "disk needs 2 columns; there are 3");
        for columns in Columns::ALL {
            assert_eq!(columns.name().parse(), Ok(columns));
        }
        assert!("what".parse::<Columns>().is_err());
    }
}
