//! The one place where sets of points are checked. A set that exists can be judged.

use super::{MAX_POINTS, QualityError};

/// What the coordinates were rounded to before they came here: it says how far from the unit sphere
/// (or the rim of the disk) rounding can explain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// f64 or decimals of it. Allows 1e-12: a thousand times what rounding three coordinates does
    /// (2e-16), for directions that come from a chain of calculations; still far below any distance
    /// that is judged here.
    #[default]
    Double,
    /// f32, or decimals of six places. Rounding to f32 moves a direction by at most 6e-8 times
    /// sqrt(3), six decimals by 9e-7: 1e-6 is allowed.
    Single,
}

impl Precision {
    /// The largest distance from the unit sphere that passes.
    #[must_use]
    pub const fn tolerance(self) -> f64 {
        match self {
            Self::Double => 1e-12,
            Self::Single => 1e-6,
        }
    }
}

/// Checked directions: 1 ..= 2^32 - 1 of them, finite, of length 1 within a [`Precision`].
#[derive(Clone, Copy, Debug)]
pub struct Directions<'a> {
    columns: [&'a [f64]; 3],
}

/// Checked points of the unit disk.
#[derive(Clone, Copy, Debug)]
pub struct DiskPoints<'a> {
    columns: [&'a [f64]; 2],
}

/// Checked points of \[0, 1)^d, one column per dimension.
#[derive(Clone, Copy, Debug)]
pub struct CubePoints<'a> {
    columns: &'a [&'a [f64]],
}

impl<'a> Directions<'a> {
    /// Checks columns x, y, z. O(n).
    ///
    /// # Errors
    /// An empty set, columns of different lengths, a value that is no finite number, a point that is
    /// off the sphere by more than the precision explains (the worst one is named).
    pub fn new(
        x: &'a [f64],
        y: &'a [f64],
        z: &'a [f64],
        precision: Precision,
    ) -> Result<Self, QualityError> {
        let points = Self { columns: [x, y, z] };
        check_columns(&points.columns)?;
        points.check_lengths(precision.tolerance())?;
        Ok(points)
    }

    /// The number of points, at least 1.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns[0].len()
    }

    /// The columns x, y, z.
    #[must_use]
    pub fn columns(&self) -> [&'a [f64]; 3] {
        self.columns
    }

    /// Point `index`; `index < count`.
    pub(super) fn point(&self, index: usize) -> [f64; 3] {
        self.columns.map(|column| column[index])
    }

    fn check_lengths(&self, allowed: f64) -> Result<(), QualityError> {
        let (mut worst, mut outside) = ((0.0, 0), 0);
        for index in 0..self.count() {
            let distance = (length(&self.point(index)) - 1.0).abs();
            outside += usize::from(distance > allowed);
            if distance > worst.0 {
                worst = (distance, index);
            }
        }
        let (distance, index) = worst;
        if outside == 0 {
            Ok(())
        } else {
            Err(QualityError::OffSphere { index, distance, allowed, outside })
        }
    }
}

/// A copy of some of the directions, of length one to the last bits: what the precision of their
/// source took from their length must not count as unevenness.
pub(super) struct UnitBlock {
    columns: [Vec<f64>; 3],
}

impl UnitBlock {
    /// `range` is within the set.
    pub(super) fn new(points: &Directions<'_>, range: core::ops::Range<usize>) -> Self {
        let mut columns = [(); 3].map(|()| Vec::with_capacity(range.len()));
        for index in range {
            let point = points.point(index);
            let scale = 1.0 / length(&point);
            for (column, coordinate) in columns.iter_mut().zip(point) {
                column.push(coordinate * scale);
            }
        }
        Self { columns }
    }

    pub(super) fn len(&self) -> usize {
        self.columns[0].len()
    }

    pub(super) fn columns(&self) -> [&[f64]; 3] {
        self.first(self.len())
    }

    /// The columns of the first `count` points.
    pub(super) fn first(&self, count: usize) -> [&[f64]; 3] {
        self.columns.each_ref().map(|column| &column[..count])
    }

    pub(super) fn point(&self, index: usize) -> [f64; 3] {
        self.columns.each_ref().map(|column| column[index])
    }
}

impl<'a> DiskPoints<'a> {
    /// Checks columns x, y. O(n).
    ///
    /// # Errors
    /// As [`Directions::new`]; here a point may lie anywhere within the unit disk.
    pub fn new(x: &'a [f64], y: &'a [f64], precision: Precision) -> Result<Self, QualityError> {
        let points = Self { columns: [x, y] };
        check_columns(&points.columns)?;
        let allowed = precision.tolerance();
        for index in 0..points.count() {
            let distance = length(&points.point(index)) - 1.0;
            if distance > allowed {
                return Err(QualityError::OutsideDisk { index, distance, allowed });
            }
        }
        Ok(points)
    }

