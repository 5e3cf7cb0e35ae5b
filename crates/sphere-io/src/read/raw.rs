//! Values as they are in memory, row by row or column by column.

use std::io::{BufRead, Read as _};

use super::{Columns, RawShape, ReadError, Table};
use crate::{Format, Precision};

/// Which byte of a value comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// How many values are read at a time.
const STEP_VALUES: usize = 1 << 13;

/// Rows until the end.
pub(super) fn read(
    input: &mut dyn BufRead,
    mut columns: Columns,
    shape: RawShape,
) -> Result<Table, ReadError> {
    if shape.columns == 0 {
        return Err(ReadError::RawShape);
    }
    columns.shape(shape.columns, 0)?;
    let mut column = 0;
    while let Some(values) = next(input, shape.precision, STEP_VALUES, ByteOrder::Little)? {
        for value in values {
            columns.push(column, value)?;
            column = (column + 1) % shape.columns;
        }
    }
    if column == 0 {
        return Ok(columns.numbered(shape.precision));
    }
    Err(ReadError::Truncated { format: Format::Raw })
}

/// Reads `count` values and gives each to `place`, with its index.
pub(super) fn values(
    input: &mut dyn BufRead,
    (precision, order): (Precision, ByteOrder),
    count: u64,
    format: Format,
    mut place: impl FnMut(u64, f64) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut at = 0;
    while at < count {
        let most = (count - at).min(STEP_VALUES as u64) as usize;
        let values = next(input, precision, most, order)?.ok_or(ReadError::Truncated { format })?;
        for value in values {
            place(at, value)?;
            at += 1;
        }
    }
    Ok(())
}

/// Up to so many values; `None` at the end.
fn next(
    input: &mut dyn BufRead,
    precision: Precision,
    most: usize,
    order: ByteOrder,
) -> Result<Option<Vec<f64>>, ReadError> {
    let size = size_of_value(precision);
    let mut bytes = Vec::with_capacity(most * size);
    input.take((most * size) as u64).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if !bytes.len().is_multiple_of(size) {
        return Err(ReadError::Truncated { format: Format::Raw });
    }
    Ok(Some(decode(&bytes, precision, order).collect()))
}

pub(super) const fn size_of_value(precision: Precision) -> usize {
    match precision {
        Precision::Single => size_of::<f32>(),
        Precision::Double => size_of::<f64>(),
    }
}

/// The values of bytes.
pub(super) fn decode(
    bytes: &[u8],
    precision: Precision,
    order: ByteOrder,
) -> impl ExactSizeIterator<Item = f64> {
    bytes.chunks_exact(size_of_value(precision)).map(move |bytes| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        if order == ByteOrder::Big {
            word[..bytes.len()].reverse();
        }
        let bits = u64::from_le_bytes(word);
        match precision {
            Precision::Single => f64::from(f32::from_bits(bits as u32)),
            Precision::Double => f64::from_bits(bits),
        }
    })
}
