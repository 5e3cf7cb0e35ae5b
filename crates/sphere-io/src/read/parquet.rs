//! Parquet files of flat columns of floats.
//!
//! By hand, because the readers there are trust the file: `docs/decisions/0010-parquet-and-arrow.md`.

mod page;
mod rle;

use std::io::{BufRead, Read as _};

use super::table::own_metadata;
use super::{Columns, ReadError, Table};
use crate::compression::Codec;
use crate::numbers::parquet as numbers;
use crate::thrift::Value;
use crate::{Format, Precision};

const FORMAT: Format = Format::Parquet;
/// More than a value takes in any encoding, and what a file holds beside its values.
const MOST_BYTES_PER_VALUE: u64 = 16;
const MOST_BYTES_BESIDE: u64 = 256 << 20;

/// How a column is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Leaf {
    precision: Precision,
    /// Whether values may be missing.
    is_optional: bool,
}

/// The file is taken whole, because what describes it stands at its end.
pub(super) fn read(input: &mut dyn BufRead, mut columns: Columns) -> Result<Table, ReadError> {
    let most = columns.most().saturating_mul(MOST_BYTES_PER_VALUE);
    let mut input = input.take(most.saturating_add(MOST_BYTES_BESIDE));
    let mut file = Vec::new();
    input.read_to_end(&mut file)?;
    if input.limit() == 0 {
        return Err(columns.too_large());
    }
    let footer = footer(&file)?;
    let (names, leaves) = schema(&footer)?;
    let rows = footer.integer(3).and_then(|rows| u64::try_from(rows).ok());
    let rows = rows.ok_or_else(|| damaged("it has no count of rows"))?;
    columns.shape(names.len(), rows)?;
    for group in footer.list(4).unwrap_or_default() {
        let rows = group.integer(3).and_then(|rows| usize::try_from(rows).ok());
        let rows = rows.ok_or_else(|| damaged("a row group has no count of rows"))?;
        let chunks = group.list(1).unwrap_or_default();
        if chunks.len() != leaves.len() {
            return Err(damaged("a row group has not the columns of the schema"));
        }
        for (column, (chunk, &leaf)) in chunks.iter().zip(&leaves).enumerate() {
            let (bytes, codec) = chunk_of(chunk, &file)?;
            page::read_chunk(bytes, codec, leaf, rows, |values| columns.extend(column, values))?;
        }
    }
    if columns.rows() as u64 != rows {
        return Err(damaged(format!("it has {} rows, and announces {rows}", columns.rows())));
    }
    let is_single = |leaf: &Leaf| leaf.precision == Precision::Single;
    let precision =
        if leaves.iter().all(is_single) { Precision::Single } else { Precision::Double };
    let metadata = own_metadata(
        footer
            .list(5)
            .unwrap_or_default()
            .iter()
            .filter_map(|pair| Some((pair.string(1)?, pair.string(2)?))),
    );
    Ok(columns.named(names, precision, metadata))
}

/// What describes the file: before its length and the mark at the end.
fn footer(file: &[u8]) -> Result<Value<'_>, ReadError> {
    if !file.starts_with(numbers::MAGIC) {
        return Err(damaged("it does not begin like one"));
    }
    let truncated = || ReadError::Truncated { format: FORMAT };
    let rest = file.strip_suffix(numbers::MAGIC).ok_or_else(truncated)?;
    let (rest, length) = rest.split_last_chunk::<4>().ok_or_else(truncated)?;
    let start = rest.len().checked_sub(u32::from_le_bytes(*length) as usize);
    let mut footer = start.and_then(|start| rest.get(start..)).ok_or_else(truncated)?;
    Value::read(&mut footer).ok_or_else(|| damaged("what describes it is no description"))
}

/// The names and types of the columns.
fn schema(footer: &Value<'_>) -> Result<(Vec<String>, Vec<Leaf>), ReadError> {
    let [_, leaves @ ..] = footer.list(2).unwrap_or_default() else {
        return Err(damaged("it has no schema"));
    };
    if leaves.is_empty() {
        return Err(damaged("it has no columns"));
    }
    let mut schema = (Vec::new(), Vec::new());
    for leaf in leaves {
        let name = leaf.string(4).ok_or_else(|| damaged("a column has no name"))?;
        let unsupported = || {
            let name: String = name.chars().take(64).collect();
            unsupported(
                format!("a column '{name}' that is no plain float"),
                "floats of 32 and 64 bits are read",
            )
        };
        let number = |field| leaf.integer(field).and_then(|number| i32::try_from(number).ok());
        let precision = match number(1) {
            Some(numbers::FLOAT) => Precision::Single,
            Some(numbers::DOUBLE) => Precision::Double,
            _ => return Err(unsupported()),
        };
        let is_optional = match number(3) {
            Some(numbers::REQUIRED) => false,
            Some(numbers::OPTIONAL) => true,
            _ => return Err(unsupported()),
        };
        schema.0.push(name.to_owned());
        schema.1.push(Leaf { precision, is_optional });
    }
    Ok(schema)
}

/// The bytes of a column of a row group, and how its pages are compressed.
fn chunk_of<'a>(chunk: &Value<'_>, file: &'a [u8]) -> Result<(&'a [u8], Codec), ReadError> {
    let metadata = chunk.field(3).ok_or_else(|| damaged("a column is not described"))?;
    if chunk.field(1).is_some() {
        return Err(unsupported("columns in other files", "one file is read"));
    }
    let codec = match metadata.integer(4).and_then(|codec| i32::try_from(codec).ok()) {
        Some(numbers::UNCOMPRESSED) => Codec::None,
        Some(numbers::SNAPPY) => Codec::Snappy,
        Some(numbers::ZSTD) => Codec::Zstd,
        Some(numbers::LZ4_RAW) => Codec::Lz4Block,
        _ => return Err(unsupported("another compression", "snappy, zstd and lz4 are read")),
    };
    // A dictionary comes before the values it is for.
    let place = |field| metadata.integer(field).and_then(|number| usize::try_from(number).ok());
    let data = place(9);
    let start =
        place(11).filter(|&start| start > 0).map_or(data, |start| data.map(|data| data.min(start)));
    let end = start.and_then(|start| start.checked_add(place(7)?));
    let bytes = start.zip(end).and_then(|(start, end)| file.get(start..end));
    Ok((bytes.ok_or_else(|| damaged("a column leads out of the file"))?, codec))
}

fn damaged(problem: impl Into<String>) -> ReadError {
    ReadError::malformed(FORMAT, problem)
}

fn unsupported(what: impl Into<String>, allowed: &'static str) -> ReadError {
    ReadError::Unsupported { format: FORMAT, what: what.into(), allowed }
}
