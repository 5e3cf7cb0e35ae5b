//! Rows to bytes.

use std::fmt::Write as _;

use crate::{Element, Format, npy};

/// What is known of an array before its first row.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The name of each column.
    pub columns: Vec<String>,
    /// The number of rows to come.
    pub rows: u64,
    /// How the points were made, for the formats that have a place for it (JSON).
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

/// A call that does not fit the header.
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
}

/// Turns rows into the bytes of a format, block by block. Does no I/O, so that files, pipes and
/// responses share it.
///
/// The bytes are [`begin`](Encoder::begin), then [`rows`](Encoder::rows) as often as needed, then
/// [`end`](Encoder::end). How rows are divided among the calls changes no byte.
#[derive(Debug)]
pub struct Encoder<R> {
    format: Format,
    header: Header,
    written: u64,
    /// The bytes of the last call, where they are not those of the values.
    buffer: Vec<u8>,
    element: std::marker::PhantomData<R>,
}

impl<R: Element> Encoder<R> {
    /// An encoder at its beginning.
    #[must_use]
    pub fn new(format: Format, header: Header) -> Self {
        Self { format, header, written: 0, buffer: Vec::new(), element: std::marker::PhantomData }
    }

    /// The length of everything, where the format fixes it: for npy and raw.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        let columns = self.header.columns.len();
        let data = self.header.rows.checked_mul((columns * size_of::<R>()) as u64)?;
        match self.format {
            Format::Raw => Some(data),
            Format::Npy => {
                let header = npy::header(R::DESCRIPTOR, self.header.rows, columns);
                data.checked_add(header.len() as u64)
            }
            Format::Csv | Format::Json => None,
        }
    }

    /// What comes before the first row.
    pub fn begin(&mut self) -> &[u8] {
        self.buffer = match self.format {
            Format::Raw => Vec::new(),
            Format::Npy => npy::header(R::DESCRIPTOR, self.header.rows, self.header.columns.len()),
            Format::Csv => (self.header.columns.join(",") + "\n").into_bytes(),
            Format::Json => json_head(&self.header).into_bytes(),
        };
        &self.buffer
    }

    /// Rows, C order. npy and raw borrow the values themselves; text is written into a buffer that
    /// the next call uses again.
    ///
    /// # Errors
    /// Values that are no whole rows, or more rows than announced.
    pub fn rows<'a>(&'a mut self, values: &'a [R]) -> Result<&'a [u8], EncodeError> {
        let columns = self.header.columns.len();
        if columns == 0 || !values.len().is_multiple_of(columns) {
            return Err(EncodeError::PartialRow { values: values.len(), columns });
        }
        let written = self.written + (values.len() / columns) as u64;
        if written > self.header.rows {
            return Err(EncodeError::RowCount { written, announced: self.header.rows });
        }
        let first = self.written == 0;
        self.written = written;
        self.buffer.clear();
        match self.format {
            Format::Npy | Format::Raw => {
                if cfg!(target_endian = "little") {
                    return Ok(bytemuck::cast_slice(values));
                }
                for value in values {
                    value.write_little_endian(&mut self.buffer);
                }
            }
            Format::Csv => values.chunks_exact(columns).for_each(|row| self.csv_row(row)),
            Format::Json => {
                for (at, row) in values.chunks_exact(columns).enumerate() {
                    self.json_row(row, first && at == 0);
                }
            }
        }
        Ok(&self.buffer)
    }

    /// What comes after the last row.
    ///
    /// # Errors
    /// Fewer rows than announced.
    pub fn end(&mut self) -> Result<&[u8], EncodeError> {
        if self.written != self.header.rows {
            let announced = self.header.rows;
            return Err(EncodeError::RowCount { written: self.written, announced });
        }
        self.buffer.clear();
        if self.format == Format::Json {
            self.buffer.extend_from_slice(b"\n]}\n");
        }
        Ok(&self.buffer)
    }

    fn csv_row(&mut self, row: &[R]) {
        for value in row {
            value.write_text(&mut self.buffer);
            self.buffer.push(b',');
        }
        // There is a value, so there is a comma: the line ends in its place.
        self.buffer.pop();
        self.buffer.push(b'\n');
    }

    fn json_row(&mut self, row: &[R], is_first: bool) {
        self.buffer.extend_from_slice(if is_first { b"\n[" } else { b",\n[" });
        for value in row {
            if value.is_finite() {
                value.write_text(&mut self.buffer);
            } else {
                self.buffer.extend_from_slice(b"null");
            }
            self.buffer.push(b',');
        }
        self.buffer.pop();
        self.buffer.push(b']');
    }
}

fn json_head(header: &Header) -> String {
    let columns: Vec<String> = header.columns.iter().map(|name| json_string(name)).collect();
    let mut head = format!("{{\"columns\":[{}]", columns.join(","));
    for (name, value) in &header.metadata {
        let value = match value {
            Metadata::Text(text) => json_string(text),
            Metadata::Number(number) => number.to_string(),
        };
        // Writing to a string cannot fail.
        let _ = write!(head, ",{}:{value}", json_string(name));
    }
    head + ",\"points\":["
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests;
