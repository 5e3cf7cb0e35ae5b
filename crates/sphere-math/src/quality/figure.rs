//! A figure, how sure it is, and what to compare it with.

/// A measured number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Exact but for rounding.
    Exact(f64),
    /// Unbiased, from a sample that depends on nothing but the number of points.
    Estimate {
        /// The estimate.
        value: f64,
        /// Its standard error, estimated from the same sample.
        standard_error: f64,
    },
    /// The number lies between these two, both included.
    Bracket {
        /// The lower end.
        lo: f64,
        /// The upper end.
        hi: f64,
    },
}

/// Where a number to compare with comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// An exact expectation, for every number of points.
    Exact,
    /// No set of so many points is better; some sizes reach it.
    Bound,
    /// Right in the limit of many points.
    Asymptotic,
    /// Right in the limit of many points if a conjecture holds.
    Conjecture,
}

/// A number to compare with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference {
    /// The number.
    pub value: f64,
    /// Where it comes from.
    pub basis: Basis,
}

/// A figure of a set, beside those of a perfect and of a random set of the same size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// What was measured.
    pub value: Value,
    /// A set that is as good as can be, where that is known.
    pub perfect: Option<Reference>,
    /// The expectation for independent, uniformly distributed points, where that is known.
    pub random: Option<Reference>,
}

impl Value {
    /// One number: the value, or the middle of the bracket.
    #[must_use]
    pub fn central(self) -> f64 {
        match self {
            Self::Exact(value) | Self::Estimate { value, .. } => value,
            Self::Bracket { lo, hi } => 0.5 * (lo + hi),
        }
    }

    /// The value times a positive number.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(value * factor),
            Self::Estimate { value, standard_error } => {
                Self::Estimate { value: value * factor, standard_error: standard_error * factor }
            }
            Self::Bracket { lo, hi } => Self::Bracket { lo: lo * factor, hi: hi * factor },
        }
    }
}

impl Basis {
    /// A number of this kind.
    pub(super) fn of(self, value: f64) -> Reference {
        Reference { value, basis: self }
    }
}

impl Reference {
    /// The reference times a positive number.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self { value: self.value * factor, ..self }
    }
}

impl Figure {
    /// Everything times a positive number, for example a distance times sqrt(n).
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            value: self.value.scaled(factor),
            perfect: self.perfect.map(|reference| reference.scaled(factor)),
            random: self.random.map(|reference| reference.scaled(factor)),
        }
    }
}
