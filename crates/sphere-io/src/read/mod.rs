//! The points of a file: every format that [`Encoder`](crate::Encoder) writes, and what others write
//! in these formats.
//!
//! A file is not trusted. Memory grows with the bytes that are really there, never with what a header
//! announces; the caller says how many values are too many; whatever is wrong is a [`ReadError`].
//!
//! ```
//! use sphere_io::read::{ReadOptions, read_stream};
//!
//! let file = "# by hand\nx,y\n0.5,-1e-9\n";
//! let table = read_stream(file.as_bytes(), &ReadOptions::new(1_000_000))?;
//! assert_eq!(table.names, ["x", "y"]);
//! assert_eq!(table.columns, [[0.5], [-1e-9]]);
//! # Ok::<(), sphere_io::read::ReadError>(())
//! ```

mod arrow;
mod csv;
mod error;
mod json;
mod lines;
mod npy;
mod parquet;
mod ply;
mod points;
mod raw;
mod sniff;
mod table;

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

pub use error::ReadError;
pub use points::{Columns as PointColumns, PointSet, PointsError};
use table::Columns;
pub use table::{Names, Table};

use crate::{Format, Precision};

/// What the caller knows of a file, and how much of it is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format; `None` to tell it by the first bytes, then by the suffix.
    pub format: Option<Format>,
    /// What a raw file does not say of itself.
    pub raw: Option<RawShape>,
    /// The most values, rows times columns, that may be read.
    pub most_values: u64,
}

/// The shape of a raw file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawShape {
    /// Values in a row.
    pub columns: usize,
    /// The type of a value.
    pub precision: Precision,
}

impl ReadOptions {
    /// Any format but raw.
    #[must_use]
    pub const fn new(most_values: u64) -> Self {
        Self { format: None, raw: None, most_values }
    }
}

/// Reads the file at a path. Linear in its bytes; memory is that of the table, eight bytes a value, and
/// for files of Parquet and Arrow that of the file too.
///
/// # Errors
/// What is wrong with the file, without its path.
pub fn read_table(path: &Path, options: &ReadOptions) -> Result<Table, ReadError> {
    read(File::open(path)?, Format::from_path(path), options)
}

/// Reads from a pipe, or from bytes.
///
/// # Errors
/// What is wrong with what comes.
pub fn read_stream(stream: impl Read, options: &ReadOptions) -> Result<Table, ReadError> {
    read(stream, None, options)
}

fn read(
    mut stream: impl Read,
    suffix: Option<Format>,
    options: &ReadOptions,
) -> Result<Table, ReadError> {
    let mut first = Vec::new();
    stream.by_ref().take(sniff::BYTES).read_to_end(&mut first)?;
    let format = match options.format {
        Some(format) => format,
        None => sniff::format(&first, suffix, options.raw.is_some())?,
    };
    // Nothing at all is a raw file without rows.
    if first.is_empty() && format != Format::Raw {
        return Err(ReadError::Empty);
    }
    let mut input = BufReader::with_capacity(1 << 16, Cursor::new(first).chain(stream));
    let columns = Columns::new(options.most_values);
    let input: &mut dyn BufRead = &mut input;
    match format {
        Format::Csv => csv::read(input, columns),
        Format::Npy => npy::read(input, columns),
        Format::Raw => raw::read(input, columns, options.raw.ok_or(ReadError::RawShape)?),
        Format::Json => json::read(input, columns),
        Format::Parquet => parquet::read(input, columns),
        Format::Arrow => arrow::read(input, columns),
        Format::Ply => ply::read(input, columns),
    }
}

/// So many bytes. Memory grows with those that come.
fn read_exactly(
    input: &mut dyn BufRead,
    length: u64,
    format: Format,
) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    if input.take(length).read_to_end(&mut bytes)? as u64 == length {
        Ok(bytes)
    } else {
        Err(ReadError::Truncated { format })
    }
}

/// So few bytes that their number is no question.
fn read_array<const N: usize>(
    input: &mut dyn BufRead,
    format: Format,
) -> Result<[u8; N], ReadError> {
    let mut bytes = [0; N];
    match input.read_exact(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(ReadError::Truncated { format })
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
