//! Arrow files and streams of flat columns of floats.
//!
//! A file ends with its schema and a list of its batches, and is read by these: not every writer
//! puts a stream before them, though the specification has it so.

use std::io::{BufRead, Read as _};

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
/// More than a value and its share of the bitmap take, compressed or not.
const MOST_BYTES_PER_VALUE: u64 = 16;
/// The same for a column of a batch: padding, and what stands before a compressed buffer.
const SLACK_BYTES: u64 = 1024;
/// What a file may hold beside its values.
const MOST_BYTES_BESIDE: u64 = 256 << 20;

struct Schema {
    names: Vec<String>,
    types: Vec<Precision>,
    metadata: Vec<(String, String)>,
}

/// A batch, and the length of what follows its header.
struct Batch<'a> {
    table: flatbuffer::Table<'a>,
    rows: u64,
    body_bytes: u64,
}

pub(super) fn read(input: &mut dyn BufRead, mut columns: Columns) -> Result<Table, ReadError> {
    let start: [u8; 4] = read_array(input, FORMAT)?;
    let schema = if numbers::MAGIC.starts_with(&start) {
        file_batches(&whole(start, input, &columns)?, &mut columns)?
    } else {
        stream_batches(start, input, &mut columns)?
    };
    let is_single = schema.types.iter().all(|&type_| type_ == Precision::Single);
    let precision = if is_single { Precision::Single } else { Precision::Double };
    Ok(columns.named(schema.names, precision, schema.metadata))
}

fn stream_batches(
    start: [u8; 4],
    input: &mut dyn BufRead,
    columns: &mut Columns,
) -> Result<Schema, ReadError> {
    let header = stream_header(start, input)?.ok_or_else(|| damaged("it has no schema"))?;
    let message = flatbuffer::Table::root(&header)?;
    if message.byte(1)? != Some(numbers::SCHEMA) {
        return Err(damaged("it does not begin with a schema"));
    }
    let schema = schema(&message.table(2)?.ok_or(Malformed)?, header.len())?;
    columns.shape(schema.names.len(), 0)?;
    // A stream may end without saying so.
    while !input.fill_buf()?.is_empty() {
        let start = read_array(input, FORMAT)?;
        let Some(header) = stream_header(start, input)? else { break };
        let batch = Batch::new(&header, &schema, columns)?;
        let body = read_exactly(input, batch.body_bytes, FORMAT)?;
        batch.read(&body, &schema, columns)?;
    }
    Ok(schema)
}

/// The header of the next message, after the first four bytes before it; `None` at the end.
fn stream_header(start: [u8; 4], input: &mut dyn BufRead) -> Result<Option<Vec<u8>>, ReadError> {
    // Before version 0.15 of Arrow there was the length alone.
    let length = if start == numbers::CONTINUATION { read_array(input, FORMAT)? } else { start };
    match i32::from_le_bytes(length) {
        0 => Ok(None),
        length @ 1..=MOST_HEADER_BYTES => read_exactly(input, length as u64, FORMAT).map(Some),
        length => Err(damaged(format!("a header has {length} bytes"))),
    }
}

/// The file, unless it is longer than the caller's values take.
fn whole(start: [u8; 4], input: &mut dyn BufRead, columns: &Columns) -> Result<Vec<u8>, ReadError> {
    let most = columns.most().saturating_mul(MOST_BYTES_PER_VALUE);
    let mut input = input.take(most.saturating_add(MOST_BYTES_BESIDE));
    let mut bytes = start.to_vec();
    input.read_to_end(&mut bytes)?;
    if input.limit() == 0 { Err(columns.too_large()) } else { Ok(bytes) }
}