    /// The number of points, at least 1.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns[0].len()
    }

    /// The columns x, y.
    #[must_use]
    pub fn columns(&self) -> [&'a [f64]; 2] {
        self.columns
    }

    /// Point `index`; `index < count`.
    pub(super) fn point(&self, index: usize) -> [f64; 2] {
        self.columns.map(|column| column[index])
    }
}

impl<'a> CubePoints<'a> {
    /// Checks one column per dimension. O(n d).
    ///
    /// # Errors
    /// An empty set, columns of different lengths, a value that is no number of \[0, 1).
    pub fn new(columns: &'a [&'a [f64]]) -> Result<Self, QualityError> {
        check_columns(columns)?;
        for (column, values) in columns.iter().enumerate() {
            if let Some(index) = values.iter().position(|value| !(0.0..1.0).contains(value)) {
                return Err(QualityError::OutsideCube { index, column, value: values[index] });
            }
        }
        Ok(Self { columns })
    }

    /// The number of points, at least 1.
    #[must_use]
    pub fn count(&self) -> usize {
        self.columns[0].len()
    }

    /// The number of dimensions, at least 1.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.columns.len()
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &'a [&'a [f64]] {
        self.columns
    }
}

/// At least one column, equally long, not empty, not too long, all finite.
fn check_columns(columns: &[&[f64]]) -> Result<(), QualityError> {
    let points = columns.first().map_or(0, |column| column.len());
    for (column, values) in columns.iter().enumerate() {
        if values.len() != points {
            let length = values.len();
            return Err(QualityError::ColumnLength { column, length, expected: points });
        }
    }
    if points == 0 {
        return Err(QualityError::Empty);
    }
    if points as u64 > MAX_POINTS {
        return Err(QualityError::TooMany { points });
    }
    for (column, values) in columns.iter().enumerate() {
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(QualityError::NotFinite { index, column, value: values[index] });
        }
    }
    Ok(())
}

/// Values that are finite may have squares that are not: the length is then infinite, and refused.
fn length<const N: usize>(point: &[f64; N]) -> f64 {
    point.iter().map(|x| x * x).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::{CubePoints, Directions, DiskPoints, Precision, QualityError};

    const DOUBLE: Precision = Precision::Double;

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        fn directions(x: &[f64], y: &[f64], z: &[f64]) -> Result<(), QualityError> {
            Directions::new(x, y, z, DOUBLE).map(|_| ())
        }
        let [zero, one] = [&[0.0, 0.0], &[1.0, 1.0]];
        assert_eq!(directions(&[], &[], &[]), Err(QualityError::Empty));
        assert_eq!(directions(zero, zero, one), Ok(()));
        assert_eq!(
            directions(zero, &[0.0], one),
            Err(QualityError::ColumnLength { column: 1, length: 1, expected: 2 })
        );
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = directions(zero, zero, &[1.0, bad]).unwrap_err();
            assert!(matches!(error, QualityError::NotFinite { index: 1, column: 2, .. }), "{bad}");
        }
        assert_eq!(
            directions(&[0.0, 0.0, 0.0], &[0.0; 3], &[1.5, -3.0, 1.0]),
            Err(QualityError::OffSphere { index: 1, distance: 2.0, allowed: 1e-12, outside: 2 })
        );
        // The square overflows; the point is off the sphere all the same.
        assert!(directions(zero, zero, &[1.0, f64::MAX]).is_err());
    }

    #[test]
    fn the_precision_of_the_source_decides() {
        let z = [1.0 + 5e-13, 1.0 - 5e-7];
        let check = |z: &[f64], precision| Directions::new(&[0.0], &[0.0], z, precision).is_ok();
        assert!(check(&z[..1], DOUBLE));
        assert!(!check(&z[1..], DOUBLE));
        assert!(check(&z[1..], Precision::Single));
        assert!(!check(&[1.0 + 2e-6], Precision::Single));
    }

    #[test]
    fn disk_and_cube() {
        assert!(DiskPoints::new(&[0.0, 1.0], &[0.0, 0.0], DOUBLE).is_ok());
        let outside = DiskPoints::new(&[0.0, 1.0], &[0.0, 1.0], DOUBLE);
        assert!(matches!(outside, Err(QualityError::OutsideDisk { index: 1, .. })));
        assert!(CubePoints::new(&[&[0.0, 0.999], &[0.5, 0.5]]).is_ok());
        for bad in [1.0, -1e-300, 2.0] {
            let error = CubePoints::new(&[&[0.0, 0.5], &[0.5, bad]]).unwrap_err();
            assert_eq!(error, QualityError::OutsideCube { index: 1, column: 1, value: bad });
        }
        assert_eq!(CubePoints::new(&[]).unwrap_err(), QualityError::Empty);
        let message = QualityError::OutsideCube { index: 7, column: 2, value: 1.5 }.to_string();
        assert_eq!(message, "point 7 has 1.5 in column 2; the cube is [0, 1)");
    }
}
