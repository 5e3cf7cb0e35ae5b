//! Arrow files and streams. A file is a stream between two marks, with a list of its batches at its end
//! for those who read it in another order; here it is read from its beginning.

use std::io::BufRead;

use super::raw::{ByteOrder, decode, size_of_value};
use super::table::own_metadata;
use super::{Columns, ReadError, Table, read_array, read_exactly};
use crate::compression::Codec;
use crate::flatbuffer::{self, Malformed};
use crate::numbers::arrow as numbers;
use crate::{Format, Precision};

const FORMAT: Format = Format::Arrow;
/// Longer than the header of any batch with as many columns as there are coordinates.
const MOST_HEADER_BYTES: i32 = 64 << 20;
/// Padding, and what stands before a compressed buffer.
const SLACK_BYTES: u64 = 1024;

struct Schema {
    names: Vec<String>,
    types: Vec<Precision>,
    metadata: Vec<(String, String)>,
}

pub(super) fn read(input: &mut dyn BufRead, mut columns: Columns) -> Result<Table, ReadError> {
    let mut start: [u8; 4] = read_array(input, FORMAT)?;
    let is_file = numbers::BEGIN.starts_with(&start);
    if is_file {
        let rest: [u8; 4] = read_array(input, FORMAT)?;
        if !numbers::BEGIN.ends_with(&rest) {
            return Err(damaged("it does not begin like one"));
        }
        start = read_array(input, FORMAT)?;
    }
    let Some(header) = message(start, input)? else { return Err(damaged("it has no schema")) };
    let schema = schema(&header)?;
    columns.shape(schema.names.len(), 0)?;
    loop {
        // A stream may end without saying so, a file not.
        if !is_file && input.fill_buf()?.is_empty() {
            break;
        }
        let start = read_array(input, FORMAT)?;
        let Some(header) = message(start, input)? else { break };
        batch(&header, &schema.types, input, &mut columns)?;
    }
    if is_file {
        end_of_file(input)?;
    }
    let is_single = schema.types.iter().all(|&type_| type_ == Precision::Single);
    let precision = if is_single { Precision::Single } else { Precision::Double };
    Ok(columns.named(schema.names, precision, schema.metadata))
}

/// The header of the next message, after the first four bytes before it; `None` at the end.
fn message(start: [u8; 4], input: &mut dyn BufRead) -> Result<Option<Vec<u8>>, ReadError> {
    // Before version 0.15 of Arrow there was the length alone.
    let length = if start == numbers::CONTINUATION { read_array(input, FORMAT)? } else { start };
    match i32::from_le_bytes(length) {
        0 => Ok(None),
        length @ 1..=MOST_HEADER_BYTES => read_exactly(input, length as u64, FORMAT).map(Some),
        length => Err(damaged(format!("a header has {length} bytes"))),
    }
}

/// The list of batches is not needed, its presence is: without it the file was cut.
fn end_of_file(input: &mut dyn BufRead) -> Result<(), ReadError> {
    let mut last = Vec::new();
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        last.extend_from_slice(&bytes[length.saturating_sub(numbers::MAGIC.len())..]);
        input.consume(length);
        last.drain(..last.len().saturating_sub(numbers::MAGIC.len()));
    }
    if last == numbers::MAGIC { Ok(()) } else { Err(ReadError::Truncated { format: FORMAT }) }
}

fn schema(header: &[u8]) -> Result<Schema, ReadError> {
    let message = flatbuffer::Table::root(header)?;
    if message.byte(1)? != Some(numbers::SCHEMA) {
        return Err(damaged("it does not begin with a schema"));
    }
    let table = message.table(2)?.ok_or(Malformed)?;
    if table.short(0)?.unwrap_or(0) != 0 {
        return Err(unsupported("big-endian numbers", "little-endian ones are read"));
    }
    // Tables may point to the same text; all of it once is never longer than the header.
    let mut left = header.len();
    let mut own = |text: &str| {
        left = left.checked_sub(text.len()).ok_or(Malformed)?;
        Ok::<String, Malformed>(text.to_owned())
    };
    let mut schema = Schema { names: Vec::new(), types: Vec::new(), metadata: Vec::new() };
    for field in table.tables(1)? {
        let field = field?;
        let name = field.text(0)?.unwrap_or_default();
        schema.types.push(type_of(&field, name)?);
        schema.names.push(own(name)?);
    }
    for pair in table.tables(2)? {
        let pair = pair?;
        let (name, value) = (pair.text(0)?.unwrap_or_default(), pair.text(1)?.unwrap_or_default());
        own(name)?;
        own(value)?;
        schema.metadata.extend(own_metadata([(name, value)]));
    }
    if schema.names.is_empty() {
        return Err(damaged("it has no columns"));
    }
    Ok(schema)
}

fn type_of(field: &flatbuffer::Table<'_>, name: &str) -> Result<Precision, ReadError> {
    let is_dictionary = field.table(4)?.is_some();
    if field.byte(2)? == Some(numbers::FLOATING_POINT) && !is_dictionary {
        let type_ = field.table(3)?.ok_or(Malformed)?;
        match type_.short(0)? {
            Some(numbers::SINGLE) => return Ok(Precision::Single),
            Some(numbers::DOUBLE) => return Ok(Precision::Double),
            _ => {}
        }
    }
    let name: String = name.chars().take(64).collect();
    Err(unsupported(
        format!("a column '{name}' that is no float"),
        "floats of 32 and 64 bits are read",
    ))
}

