//! The schemes by name, and which parameters each has.

use std::fmt;

use super::ParameterError;
use super::value::Named;

/// Every parameter of every scheme.
pub(super) const NAMES: [&str; 13] = [
    "count",
    "start",
    "total",
    "seed",
    "method",
    "scramble",
    "randomisation",
    "dimensions",
    "order",
    "ordering",
    "placement",
    "columns",
    "precision",
];

/// A scheme, as users name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SchemeKind {
    /// `fibonacci`: the spherical Fibonacci lattice.
    Fibonacci,
    /// `disk`: the Fibonacci lattice of the unit disk.
    Disk,
    /// `random`: independent directions.
    Random,
    /// `sobol`: a Sobol sequence of directions, or of points of the cube.
    Sobol,
    /// `pixels`: HEALPix centres.
    Pixels,
}

impl SchemeKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Fibonacci, Self::Disk, Self::Random, Self::Sobol, Self::Pixels];

    /// The name that users write.
    #[must_use]
    pub fn name(self) -> &'static str {
        Named::name(self)
    }

    /// The parameters that the scheme has.
    #[must_use]
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Fibonacci => &["count", "start", "total", "placement", "columns", "precision"],
            Self::Disk => &["count", "start", "total", "precision"],
            Self::Random => &["count", "start", "seed", "method", "columns", "precision"],
            Self::Sobol => &[
                "count",
                "start",
                "scramble",
                "seed",
                "randomisation",
                "dimensions",
                "columns",
                "precision",
            ],
            Self::Pixels => &["count", "start", "order", "ordering", "columns", "precision"],
        }
    }

    /// The scheme's parameter of this name.
    pub(super) fn parameter(self, name: &str) -> Result<&'static str, ParameterError> {
        let known = NAMES.into_iter().find(|&known| known == name);
        let parameter = known.ok_or_else(|| ParameterError::unknown(name))?;
        if self.parameters().contains(&parameter) {
            Ok(parameter)
        } else {
            Err(ParameterError::NotForScheme { parameter, scheme: self })
        }
    }
}

impl fmt::Display for SchemeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
