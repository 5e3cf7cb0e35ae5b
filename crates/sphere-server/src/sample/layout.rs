//! Where each byte of a response comes from, and which of them are asked for.

use std::ops::Range;

use hyper::HeaderMap;
use hyper::header::{IF_RANGE, RANGE};
use sphere_io::Format;
use sphere_jobs::Recheck;
use sphere_offload::queue::Chunks;

use super::any_encoder::AnyEncoder;
use super::request::{Quality, SampleRequest};
use super::tag::Tag;
use crate::problem::Problem;

/// The bytes of a response: a head, then rows of the same length, where the format has it so.
/// Lengths are in bytes.
pub(crate) struct Layout {
    /// The length of everything, where it is known before it is made.
    pub(crate) total: Option<u64>,
    head: u64,
    row: u64,
}

/// The bytes to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Of the whole response; without end where its length is not known.
    pub(crate) bytes: Range<u64>,
    /// The rows that hold them, from 0.
    pub(crate) rows: Option<Range<u64>>,
    /// Where the first of those rows begins.
    pub(super) first_row_at: u64,
    /// Whether it is less than everything.
    pub(crate) is_partial: bool,
}

impl Layout {
    pub(super) fn of(request: &SampleRequest) -> Self {
        let row_bytes = request.job.row_bytes() as u64;
        let data_bytes = request.job.points().checked_mul(row_bytes);
        let total_bytes = match request.format {
            // What a trailer follows is sent in chunks, and not in parts.
            _ if request.quality != Quality::Left || request.takes_trailers => None,
            Format::Raw => data_bytes,
            // Only the encoder knows what precedes the rows.
            format if format.has_plain_rows() => AnyEncoder::new(request).total_bytes(),
            _ => None,
        };
        let head_bytes = total_bytes.unwrap_or(0).saturating_sub(data_bytes.unwrap_or(0));
        Self { total: total_bytes, head: head_bytes, row: row_bytes }
    }

    /// Of so many bytes that are there.
    pub(crate) fn of_bytes(total: u64) -> Self {
        Self { total: Some(total), head: 0, row: 1 }
    }

    /// The same part of a result, to be computed in whole chunks, so that they can be compared.
    pub(super) fn in_chunks(&self, part: Part, chunks: &Chunks, points: u64) -> Part {
        let Some(rows) = part.rows else { return part };
        let rows = Recheck::rows(chunks, points, rows);
        let first_row_at = self.head + rows.start * self.row;
        Part { rows: Some(rows), first_row_at, ..part }
    }

    /// The part that `Range` asks for; everything where there is none, where it cannot be had, or
    /// where no tag says of what it would be a part.
    pub(crate) fn part(&self, headers: &HeaderMap, tag: Option<&Tag>) -> Result<Part, Problem> {
        let Some(total) = self.total else {
            return Ok(Part { bytes: 0..u64::MAX, rows: None, first_row_at: 0, is_partial: false });
        };
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let is_current =
            tag.is_some_and(|tag| text(&IF_RANGE).is_none_or(|given| given == tag.as_str()));
        let asked = text(&RANGE).filter(|_| is_current).and_then(|range| asked(range, total));
        let (bytes, is_partial) = match asked {
            Some(bytes) if bytes.is_empty() => return Err(Problem::range(total)),
            Some(bytes) => (bytes, true),
            None => (0..total, false),
        };
        let first = bytes.start.saturating_sub(self.head) / self.row;
        let end = bytes.end.saturating_sub(self.head).div_ceil(self.row);
        let first_row_at = self.head + first * self.row;
        Ok(Part { bytes, rows: Some(first..end.max(first)), first_row_at, is_partial })
    }
}

/// One range of bytes. `None` for what a server may ignore: other units, several ranges, nonsense.
/// Empty for what lies outside.
fn asked(range: &str, total: u64) -> Option<Range<u64>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| -> Option<u64> {
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // What does not fit lies past any end.
        is_plain.then(|| text.parse().unwrap_or(u64::MAX))
    };
    if first.is_empty() {
        let length = number(last)?.min(total);
        return Some(total - length..total);
    }
    let first = number(first)?;
    let end = if last.is_empty() { total } else { number(last)?.saturating_add(1).min(total) };
    if !last.is_empty() && number(last)? < first {
        return None;
    }
    Some(first.min(end)..end)
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use sphere_offload::queue::{Checksums, Chunks};

    use super::{Layout, asked};
    use crate::sample::tag::TagHash;

    #[test]
    fn ranges() {
        let table = [
            ("bytes=0-9", Some(0..10)),
            ("bytes=0-0", Some(0..1)),
            ("bytes=90-", Some(90..100)),
            ("bytes=90-1000", Some(90..100)),
            ("bytes=-10", Some(90..100)),
            ("bytes=-1000", Some(0..100)),
            ("bytes=-0", Some(100..100)),
            ("bytes=100-", Some(100..100)),
            ("bytes=100-200", Some(100..100)),
            ("bytes=99999999999999999999-", Some(100..100)),
            ("bytes=9-8", None),
            ("bytes=0-1,5-6", None),
            ("bytes=-", None),
            ("bytes=a-b", None),
            ("rows=0-1", None),
        ];
        for (range, expected) in table {
            assert_eq!(asked(range, 100), expected, "{range}");
        }
    }

    #[test]
    fn parts_know_their_rows() {
        let layout = Layout { total: Some(128 + 240), head: 128, row: 24 };
        let table = [
            ("bytes=0-", 0..10, 128),
            ("bytes=0-127", 0..0, 128),
            ("bytes=0-128", 0..1, 128),
            ("bytes=128-151", 0..1, 128),
            ("bytes=151-152", 0..2, 128),
            ("bytes=152-152", 1..2, 152),
            ("bytes=-1", 9..10, 344),
        ];
        for (range, rows, first_row_at) in table {
            let mut headers = HeaderMap::new();
            headers.insert("range", range.parse().unwrap());
            let tag = TagHash::new().tag();
            let part = layout.part(&headers, Some(&tag)).ok().unwrap();
            assert_eq!((part.rows, part.first_row_at), (Some(rows), first_row_at), "{range}");
            assert!(!layout.part(&headers, None).ok().unwrap().is_partial, "of nothing known");
            headers.insert("if-range", "\"other\"".parse().unwrap());
            assert!(!layout.part(&headers, Some(&tag)).ok().unwrap().is_partial);
        }
    }

    #[test]
    fn parts_of_results_are_whole_chunks() {
        let layout = Layout { total: Some(128 + 240), head: 128, row: 24 };
        let chunks = Chunks { points: 4, checksums: Checksums(vec![0; 3]) };
        for (range, rows, first_row_at) in [
            ("bytes=0-127", 0..0, 128),
            ("bytes=0-128", 0..4, 128),
            ("bytes=223-224", 0..8, 128),
            ("bytes=224-224", 4..8, 224),
            ("bytes=-1", 8..10, 320),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("range", range.parse().unwrap());
            let part = layout.part(&headers, Some(&TagHash::new().tag())).ok().unwrap();
            let whole = layout.in_chunks(part.clone(), &chunks, 10);
            assert_eq!((whole.rows, whole.first_row_at), (Some(rows), first_row_at), "{range}");
            assert_eq!(whole.bytes, part.bytes);
        }
    }
}
