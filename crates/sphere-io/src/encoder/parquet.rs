//! Parquet files, after the specification in `apache/parquet-format`. Each batch is a row group with
//! one page per column. Why by hand: `docs/decisions/0010-parquet-and-arrow.md`.

use super::batch::Batch;
use super::{EncodeError, Header, METADATA_PREFIX};
use crate::compression::Compressor;
use crate::element::little_endian;
use crate::numbers::parquet as numbers;
use crate::thrift::Value;
use crate::{Element, Precision};

/// A file whose rows are still coming.
#[derive(Debug)]
pub(super) struct Parquet<R> {
    batch: Batch<R>,
    compressor: Option<Compressor>,
    /// Bytes given out so far.
    offset: u64,
    /// The descriptions of the row groups so far, for the end of the file.
    groups: Vec<u8>,
    group_count: usize,
    page: Page,
}

/// Buffers for a page.
#[derive(Debug, Default)]
struct Page {
    bytes: Vec<u8>,
    split: Vec<u8>,
}

/// Where a column of a row group lies, and how long it is, in bytes.
struct Chunk {
    offset: u64,
    packed: usize,
    unpacked: usize,
}

impl<R: Element> Parquet<R> {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            batch: Batch::new(columns),
            compressor: None,
            offset: 0,
            groups: Vec::new(),
            group_count: 0,
            page: Page::default(),
        }
    }

    pub(super) fn begin(&mut self) -> Vec<u8> {
        self.offset = numbers::MAGIC.len() as u64;
        numbers::MAGIC.to_vec()
    }

    pub(super) fn rows(
        &mut self,
        header: &Header,
        mut values: &[R],
        bytes: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        while !values.is_empty() {
            values = self.batch.fill(values);
            if self.batch.is_full() {
                self.row_group(header, bytes)?;
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self, header: &Header, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.batch.rows() > 0 {
            self.row_group(header, bytes)?;
        }
        let start = bytes.len();
        self.footer(header, bytes);
        let length = (bytes.len() - start) as u32;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(numbers::MAGIC);
        Ok(())
    }

    fn row_group(&mut self, header: &Header, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new().map_err(EncodeError::Compression)?),
        };
        let rows = self.batch.rows();
        let mut chunks = Vec::with_capacity(header.columns.len());
        for column in self.batch.columns() {
            let start = bytes.len();
            let unpacked = self.page.write(column, compressor, bytes)?;
            let packed = bytes.len() - start;
            chunks.push(Chunk { offset: self.offset, packed, unpacked });
            self.offset += packed as u64;
        }
        describe_group::<R>(&header.columns, &chunks, rows).write(&mut self.groups);
        self.group_count += 1;
        self.batch.clear();
        Ok(())
    }

    fn footer(&self, header: &Header, bytes: &mut Vec<u8>) {
        let root = Value::Struct(vec![
            (4, Value::text("schema")),
            (5, Value::Int32(header.columns.len() as i32)),
        ]);
        let leaves = header.columns.iter().map(|name| {
            Value::Struct(vec![
                (1, Value::Int32(physical_type::<R>())),
                (3, Value::Int32(numbers::REQUIRED)),
                (4, Value::text(name)),
            ])
        });
        let metadata: Vec<(String, String)> = header
            .metadata
            .iter()
            .map(|(name, value)| (format!("{METADATA_PREFIX}{name}"), value.text()))
            .collect();
        let pairs = metadata.iter().map(|(name, value)| {
            Value::Struct(vec![(1, Value::text(name)), (2, Value::text(value))])
        });
        let created_by = concat!("sphere version ", env!("CARGO_PKG_VERSION"));
        Value::Struct(vec![
            (1, Value::Int32(2)),
            (2, Value::List(std::iter::once(root).chain(leaves).collect())),
            (3, Value::Int64(header.rows as i64)),
            (4, Value::Structs(self.group_count, &self.groups)),
            (5, Value::List(pairs.collect())),
            (6, Value::text(created_by)),
        ])
        .write(bytes);
    }
}

impl Page {
    /// Appends a column as one page. Returns its length before compression, header included.
    fn write<R: Element>(
        &mut self,
        column: &[R],
        compressor: &mut Compressor,
        bytes: &mut Vec<u8>,
    ) -> Result<usize, EncodeError> {
        split(little_endian(column, &mut self.bytes), size_of::<R>(), &mut self.split);
        let packed = compressor.compress(&self.split).map_err(EncodeError::Compression)?;
        let start = bytes.len();
        let level_encoding = Value::Int32(numbers::RLE);
        let data_page = Value::Struct(vec![
            (1, Value::Int32(column.len() as i32)),
            (2, Value::Int32(numbers::BYTE_STREAM_SPLIT)),
            (3, level_encoding.clone()),
            (4, level_encoding),
        ]);
        Value::Struct(vec![
            (1, Value::Int32(numbers::DATA_PAGE)),
            (2, Value::Int32(self.split.len() as i32)),
            (3, Value::Int32(packed.len() as i32)),
            (5, data_page),
        ])
        .write(bytes);
        let header_bytes = bytes.len() - start;
        bytes.extend_from_slice(packed);
        Ok(header_bytes + self.split.len())
    }
}

/// The first byte of every value, then the second, and so on: signs and exponents come together and
/// compress, while the noise of the low bits does not.
fn split(bytes: &[u8], size: usize, split: &mut Vec<u8>) {
    split.clear();
    for stream in 0..size {
        split.extend(bytes.iter().skip(stream).step_by(size));
    }
}

fn describe_group<'a, R: Element>(names: &'a [String], chunks: &[Chunk], rows: usize) -> Value<'a> {
    let column = |(name, chunk): (&'a String, &Chunk)| {
        let metadata = Value::Struct(vec![
            (1, Value::Int32(physical_type::<R>())),
            (2, Value::List(vec![Value::Int32(numbers::BYTE_STREAM_SPLIT)])),
            (3, Value::List(vec![Value::text(name)])),
            (4, Value::Int32(numbers::ZSTD)),
            (5, Value::Int64(rows as i64)),
            (6, Value::Int64(chunk.unpacked as i64)),
            (7, Value::Int64(chunk.packed as i64)),
            (9, Value::Int64(chunk.offset as i64)),
        ]);
        Value::Struct(vec![(2, Value::Int64(0)), (3, metadata)])
    };
    let unpacked: usize = chunks.iter().map(|chunk| chunk.unpacked).sum();
    let packed: usize = chunks.iter().map(|chunk| chunk.packed).sum();
    let offset = chunks.first().map_or(0, |chunk| chunk.offset);
    Value::Struct(vec![
        (1, Value::List(names.iter().zip(chunks).map(column).collect())),
        (2, Value::Int64(unpacked as i64)),
        (3, Value::Int64(rows as i64)),
        (5, Value::Int64(offset as i64)),
        (6, Value::Int64(packed as i64)),
    ])
}

fn physical_type<R: Element>() -> i32 {
    match R::PRECISION {
        Precision::Single => numbers::FLOAT,
        Precision::Double => numbers::DOUBLE,
    }
}
