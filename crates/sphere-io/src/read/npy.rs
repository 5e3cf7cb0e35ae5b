//! `NumPy`'s array files, versions 1 to 3, of one or two dimensions.

use std::io::BufRead;

use super::raw::{ByteOrder, values};
use super::{Columns, ReadError, Table, read_array, read_exactly};
use crate::{Format, Precision};

const FORMAT: Format = Format::Npy;
/// Longer than the description of any array of numbers.
const MOST_HEADER_BYTES: u32 = 1 << 16;

struct Array {
    type_: (Precision, ByteOrder),
    order: Order,
    rows: u64,
    columns: u64,
}

/// Which dimension is contiguous.
#[derive(PartialEq)]
enum Order {
    /// The columns of a row.
    C,
    /// The rows of a column.
    Fortran,
}

pub(super) fn read(input: &mut dyn BufRead, mut columns: Columns) -> Result<Table, ReadError> {
    let [_, b'N', b'U', b'M', b'P', b'Y', version, _] = read_array::<8>(input, FORMAT)? else {
        return Err(ReadError::malformed(FORMAT, "it does not begin like one"));
    };
    let length = match version {
        1 => u32::from(u16::from_le_bytes(read_array(input, FORMAT)?)),
        2 | 3 => u32::from_le_bytes(read_array(input, FORMAT)?),
        version => {
            return Err(unsupported(format!("version {version}"), "versions 1 to 3 are read"));
        }
    };
    if length > MOST_HEADER_BYTES {
        return Err(ReadError::malformed(FORMAT, format!("its header has {length} bytes")));
    }
    let header = read_exactly(input, u64::from(length), FORMAT)?;
    let header = String::from_utf8_lossy(&header);
    let array = parse(&header)?;
    let count = array.rows.checked_mul(array.columns).ok_or_else(|| columns.too_large())?;
    let width = usize::try_from(array.columns).map_err(|_| columns.too_large())?;
    columns.shape(width, array.rows)?;
    values(input, array.type_, count, FORMAT, |at, value| {
        let column = if array.order == Order::C { at % array.columns } else { at / array.rows };
        columns.push(column as usize, value)
    })?;
    Ok(columns.numbered(array.type_.0))
}

/// The header is a dictionary of Python with three entries.
fn parse(header: &str) -> Result<Array, ReadError> {
    let missing = |key: &str| ReadError::malformed(FORMAT, format!("its header has no {key}"));
    let value = |key: &str| {
        let start = header.find(&format!("'{key}'")).ok_or_else(|| missing(key))?;
        let (_, rest) = header[start..].split_once(':').ok_or_else(|| missing(key))?;
        Ok::<&str, ReadError>(rest.trim_start())
    };
    let descriptor = value("descr")?;
    let descriptor = descriptor.get(..5).unwrap_or(descriptor);
    let type_ = match descriptor {
        "'<f8'" => (Precision::Double, ByteOrder::Little),
        "'>f8'" => (Precision::Double, ByteOrder::Big),
        "'<f4'" => (Precision::Single, ByteOrder::Little),
        "'>f4'" => (Precision::Single, ByteOrder::Big),
        other => {
            return Err(unsupported(format!("values of type {other}"), "f8 and f4 are read"));
        }
    };
    let order = match value("fortran_order")? {
        order if order.starts_with("False") => Order::C,
        order if order.starts_with("True") => Order::Fortran,
        _ => return Err(missing("order")),
    };
    let shape = value("shape")?.strip_prefix('(').and_then(|shape| shape.split_once(')'));
    let (shape, _) = shape.ok_or_else(|| missing("shape"))?;
    let dimensions: Result<Vec<u64>, _> =
        shape.trim().trim_end_matches(',').split(',').map(|size| size.trim().parse()).collect();
    let (rows, columns) = match dimensions.as_deref() {
        Ok(&[rows]) => (rows, 1),
        Ok(&[rows, columns]) => (rows, columns),
        Ok(more) => {
            let what = format!("{} dimensions", more.len());
            return Err(unsupported(what, "one or two are read"));
        }
        Err(_) if shape.trim().is_empty() => {
            return Err(unsupported("no dimension".into(), "one or two are read"));
        }
        Err(_) => return Err(missing("shape")),
    };
    Ok(Array { type_, order, rows, columns })
}

fn unsupported(what: String, allowed: &'static str) -> ReadError {
    ReadError::Unsupported { format: FORMAT, what, allowed }
}
