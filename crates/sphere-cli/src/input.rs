//! Points from a file or from standard input.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use sphere_io::read::{PointSet, RawShape, ReadError, ReadOptions, read_stream, read_table};
use sphere_io::{Format, Precision};

use crate::cli::InputArguments;
use crate::failure::Failure;

/// Values that are held at once, 16 GiB of them: a file that has more is refused before memory is.
pub(crate) const MOST_VALUES: u64 = 1 << 31;

/// Reads points; `None` and `-` are standard input.
pub(crate) fn points(path: Option<&Path>, how: &InputArguments) -> Result<PointSet, Failure> {
    let options = options(how)?;
    let path = path.filter(|path| *path != Path::new("-"));
    let columns = how.columns_are.as_deref().map(str::parse).transpose();
    let columns = columns.map_err(Failure::usage)?;
    let (name, read) = match path {
        Some(path) => (path.display().to_string(), read_table(path, &options)),
        None if io::stdin().is_terminal() => {
            return Err(Failure::usage("no input: name a file, or pipe points in"));
        }
        None => ("standard input".to_string(), read_stream(io::stdin().lock(), &options)),
    };
    let table = read.map_err(|error| refused(&name, &error))?;
    PointSet::of(table, columns).map_err(|error| Failure::usage(format!("{name}: {error}")))
}

/// What cannot be read is no fault in the arguments, what needs to be told about is.
fn refused(name: &str, error: &ReadError) -> Failure {
    let message = format!("cannot read {name}: {error}");
    match error {
        ReadError::RawShape | ReadError::UnknownFormat => Failure::usage(message),
        _ => Failure::work(message),
    }
}

fn options(how: &InputArguments) -> Result<ReadOptions, Failure> {
    let format: Option<Format> =
        how.input_format.as_deref().map(str::parse).transpose().map_err(Failure::usage)?;
    let mut options = ReadOptions { format, ..ReadOptions::new(MOST_VALUES) };
    let is_described = how.raw_columns.is_some() || how.raw_precision.is_some();
    if is_described && format.is_some_and(|format| format != Format::Raw) {
        return Err(Failure::usage("--raw-columns and --raw-precision are for raw files"));
    }
    if is_described || format == Some(Format::Raw) {
        let precision = match how.raw_precision.as_deref() {
            Some("f32") => Precision::Single,
            _ => Precision::Double,
        };
        let columns = how.raw_columns.unwrap_or(3);
        options.raw = Some(RawShape { columns, precision });
    }
    Ok(options)
}
