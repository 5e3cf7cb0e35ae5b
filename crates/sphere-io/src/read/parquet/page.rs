//! The pages of a column of a row group.

use super::{Codec, Leaf, damaged, numbers, rle, unsupported};

use crate::Precision;
use crate::read::ReadError;
use crate::read::raw::{ByteOrder, decode, size_of_value};
use crate::thrift::Value;

/// A page: what its header says, and its bytes as they are stored.
struct Page<'a> {
    header: Value<'a>,
    kind: i32,
    unpacked: usize,
    stored: &'a [u8],
}

/// What the header of a page of values says.
struct Layout {
    values: usize,
    encoding: i32,
    levels: Levels,
}

/// Where the marks of missing values stand.
enum Levels {
    Nowhere,
    /// Before the values, compressed with them, behind their length.
    Inside,
    /// So many bytes before the values.
    Before(usize),
}

/// Reads `rows` values from the pages of a column and hands them on, page by page.
pub(super) fn read_chunk(
    mut bytes: &[u8],
    codec: Codec,
    leaf: Leaf,
    rows: usize,
    mut take: impl FnMut(Vec<f64>) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut dictionary = None;
    let mut left = rows;
    while left > 0 {
        let page = next_page(&mut bytes)?;
        match page.kind {
            numbers::INDEX_PAGE => {}
            numbers::DICTIONARY_PAGE => {
                let header = page.header.field(7);
                let count = header.and_then(|header| natural(header, 1));
                // One dictionary, and no value in it twice: it is not longer than the column.
                let count = count
                    .filter(|&count| count <= rows && dictionary.is_none())
                    .ok_or_else(|| damaged("a dictionary is not that of its column"))?;
                let content = unpack(codec, page.stored, page.unpacked, count, leaf)?;
                dictionary = Some(plain(&content, leaf.precision, count)?);
            }
            numbers::DATA_PAGE | numbers::DATA_PAGE_V2 => {
                let layout = layout(&page, leaf)?;
                // Nothing is reserved for more values than the row group has.
                left = left
                    .checked_sub(layout.values)
                    .filter(|_| layout.values > 0)
                    .ok_or_else(|| damaged("a page has not the rows of its row group"))?;
                take(values(&page, &layout, codec, leaf, dictionary.as_deref())?)?;
            }
            _ => return Err(unsupported("another kind of page", "pages of values are read")),
        }
    }
    Ok(())
}

fn next_page<'a>(bytes: &mut &'a [u8]) -> Result<Page<'a>, ReadError> {
    let header = Value::read(bytes).ok_or_else(|| damaged("a page has no header"))?;
    let size = |field| natural(&header, field).ok_or_else(|| damaged("a page has no length"));
    let (unpacked, stored) = (size(2)?, size(3)?);
    let (stored, rest) =
        bytes.split_at_checked(stored).ok_or_else(|| damaged("a page leads out of its column"))?;
    *bytes = rest;
    let kind = header.integer(1).and_then(|kind| i32::try_from(kind).ok()).unwrap_or(-1);
    Ok(Page { header, kind, unpacked, stored })
}

fn layout(page: &Page<'_>, leaf: Leaf) -> Result<Layout, ReadError> {
    let incomplete = || damaged("a page is not described");
    let is_second = page.kind == numbers::DATA_PAGE_V2;
    let header = page.header.field(if is_second { 8 } else { 5 }).ok_or_else(incomplete)?;
    let number = |field| natural(header, field).ok_or_else(incomplete);
    let encoding = number(if is_second { 4 } else { 2 })? as i32;
    let levels = if is_second {
        // Lists are refused, so nothing repeats, but a writer may say so at length.
        let repetition = number(6)?;
        if repetition > 0 {
            return Err(unsupported("lists", "columns of numbers are read"));
        }
        Levels::Before(number(5)?)
    } else if !leaf.is_optional {
        Levels::Nowhere
    } else if header.integer(3) == Some(i64::from(numbers::RLE)) {
        Levels::Inside
    } else {
        return Err(unsupported("levels of an old encoding", "run lengths are read"));
    };
    Ok(Layout { values: number(1)?, encoding, levels })
}

