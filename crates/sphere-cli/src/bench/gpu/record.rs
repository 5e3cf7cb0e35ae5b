//! What was measured, as data.

use serde::Serialize;

use crate::bench::statistics::Summary;

/// All of one run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Record {
    pub(super) sphere: &'static str,
    pub(super) draws: u32,
    pub(super) device: String,
    pub(super) driver: String,
    pub(super) memory_bytes: Option<String>,
    /// The processor beside it: instruction set and threads.
    pub(super) host: String,
    /// When it was, in seconds since 1970.
    pub(super) unix_seconds: u64,
    pub(super) seconds: f64,
    pub(super) rows: Vec<Row>,
}

/// A figure against its goal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    /// What the figure is, in words.
    pub(super) of: &'static str,
    #[serde(flatten)]
    pub(super) figure: Figure,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Figure {
    Measured {
        value: f64,
        /// The width of the middle half of the runs, as a share of the median; `None` of a single one.
        spread: Option<f64>,
        goal: Goal,
        met: bool,
        /// The absolute rates behind a ratio.
        absolute: String,
    },
    /// It could not be measured, and why.
    Missing { missing: String },
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    pub(super) fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl Row {
    pub(super) fn measured(
        name: impl Into<String>,
        of: &'static str,
        summary: Summary,
        goal: Goal,
        absolute: String,
    ) -> Self {
        Self::of(name.into(), of, summary.median, Some(summary.spread), goal, absolute)
    }

    /// A figure that was measured once.
    pub(super) fn once(
        name: impl Into<String>,
        of: &'static str,
        value: f64,
        goal: Goal,
        absolute: String,
    ) -> Self {
        Self::of(name.into(), of, value, None, goal, absolute)
    }

    fn of(
        name: String,
        of: &'static str,
        value: f64,
        spread: Option<f64>,
        goal: Goal,
        absolute: String,
    ) -> Self {
        let met = goal.is_met(value);
        Self { name, of, figure: Figure::Measured { value, spread, goal, met, absolute } }
    }

    pub(super) fn missing(name: impl Into<String>, of: &'static str, why: &dyn ToString) -> Self {
        Self { name: name.into(), of, figure: Figure::Missing { missing: why.to_string() } }
    }
}

/// The ratio of what was measured in the same rounds, of each round.
pub(super) fn ratios(numerators: &[f64], denominators: &[f64]) -> Summary {
    Summary::of(numerators.iter().zip(denominators).map(|(one, other)| one / other).collect())
}
