//! What several texts share.

pub(crate) mod wgsl {
    /// Bindings, the entry point, and how rows are written.
    pub(crate) const MAIN: &str = include_str!("parts/main.wgsl");
    /// 64-bit integers.
    pub(crate) const WIDE: &str = include_str!("parts/wide.wgsl");
    /// Sine and cosine.
    pub(crate) const TURN: &str = include_str!("parts/turn.wgsl");
    /// From height and azimuth to a direction.
    pub(crate) const LIFT: &str = include_str!("parts/lift.wgsl");
    /// Random words.
    pub(crate) const PHILOX: &str = include_str!("parts/philox.wgsl");
}

pub(crate) mod cuda {
    /// Integers, the words of a launch, and how rows are written.
    pub(crate) const MAIN: &str = include_str!("parts/main.cuh");
    /// What is rounded once, under the same names in both precisions.
    pub(crate) const REAL: &str = include_str!("parts/real.cuh");
    /// Sine and cosine.
    pub(crate) const TURN: &str = include_str!("parts/turn.cuh");
    /// From height and azimuth to a direction.
    pub(crate) const LIFT: &str = include_str!("parts/lift.cuh");
    /// Random words.
    pub(crate) const PHILOX: &str = include_str!("parts/philox.cuh");
}