fn file_batches(file: &[u8], columns: &mut Columns) -> Result<Schema, ReadError> {
    if !file.starts_with(numbers::BEGIN) {
        return Err(damaged("it does not begin like one"));
    }
    let truncated = || ReadError::Truncated { format: FORMAT };
    let end = file.strip_suffix(numbers::MAGIC).ok_or_else(truncated)?;
    let (end, length) = end.split_last_chunk::<4>().ok_or_else(truncated)?;
    let start = end.len().checked_sub(u32::from_le_bytes(*length) as usize);
    let footer = start.and_then(|start| end.get(start..)).ok_or_else(truncated)?;
    let table = flatbuffer::Table::root(footer)?;
    let schema = schema(&table.table(1)?.ok_or(Malformed)?, footer.len())?;
    columns.shape(schema.names.len(), 0)?;
    for block in table.structs::<24>(3)? {
        let (place, body_bytes) = block.split_first_chunk().ok_or(Malformed)?;
        let (offset, header_bytes) = halves(place);
        let body_bytes = <[u8; 8]>::try_from(body_bytes).map_err(|_| Malformed)?;
        // The length of the header has 32 bits, and padding after them.
        let header_bytes = u64::from(header_bytes as u32);
        let mut header = section(file, offset, header_bytes)?;
        let body_offset = offset.checked_add(header_bytes).ok_or(Malformed)?;
        let body = section(file, body_offset, u64::from_le_bytes(body_bytes))?;
        header = header.strip_prefix(&numbers::CONTINUATION).unwrap_or(header);
        let header = header.get(4..).ok_or(Malformed)?;
        Batch::new(header, &schema, columns)?.read(body, &schema, columns)?;
    }
    Ok(schema)
}

/// The schema in a header of so many bytes.
fn schema(table: &flatbuffer::Table<'_>, header_bytes: usize) -> Result<Schema, ReadError> {
    if table.short(0)?.unwrap_or(0) != 0 {
        return Err(unsupported("big-endian numbers", "little-endian ones are read"));
    }
    // Tables may point to the same text; all of it once is never longer than the header.
    let mut left = header_bytes;
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

impl<'a> Batch<'a> {
    fn new(header: &'a [u8], schema: &Schema, columns: &Columns) -> Result<Self, ReadError> {
        let message = flatbuffer::Table::root(header)?;
        if message.byte(1)? != Some(numbers::RECORD_BATCH) {
            return Err(unsupported("other messages than batches", "batches of floats are read"));
        }
        let table = message.table(2)?.ok_or(Malformed)?;
        let rows = u64::try_from(table.long(0)?.unwrap_or(0)).map_err(|_| Malformed)?;
        let width = schema.types.len() as u64;
        let values = rows.checked_mul(width).filter(|&values| values <= columns.most());
        let values = values.ok_or_else(|| columns.too_large())?;
        let body_bytes = u64::try_from(message.long(3)?.unwrap_or(0)).map_err(|_| Malformed)?;
        let most = values.saturating_mul(MOST_BYTES_PER_VALUE);
        if body_bytes > most.saturating_add(SLACK_BYTES.saturating_mul(width)) {
            return Err(damaged(format!("a batch of {rows} rows has {body_bytes} bytes")));
        }
        Ok(Self { table, rows, body_bytes })
    }

    fn read(&self, body: &[u8], schema: &Schema, columns: &mut Columns) -> Result<(), ReadError> {
        let codec = codec(&self.table)?;
        let nodes = self.table.structs::<16>(1)?;
        let buffers = self.table.structs::<16>(2)?;
        if nodes.len() != schema.types.len() || buffers.len() != 2 * nodes.len() {
            return Err(damaged("a batch has not the columns of the schema"));
        }
        if self.rows == 0 {
            return Ok(());
        }
        for (column, (&type_, node)) in schema.types.iter().zip(nodes).enumerate() {
            let (length, nulls) = halves(node);
            if length != self.rows {
                return Err(damaged("the columns of a batch differ in length"));
            }
            let bitmap = if nulls == 0 {
                None
            } else {
                Some(buffer(body, &buffers[2 * column], codec, self.rows.div_ceil(8))?)
            };
            let bytes = self.rows * size_of_value(type_) as u64;
            let values = buffer(body, &buffers[2 * column + 1], codec, bytes)?;
            let is_null = |row: usize| {
                bitmap.as_ref().is_some_and(|bits| bits[row / 8] >> (row % 8) & 1 == 0)
            };
            let values = decode(&values, type_, ByteOrder::Little).enumerate();
            let value = |(row, value)| if is_null(row) { f64::NAN } else { value };
            columns.extend(column, values.map(value))?;
        }
        Ok(())
    }
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
    let (offset, stored_bytes) = halves(place);
    let stored = section(body, offset, stored_bytes)?;
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

/// The bytes at a place that a header names.
fn section(bytes: &[u8], offset: u64, length: u64) -> Result<&[u8], Malformed> {
    let end = offset.checked_add(length).and_then(|end| usize::try_from(end).ok());
    let start = usize::try_from(offset).map_err(|_| Malformed)?;
    bytes.get(start..end.ok_or(Malformed)?).ok_or(Malformed)
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