/// A batch: its header, then the bytes that follow it in the file.
fn batch(
    header: &[u8],
    types: &[Precision],
    input: &mut dyn BufRead,
    columns: &mut Columns,
) -> Result<(), ReadError> {
    let message = flatbuffer::Table::root(header)?;
    if message.byte(1)? != Some(numbers::RECORD_BATCH) {
        return Err(unsupported("other messages than batches", "batches of floats are read"));
    }
    let table = message.table(2)?.ok_or(Malformed)?;
    let rows = u64::try_from(table.long(0)?.unwrap_or(0)).map_err(|_| Malformed)?;
    let most = rows.checked_mul(types.len() as u64).filter(|&values| values <= columns.most());
    let most = most.ok_or_else(|| columns.too_large())?;
    let body_bytes = u64::try_from(message.long(3)?.unwrap_or(0)).map_err(|_| Malformed)?;
    // Twice the values and their bitmaps: compressed noise is a little longer than noise.
    let slack = SLACK_BYTES.saturating_mul(types.len() as u64);
    if body_bytes > most.saturating_mul(18).saturating_add(slack) {
        return Err(damaged(format!("a batch of {rows} rows has {body_bytes} bytes")));
    }
    let codec = codec(&table)?;
    let nodes = table.structs::<16>(1)?;
    let buffers = table.structs::<16>(2)?;
    if nodes.len() != types.len() || buffers.len() != 2 * types.len() {
        return Err(damaged("a batch has not the columns of the schema"));
    }
    let body = read_exactly(input, body_bytes, FORMAT)?;
    for (column, (&type_, node)) in types.iter().zip(nodes).enumerate() {
        let (length, nulls) = halves(node);
        if length != rows {
            return Err(damaged("the columns of a batch differ in length"));
        }
        let bitmap = if nulls == 0 {
            None
        } else {
            Some(buffer(&body, &buffers[2 * column], codec, rows.div_ceil(8))?)
        };
        let bytes = rows * size_of_value(type_) as u64;
        let values = buffer(&body, &buffers[2 * column + 1], codec, bytes)?;
        let values = decode(&values, type_, ByteOrder::Little).enumerate();
        let is_null =
            |row: usize| bitmap.as_ref().is_some_and(|bits| bits[row / 8] >> (row % 8) & 1 == 0);
        columns.extend(
            column,
            values.map(|(row, value)| if is_null(row) { f64::NAN } else { value }),
        )?;
    }
    Ok(())
}

fn codec(batch: &flatbuffer::Table<'_>) -> Result<Option<Codec>, ReadError> {
    let Some(compression) = batch.table(3)? else { return Ok(None) };
    match (compression.byte(0)?.unwrap_or(numbers::LZ4_FRAME), compression.byte(1)?.unwrap_or(0)) {
        (numbers::LZ4_FRAME, 0) => Ok(Some(Codec::Lz4Frame)),
        (numbers::ZSTD, 0) => Ok(Some(Codec::Zstd)),
        _ => Err(unsupported("another compression", "lz4 and zstd are read")),
    }
}

/// The first so many bytes of a buffer, whose place is given.
fn buffer(
    body: &[u8],
    place: &[u8; 16],
    codec: Option<Codec>,
    length: u64,
) -> Result<Vec<u8>, ReadError> {
    let (offset, stored) = halves(place);
    let start = usize::try_from(offset).map_err(|_| Malformed)?;
    let end = offset.checked_add(stored).and_then(|end| usize::try_from(end).ok());
    let stored = body.get(start..end.ok_or(Malformed)?).ok_or(Malformed)?;
    let length = usize::try_from(length).map_err(|_| Malformed)?;
    let first = |bytes: &[u8]| bytes.get(..length).map(<[u8]>::to_vec);
    let too_short = || damaged("a column is shorter than its batch");
    // An empty buffer stands for no values, compressed or not.
    let Some(codec) = codec.filter(|_| !stored.is_empty()) else {
        return first(stored).ok_or_else(too_short);
    };
    let (prefix, block) = stored.split_first_chunk().ok_or(Malformed)?;
    match i64::from_le_bytes(*prefix) {
        numbers::NOT_COMPRESSED => first(block).ok_or_else(too_short),
        unpacked => {
            let unpacked = usize::try_from(unpacked).map_err(|_| Malformed)?;
            // A buffer may be padded to a multiple of 64 bytes.
            if unpacked < length || unpacked - length >= 64 {
                return Err(damaged("a column is not as long as its batch"));
            }
            let mut bytes = codec.decompress(block, unpacked).map_err(damaged)?;
            bytes.truncate(length);
            Ok(bytes)
        }
    }
}

/// Two integers. A negative one is too large for any use.
fn halves(words: &[u8; 16]) -> (u64, u64) {
    let number = u128::from_le_bytes(*words);
    (number as u64, (number >> 64) as u64)
}

impl From<Malformed> for ReadError {
    fn from(_: Malformed) -> Self {
        damaged("a header leads out of itself")
    }
}

fn damaged(problem: impl Into<String>) -> ReadError {
    ReadError::malformed(FORMAT, problem)
}

fn unsupported(what: impl Into<String>, allowed: &'static str) -> ReadError {
    ReadError::Unsupported { format: FORMAT, what: what.into(), allowed }
}
