//! Rows to bytes.

mod arrow;
mod batch;
pub(crate) mod npy;
mod parquet;
mod ply;
mod text;

use arrow::Arrow;
use parquet::Parquet;

use crate::element::little_endian;
use crate::{Element, Format};

/// What the names of our metadata begin with in the formats whose files hold that of others too:
/// Parquet, Arrow and PLY.
pub(crate) const METADATA_PREFIX: &str = "sphere.";

/// What is known of an array before its first row.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The name of each column.
    pub columns: Vec<String>,
    /// The number of rows to come.
    pub rows: u64,
    /// How the points were made, for the formats that have a place for it: JSON, and with names that
    /// begin with `sphere.` Parquet, Arrow and PLY.
    pub metadata: Vec<(&'static str, Metadata)>,
}

impl Header {
    /// Columns and rows, without metadata.
    #[must_use]
    pub fn new(columns: Vec<String>, rows: u64) -> Self {
        Self { columns, rows, metadata: Vec::new() }
    }

    /// With a number more.
    #[must_use]
    pub fn with_number(mut self, name: &'static str, number: u32) -> Self {
        self.metadata.push((name, Metadata::Number(number)));
        self
    }

    /// With texts more.
    #[must_use]
    pub fn with_texts<T: Into<String>>(
        mut self,
        texts: impl IntoIterator<Item = (&'static str, T)>,
    ) -> Self {
        let texts = texts.into_iter().map(|(name, text)| (name, Metadata::Text(text.into())));
        self.metadata.extend(texts);
        self
    }
}

/// A value of the metadata. There are no 64-bit numbers among them: those are written as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metadata {
    /// A string.
    Text(String),
    /// A number.
    Number(u32),
}

impl Metadata {
    /// The value without quotes, for formats that hold texts alone.
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

/// A call that does not fit the header, or a failure to compress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Values that are no whole number of rows.
    #[error("{values} values are no whole number of rows of {columns} columns")]
    PartialRow {
        /// Values given.
        values: usize,
        /// Columns of a row.
        columns: usize,
    },
    /// Not as many rows as the header announced.
    #[error("{written} rows were written; the header announced {announced}")]
    RowCount {
        /// Rows written, those of the refused call included.
        written: u64,
        /// Rows announced.
        announced: u64,
    },
    /// Rows that could not be compressed.
    #[error("the rows cannot be compressed: {0}")]
    Compression(&'static str),
}

/// Turns rows into the bytes of a format, block by block. Does no I/O, so that files, pipes and
/// responses share it.
///
/// The bytes are [`begin`](Encoder::begin), then [`rows`](Encoder::rows) as often as needed, then
/// [`end`](Encoder::end). How rows are divided among the calls changes no byte. Parquet and Arrow hold
/// rows back until a batch of about 2 MiB is full, so a call may give nothing; a file of theirs ends
/// with a list of its batches, which takes less than a thousandth of the data.
#[derive(Debug)]
pub struct Encoder<R> {
    format: Format,
    header: Header,
    written: u64,
    body: Body<R>,
    /// The bytes of the last call, where they are not those of the values.
    buffer: Vec<u8>,
}

/// How rows become bytes.
#[derive(Debug)]
enum Body<R> {
    /// As they are: npy, raw and PLY.
    Plain,
    Csv,
    Json,
    Parquet(Parquet<R>),
    Arrow(Arrow<R>),
}

impl<R: Element> Encoder<R> {
    /// An encoder at its beginning.
    #[must_use]
    pub fn new(format: Format, header: Header) -> Self {
        let columns = header.columns.len();
        let body = match format {
            Format::Npy | Format::Raw | Format::Ply => Body::Plain,
            Format::Csv => Body::Csv,
            Format::Json => Body::Json,
            Format::Parquet => Body::Parquet(Parquet::new(columns)),
            Format::Arrow => Body::Arrow(Arrow::new(columns)),
        };
        Self { format, header, written: 0, body, buffer: Vec::new() }
    }

    /// The length of everything, where the format fixes it: for npy, raw and PLY.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        if !self.format.has_plain_rows() {
            return None;
        }
        let row_bytes = self.header.columns.len() * size_of::<R>();
        let data = self.header.rows.checked_mul(row_bytes as u64)?;
        data.checked_add(self.plain_head().len() as u64)
    }

    /// What comes before the first row.
    pub fn begin(&mut self) -> &[u8] {
        self.buffer = match &mut self.body {
            Body::Plain => self.plain_head(),
            Body::Csv => text::csv_head(&self.header),
            Body::Json => text::json_head(&self.header),
            Body::Parquet(parquet) => parquet.begin(),
            Body::Arrow(arrow) => arrow.begin(&self.header),
        };
        &self.buffer
    }

    /// Rows, C order. npy, raw and PLY borrow the values themselves; the others are written into a
    /// buffer that the next call uses again.
    ///
    /// # Errors
    /// Values that are no whole rows, or more rows than announced: such a call counts for nothing.
    /// A compressor without memory.
    pub fn rows<'a>(&'a mut self, values: &'a [R]) -> Result<&'a [u8], EncodeError> {
        let columns = self.header.columns.len();
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(EncodeError::PartialRow { values: values.len(), columns });
        }
        let written = self.written + (values.len() / columns) as u64;
        if written > self.header.rows {
            return Err(EncodeError::RowCount { written, announced: self.header.rows });
        }
        let is_first = self.written == 0;
        self.written = written;
        self.buffer.clear();
        match &mut self.body {
            Body::Plain => return Ok(little_endian(values, &mut self.buffer)),
            Body::Csv => text::csv_rows(values, columns, &mut self.buffer),
            Body::Json => text::json_rows(values, columns, is_first, &mut self.buffer),
            Body::Parquet(parquet) => parquet.rows(&self.header, values, &mut self.buffer)?,
            Body::Arrow(arrow) => arrow.rows(values, &mut self.buffer)?,
        }
        Ok(&self.buffer)
    }

    /// What comes after the last row.
    ///
    /// # Errors
    /// Fewer rows than announced. A compressor without memory.
    pub fn end(&mut self) -> Result<&[u8], EncodeError> {
        if self.written != self.header.rows {
            let announced = self.header.rows;
            return Err(EncodeError::RowCount { written: self.written, announced });
        }
        self.buffer.clear();
        match &mut self.body {
            Body::Plain | Body::Csv => {}
            Body::Json => self.buffer.extend_from_slice(text::JSON_END),
            Body::Parquet(parquet) => parquet.end(&self.header, &mut self.buffer)?,
            Body::Arrow(arrow) => arrow.end(&self.header, &mut self.buffer)?,
        }
        Ok(&self.buffer)
    }

    /// What precedes plain rows.
    fn plain_head(&self) -> Vec<u8> {
        let Header { columns, rows, .. } = &self.header;
        match self.format {
            Format::Npy => npy::head(R::DESCRIPTOR, *rows, columns.len()),
            Format::Ply => ply::head(&self.header, R::PRECISION),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
