//! What can be wrong with a job that somebody submits.

use sphere_engine::ParameterError;

use super::Kind;

/// A job that cannot be done by anybody. The message says what to change.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// There is no such kind of work.
    #[error("unknown kind '{kind}'; there are {}", Kind::ALL.map(Kind::name).join(", "))]
    UnknownKind {
        /// The kind given.
        kind: String,
    },
    /// The parameters are no object.
    #[error("parameters must be an object, such as {{\"scheme\":\"fibonacci\",\"count\":1000}}")]
    NoObject,
    /// A value that is neither text nor a number.
    #[error("{name} must be a string or a number")]
    NoText {
        /// The parameter.
        name: String,
    },
    /// A parameter that cannot be used.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// More than one job may be.
    #[error("count is {count}; a job of kind {kind} has at most {most} such points")]
    TooManyPoints {
        /// Which kind.
        kind: Kind,
        /// Points asked for.
        count: u64,
        /// So many may be.
        most: u64,
    },
    /// Something that makes no difference to the result.
    #[error("{parameter} changes nothing: points are judged as f64 in their own coordinates")]
    ChangesNothing {
        /// The parameter.
        parameter: &'static str,
    },
    /// The directions of a search are not where they should be.
    #[error(
        "directions must name stored bytes: rows of x, y and z as f64, little-endian, by their SHA-256"
    )]
    Directions,
}

impl TaskError {
    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownKind { .. } => "unknown_kind",
            Self::NoObject => "invalid_parameters",
            Self::NoText { .. } | Self::Directions => "invalid_value",
            Self::Parameter(error) => error.code(),
            Self::TooManyPoints { .. } => "too_many_points",
            Self::ChangesNothing { .. } => "parameter_not_for_kind",
        }
    }

    /// The parameter to change, where it is one.
    #[must_use]
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::UnknownKind { .. } => Some("kind"),
            Self::NoObject => Some("parameters"),
            Self::NoText { name } => Some(name),
            Self::Parameter(error) => Some(error.parameter()),
            Self::TooManyPoints { .. } => Some("count"),
            Self::ChangesNothing { parameter } => Some(parameter),
            Self::Directions => Some("directions"),
        }
    }
}
