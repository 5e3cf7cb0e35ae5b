//! What can be wrong with a set of points.

use super::MAX_POINTS;

/// Why a set of points cannot be judged. Every variant names the place and what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QualityError {
    /// No points, or points of no coordinates.
    #[error("the set is empty; it needs at least one point with at least one coordinate")]
    Empty,
    /// More points than the tables of the cell grid can number.
    #[error("the set has {points} points; at most {MAX_POINTS} (2^32 - 1) are judged")]
    TooMany {
        /// What was given.
        points: usize,
    },
    /// Columns that are not equally long.
    #[error("column {column} has {length} values; column 0 has {expected}, and all need as many")]
    ColumnLength {
        /// The first column that differs.
        column: usize,
        /// Its length.
        length: usize,
        /// The length of column 0.
        expected: usize,
    },
    /// NaN or an infinity.
    #[error("point {index} has {value} in column {column}; coordinates must be finite numbers")]
    NotFinite {
        /// The first such point.
        index: usize,
        /// The column.
        column: usize,
        /// What stands there.
        value: f64,
    },
    /// A direction whose length is not one, within the precision of its source.
    #[error(
        "point {index} lies {distance:e} off the unit sphere; at most {allowed:e} is allowed, and \
         {outside} of the points are further off"
    )]
    OffSphere {
        /// The point that is furthest off (the first of such).
        index: usize,
        /// | |x| - 1 |.
        distance: f64,
        /// What rounding explains.
        allowed: f64,
        /// How many points are outside.
        outside: usize,
    },
    /// A point beyond the unit disk.
    #[error(
        "point {index} lies {distance:e} outside the unit disk; at most {allowed:e} is allowed"
    )]
    OutsideDisk {
        /// The first such point.
        index: usize,
        /// |x| - 1.
        distance: f64,
        /// What rounding explains.
        allowed: f64,
    },
    /// A coordinate outside the cube, which has 0 and lacks 1.
    #[error("point {index} has {value} in column {column}; the cube is [0, 1)")]
    OutsideCube {
        /// The first such point.
        index: usize,
        /// The column.
        column: usize,
        /// What stands there.
        value: f64,
    },
}
