//! What can be wrong with a request, in the words of the person who made it.

use sphere_math::sampling::SampleError;

use super::SchemeKind;
use super::scheme_kind::NAMES;

/// A parameter that cannot be used. The message names it and says what is allowed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// No scheme has such a parameter.
    #[error("unknown parameter '{name}'; there are {}", NAMES.join(", "))]
    Unknown {
        /// The name given.
        name: String,
    },
    /// Another scheme has it.
    #[error(
        "{parameter} is no parameter of {scheme}, which has {}",
        scheme.parameters().join(", ")
    )]
    NotForScheme {
        /// The parameter given.
        parameter: &'static str,
        /// The scheme asked for.
        scheme: SchemeKind,
    },
    /// Given more than once.
    #[error("{parameter} is given twice")]
    Duplicate {
        /// The parameter.
        parameter: &'static str,
    },
    /// Text that is no value of the parameter.
    #[error("{parameter} is '{value}'; it must be {expected}")]
    Invalid {
        /// The parameter.
        parameter: &'static str,
        /// The text given.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// Nothing can stand in for it.
    #[error("{parameter} is missing; {scheme} needs it")]
    Missing {
        /// The parameter.
        parameter: &'static str,
        /// The scheme asked for.
        scheme: SchemeKind,
    },
    /// A value that the scheme refuses.
    #[error("{source}")]
    OutOfRange {
        /// The parameter.
        parameter: &'static str,
        /// What the scheme allows.
        source: SampleError,
    },
    /// More points than there are.
    #[error(
        "start + count is {start} + {count}, past the end of the sequence, which has {points} points"
    )]
    PastTheEnd {
        /// First index.
        start: u64,
        /// Points from there.
        count: u64,
        /// Points that there are.
        points: u64,
    },
    /// A parameter of a scramble without one.
    #[error("{parameter} changes nothing unless scramble is shift or owen")]
    NeedsScramble {
        /// The parameter.
        parameter: &'static str,
    },
    /// Angles were asked for of points that are no directions.
    #[error("columns are angles, which points of the cube (dimensions) do not have; leave one out")]
    AnglesOfTheCube,
    /// A scheme of which the nearest point cannot be asked for.
    #[error("{scheme} has no nearest points; the lattice of fibonacci has")]
    NoNearest {
        /// The scheme asked for.
        scheme: SchemeKind,
    },
}

impl ParameterError {
    pub(crate) fn unknown(name: &str) -> Self {
        Self::Unknown { name: name.chars().take(64).collect() }
    }

    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown_parameter",
            Self::NotForScheme { .. } => "parameter_not_for_scheme",
            Self::Duplicate { .. } => "duplicate_parameter",
            Self::Invalid { .. } => "invalid_value",
            Self::Missing { .. } => "missing_parameter",
            Self::OutOfRange { .. } => "out_of_range",
            Self::PastTheEnd { .. } => "past_the_end",
            Self::NeedsScramble { .. } => "needs_scramble",
            Self::AnglesOfTheCube => "angles_of_the_cube",
            Self::NoNearest { .. } => "no_nearest",
        }
    }

    /// The parameter to change.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Self::Unknown { name } => name,
            Self::NotForScheme { parameter, .. }
            | Self::Duplicate { parameter }
            | Self::Invalid { parameter, .. }
            | Self::Missing { parameter, .. }
            | Self::OutOfRange { parameter, .. }
            | Self::NeedsScramble { parameter } => parameter,
            Self::PastTheEnd { .. } => "count",
            Self::AnglesOfTheCube => "columns",
            Self::NoNearest { .. } => "scheme",
        }
    }
}