fn values(
    page: &Page<'_>,
    layout: &Layout,
    codec: Codec,
    leaf: Leaf,
    dictionary: Option<&[f64]>,
) -> Result<Vec<f64>, ReadError> {
    let damaged_levels = || damaged("a page has no levels");
    let (levels, content) = match layout.levels {
        Levels::Nowhere => (None, unpack(codec, page.stored, page.unpacked, layout.values, leaf)?),
        Levels::Inside => {
            let mut content = unpack(codec, page.stored, page.unpacked, layout.values, leaf)?;
            let (length, rest) = content.split_first_chunk().ok_or_else(damaged_levels)?;
            let length = u32::from_le_bytes(*length) as usize;
            let levels = rest.get(..length).ok_or_else(damaged_levels)?;
            let levels = rle::read(levels, 1, layout.values).ok_or_else(damaged_levels)?;
            content.drain(..4 + length);
            (Some(levels), content)
        }
        Levels::Before(length) => {
            let (levels, stored) =
                page.stored.split_at_checked(length).ok_or_else(damaged_levels)?;
            let unpacked = page.unpacked.checked_sub(length).ok_or_else(damaged_levels)?;
            let is_packed = page.header.field(8).and_then(|header| header.field(7));
            let codec = if is_packed == Some(&Value::Bool(false)) { Codec::None } else { codec };
            let levels = if leaf.is_optional {
                let levels = rle::read(levels, 1, layout.values);
                Some(levels.ok_or_else(damaged_levels)?)
            } else {
                None
            };
            (levels, unpack(codec, stored, unpacked, layout.values, leaf)?)
        }
    };
    let present = levels
        .as_ref()
        .map_or(layout.values, |levels| levels.iter().filter(|&&level| level > 0).count());
    let values = decode_values(&content, layout.encoding, leaf.precision, present, dictionary)?;
    let Some(levels) = levels else { return Ok(values) };
    let mut values = values.into_iter();
    let value = |level| if level > 0 { values.next() } else { None };
    Ok(levels.into_iter().map(value).map(|value| value.unwrap_or(f64::NAN)).collect())
}

/// The bytes of a page, which are not more than its values need.
fn unpack(
    codec: Codec,
    stored: &[u8],
    unpacked: usize,
    values: usize,
    leaf: Leaf,
) -> Result<Vec<u8>, ReadError> {
    // Levels and indices of a value in the worst encoding, and the headers of their runs.
    const MOST_BESIDE: usize = 8;
    const SLACK: usize = 1024;
    if unpacked
        > values.saturating_mul(size_of_value(leaf.precision) + MOST_BESIDE).saturating_add(SLACK)
    {
        return Err(damaged(format!("a page of {values} values has {unpacked} bytes")));
    }
    // Nothing needs no decompressing: some writers then store nothing.
    if unpacked == 0 {
        return Ok(Vec::new());
    }
    codec.decompress(stored, unpacked).map_err(damaged)
}

fn decode_values(
    content: &[u8],
    encoding: i32,
    precision: Precision,
    count: usize,
    dictionary: Option<&[f64]>,
) -> Result<Vec<f64>, ReadError> {
    match encoding {
        numbers::PLAIN => plain(content, precision, count),
        numbers::BYTE_STREAM_SPLIT => {
            let size = size_of_value(precision);
            let stride = content.len() / size;
            let mut joined = Vec::with_capacity(content.len());
            for at in 0..stride {
                joined.extend((0..size).map(|stream| content[stream * stride + at]));
            }
            plain(&joined, precision, count)
        }
        numbers::PLAIN_DICTIONARY | numbers::RLE_DICTIONARY => {
            let dictionary = dictionary.ok_or_else(|| damaged("a dictionary is missing"))?;
            if count == 0 {
                return Ok(Vec::new());
            }
            let wrong = || damaged("a page has no value of its dictionary");
            let (&width, indices) = content.split_first().ok_or_else(wrong)?;
            let indices = rle::read(indices, u32::from(width), count).ok_or_else(wrong)?;
            let value = |index: u32| dictionary.get(index as usize).copied();
            indices.into_iter().map(value).collect::<Option<Vec<f64>>>().ok_or_else(wrong)
        }
        _ => Err(unsupported(
            "another encoding",
            "PLAIN, dictionaries and BYTE_STREAM_SPLIT are read",
        )),
    }
}

/// Values as they are in memory.
fn plain(content: &[u8], precision: Precision, count: usize) -> Result<Vec<f64>, ReadError> {
    let bytes =
        count.checked_mul(size_of_value(precision)).and_then(|length| content.get(..length));
    let bytes = bytes.ok_or_else(|| damaged("a page is shorter than its values"))?;
    Ok(decode(bytes, precision, ByteOrder::Little).collect())
}

fn natural(structure: &Value<'_>, field: i16) -> Option<usize> {
    usize::try_from(structure.integer(field)?).ok()
}
