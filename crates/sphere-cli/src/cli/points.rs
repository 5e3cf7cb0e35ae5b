//! Which points: the parameters of a scheme, by the names that all front ends share.

use clap::Args;

use super::choices;

const POINTS: &str = "Which points";

/// The parameters of a scheme.
#[derive(Args, Debug)]
pub(crate) struct PointArguments {
    /// How many points to write [pixels: all 12 Nside²; with --total: all from --start on]
    #[arg(long, value_name = "N", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) count: Option<String>,
    /// The index of the first point [default: 0]
    #[arg(long, value_name = "K", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) start: Option<String>,
    /// fibonacci, disk: points of the whole lattice, up to 2^52 [default: start + count]
    #[arg(long, value_name = "N", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) total: Option<String>,
    /// fibonacci: quadrature (bands of equal area), packing (the largest smallest distance; leaves
    /// a hole at the poles), spacing (the largest mean distance), or offset:E (0 puts points on the
    /// poles) [default: quadrature]
    #[arg(long, value_name = "GOAL", help_heading = POINTS)]
    pub(crate) placement: Option<String>,
    /// random, and sobol with a scramble: which sequence [default: 0]
    #[arg(long, value_name = "S", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) seed: Option<String>,
    /// random: how random words become a direction [default: cylinder]
    #[arg(long, value_name = "M", help_heading = POINTS, value_parser = choices("method"))]
    pub(crate) method: Option<String>,
    /// sobol: points of [0, 1)^D, up to 21201, instead of directions
    #[arg(long, value_name = "D", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) dimensions: Option<String>,
    /// sobol: how the sequence is randomised [default: none]
    #[arg(long, value_name = "C", help_heading = POINTS, value_parser = choices("scramble"))]
    pub(crate) scramble: Option<String>,
    /// sobol with a scramble: which of the seed's independent randomisations [default: 0]
    #[arg(long, value_name = "R", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) randomisation: Option<String>,
    /// pixels: Nside = 2^K, 0 to 29
    #[arg(long, value_name = "K", help_heading = POINTS, allow_negative_numbers = true)]
    pub(crate) order: Option<String>,
    /// pixels: how they are numbered [default: ring]
    #[arg(long, value_name = "O", help_heading = POINTS, value_parser = choices("ordering"))]
    pub(crate) ordering: Option<String>,
    /// Directions as x, y, z, as longitude and latitude in degrees, or as colatitude and longitude
    /// in radians [default: xyz]
    #[arg(long, value_name = "COLUMNS", help_heading = POINTS, value_parser = choices("columns"))]
    pub(crate) columns: Option<String>,
    /// The type of the values [default: f64]
    #[arg(long, value_name = "P", help_heading = POINTS, value_parser = choices("precision"))]
    pub(crate) precision: Option<String>,
}

impl PointArguments {
    /// The parameters of the sampling request, by the names that all front ends share.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        [
            ("count", &self.count),
            ("start", &self.start),
            ("total", &self.total),
            ("placement", &self.placement),
            ("seed", &self.seed),
            ("method", &self.method),
            ("dimensions", &self.dimensions),
            ("scramble", &self.scramble),
            ("randomisation", &self.randomisation),
            ("order", &self.order),
            ("ordering", &self.ordering),
            ("columns", &self.columns),
            ("precision", &self.precision),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }
}
