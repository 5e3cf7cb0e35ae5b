//! How a file of points is read.

use clap::Args;

use super::formats;

const INPUT: &str = "How files are read";

/// What a file does not say of itself.
#[derive(Args, Debug)]
pub(crate) struct InputArguments {
    /// The format of the file [default: told by its first bytes, then by its suffix]
    #[arg(long, value_name = "F", help_heading = INPUT, value_parser = formats())]
    pub(crate) input_format: Option<String>,
    /// What the columns are [default: as they are named; three without names are x, y, z]
    #[arg(long = "as", value_name = "COLUMNS", help_heading = INPUT, value_parser = super::point_columns())]
    pub(crate) columns_are: Option<String>,
    /// raw: how many columns a row has [default: 3]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    pub(crate) raw_columns: Option<usize>,
    /// raw: the type of the values [default: f64]
    #[arg(long, value_name = "P", help_heading = INPUT, value_parser = super::choices("precision"))]
    pub(crate) raw_precision: Option<String>,
}
