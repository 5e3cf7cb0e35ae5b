//! The format of a file by its first bytes.

use super::ReadError;
use crate::{Format, numbers};

/// How many bytes are looked at.
pub(super) const BYTES: u64 = 512;

/// By the marks that formats begin with, then by the suffix, then by what text looks like. Values alone
/// can look like anything, so raw must be named, or its shape given.
pub(super) fn format(
    first: &[u8],
    suffix: Option<Format>,
    knows_raw: bool,
) -> Result<Format, ReadError> {
    let marks: [(&[u8], Format); 8] = [
        (b"\x93NUMPY", Format::Npy),
        (numbers::parquet::MAGIC, Format::Parquet),
        (numbers::arrow::MAGIC, Format::Arrow),
        // Four bytes can be a value of a raw file; so many are none by chance.
        (b"ply\nformat ", Format::Ply),
        (b"ply\r\nformat ", Format::Ply),
        (b"ply\n", Format::Ply),
        (b"ply\r", Format::Ply),
        // A stream of Arrow; four bytes of NaN would look the same.
        (&numbers::arrow::CONTINUATION, Format::Arrow),
    ];
    let is_mark = |mark: &[u8]| first.starts_with(mark) && (mark.len() > 4 || !knows_raw);
    if let Some((_, format)) = marks.iter().find(|(mark, _)| is_mark(mark)) {
        return Ok(*format);
    }
    if let Some(format) = suffix {
        return Ok(format);
    }
    if knows_raw {
        return Ok(Format::Raw);
    }
    if first.is_empty() {
        return Err(ReadError::Empty);
    }
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let is_text = text.iter().all(|&byte| byte >= b' ' || byte.is_ascii_whitespace());
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => Ok(Format::Json),
        Some(_) if is_text => Ok(Format::Csv),
        _ => Err(ReadError::UnknownFormat),
    }
}
