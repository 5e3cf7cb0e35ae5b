//! Arrow files, after the specification in `apache/arrow`, `docs/source/format/Columnar.rst` and
//! `format/*.fbs`. Why by hand: `docs/decisions/0010-parquet-and-arrow.md`.

use super::batch::Batch;
use super::{EncodeError, Header, METADATA_PREFIX};
use crate::compression::Compressor;
use crate::element::little_endian;
use crate::flatbuffer::{Field, Tree};
use crate::numbers::arrow as numbers;
use crate::{Element, Precision};

/// A file whose rows are still coming.
#[derive(Debug)]
pub(super) struct Arrow<R> {
    batch: Batch<R>,
    compressor: Option<Compressor>,
    /// Bytes given out so far.
    offset: u64,
    /// Where the batches lie, for the end of the file: offset, header bytes and body bytes of each.
    blocks: Vec<u8>,
    block_count: u32,
    body: Vec<u8>,
}

impl<R: Element> Arrow<R> {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            batch: Batch::new(columns),
            compressor: None,
            offset: 0,
            blocks: Vec::new(),
            block_count: 0,
            body: Vec::new(),
        }
    }

    pub(super) fn begin(&mut self, header: &Header) -> Vec<u8> {
        let mut bytes = numbers::BEGIN.to_vec();
        write_message(numbers::SCHEMA, schema::<R>(header), 0, &mut bytes);
        self.offset = bytes.len() as u64;
        bytes
    }

    pub(super) fn rows(
        &mut self,
        mut values: &[R],
        bytes: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        while !values.is_empty() {
            values = self.batch.fill(values);
            if self.batch.is_full() {
                self.record_batch(bytes)?;
            }
        }
        Ok(())
    }

    pub(super) fn end(&mut self, header: &Header, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.batch.rows() > 0 {
            self.record_batch(bytes)?;
        }
        bytes.extend_from_slice(&numbers::CONTINUATION);
        bytes.extend_from_slice(&[0; 4]);
        let footer = Tree::default()
            .with(0, Field::Short(numbers::VERSION))
            .with(1, Field::Table(schema::<R>(header)))
            .with(2, Field::Structs(0, Vec::new()))
            .with(3, Field::Structs(self.block_count, std::mem::take(&mut self.blocks)))
            .write();
        bytes.extend_from_slice(&footer);
        bytes.extend_from_slice(&(footer.len() as i32).to_le_bytes());
        bytes.extend_from_slice(numbers::MAGIC);
        Ok(())
    }

    fn record_batch(&mut self, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new().map_err(EncodeError::Compression)?),
        };
        let rows = self.batch.rows();
        let (mut nodes, mut buffers) = (Vec::new(), Vec::new());
        self.body.clear();
        for column in self.batch.columns() {
            let start = self.body.len();
            append(column, compressor, &mut self.body).map_err(EncodeError::Compression)?;
            let length = self.body.len() - start;
            self.body.resize(self.body.len().next_multiple_of(8), 0);
            // A column without nulls: no bitmap, then the values.
            words(&[rows, 0], &mut nodes);
            words(&[start, 0, start, length], &mut buffers);
        }
        let columns = self.batch.columns().len() as u32;
        let compression =
            Tree::default().with(0, Field::Byte(numbers::ZSTD)).with(1, Field::Byte(0));
        let batch = Tree::default()
            .with(0, Field::Long(rows as i64))
            .with(1, Field::Structs(columns, nodes))
            .with(2, Field::Structs(2 * columns, buffers))
            .with(3, Field::Table(compression));
        let start = bytes.len();
        write_message(numbers::RECORD_BATCH, batch, self.body.len(), bytes);
        let header_bytes = bytes.len() - start;
        bytes.extend_from_slice(&self.body);
        words(&[self.offset as usize, header_bytes, self.body.len()], &mut self.blocks);
        self.block_count += 1;
        self.offset += (bytes.len() - start) as u64;
        self.batch.clear();
        Ok(())
    }
}

/// Appends the values of a column behind their length, compressed where that makes them fewer bytes.
fn append<R: Element>(
    column: &[R],
    compressor: &mut Compressor,
    body: &mut Vec<u8>,
) -> Result<(), &'static str> {
    let mut swapped = Vec::new();
    let bytes = little_endian(column, &mut swapped);
    let packed = compressor.compress(bytes)?;
    let (length, content) = if packed.len() < bytes.len() {
        (bytes.len() as i64, packed)
    } else {
        (numbers::NOT_COMPRESSED, bytes)
    };
    body.extend_from_slice(&length.to_le_bytes());
    body.extend_from_slice(content);
    Ok(())
}

/// Structures of 64-bit integers. That of a block has one of 32 bits and padding in the middle, which
/// is the same for a small number.
fn words(numbers: &[usize], bytes: &mut Vec<u8>) {
    for &number in numbers {
        bytes.extend_from_slice(&(number as u64).to_le_bytes());
    }
}

/// Appends a header, with what says how long it is. A body follows, of so many bytes.
fn write_message(kind: u8, header: Tree, body_bytes: usize, bytes: &mut Vec<u8>) {
    let message = Tree::default()
        .with(0, Field::Short(numbers::VERSION))
        .with(1, Field::Byte(kind))
        .with(2, Field::Table(header))
        .with(3, Field::Long(body_bytes as i64))
        .write();
    bytes.extend_from_slice(&numbers::CONTINUATION);
    bytes.extend_from_slice(&(message.len() as i32).to_le_bytes());
    bytes.extend_from_slice(&message);
}

fn schema<R: Element>(header: &Header) -> Tree {
    let precision = match R::PRECISION {
        Precision::Single => numbers::SINGLE,
        Precision::Double => numbers::DOUBLE,
    };
    let field = |name: &String| {
        Tree::default()
            .with(0, Field::Text(name.clone()))
            .with(1, Field::Byte(0))
            .with(2, Field::Byte(numbers::FLOATING_POINT))
            .with(3, Field::Table(Tree::default().with(0, Field::Short(precision))))
            .with(5, Field::Tables(Vec::new()))
    };
    let pair = |(name, value): &(&str, super::Metadata)| {
        Tree::default()
            .with(0, Field::Text(format!("{METADATA_PREFIX}{name}")))
            .with(1, Field::Text(value.text()))
    };
    Tree::default()
        .with(0, Field::Short(0))
        .with(1, Field::Tables(header.columns.iter().map(field).collect()))
        .with(2, Field::Tables(header.metadata.iter().map(pair).collect()))
}
