//! Blocks to the bytes of a response.

use std::io::Write as _;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::HeaderMap;
use hyper::header::ACCEPT_ENCODING;
use sphere_engine::{Block, SinkError};
use sphere_io::Format;

use super::any_encoder::AnyEncoder;
use super::layout::Part;
use super::request::SampleRequest;

/// Whether the memory of a block is what npy, raw and PLY hold.
const LITTLE_ENDIAN: bool = cfg!(target_endian = "little");

/// How the bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    /// For text alone: the bits of points are as good as random, and no code makes them fewer.
    Gzip,
}

impl Encoding {
    pub(super) fn of(request: &SampleRequest, headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        let takes_gzip = accepted.unwrap_or("").split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let name = parts.next().unwrap_or("");
            let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
            name.eq_ignore_ascii_case("gzip") && !refused
        });
        if takes_gzip && request.format.is_text() { Self::Gzip } else { Self::Identity }
    }
}

/// Turns the blocks of a job into the bytes of its part of the response.
pub(super) struct PartEncoder {
    /// `None` where the bytes are those of the blocks and nothing else.
    encoder: Option<AnyEncoder>,
    /// Where the next byte lies in the whole response.
    at: u64,
    bytes: Range<u64>,
    borrows: bool,
    gzip: Option<GzEncoder<Vec<u8>>>,
    spare: Spare,
}

impl PartEncoder {
    pub(super) fn new(request: &SampleRequest, part: &Part, encoding: Encoding) -> Self {
        let is_raw = request.format == Format::Raw && LITTLE_ENDIAN;
        Self {
            encoder: (!is_raw).then(|| AnyEncoder::new(request)),
            at: 0,
            bytes: part.bytes.clone(),
            borrows: request.format.has_plain_rows() && LITTLE_ENDIAN,
            gzip: (encoding == Encoding::Gzip)
                .then(|| GzEncoder::new(Vec::new(), Compression::fast())),
            spare: Spare::default(),
        }
    }

    /// A block to fill, used before where there is one.
    pub(super) fn lend(&mut self) -> Block {
        self.spare.take()
    }

    /// The head, and a step to the first row that is wanted.
    pub(super) fn begin(&mut self, part: &Part) -> Result<Bytes, SinkError> {
        let Some(encoder) = &mut self.encoder else {
            self.at = part.first_row_at;
            return Ok(Bytes::new());
        };
        let head = Bytes::copy_from_slice(encoder.begin());
        let head = self.cut(&head);
        self.at = self.at.max(part.first_row_at);
        self.compressed(head)
    }

    /// The bytes of a block. Where the format is the memory of the block, nothing is copied: the
    /// block comes back when its bytes are sent.
    pub(super) fn block(&mut self, block: Block) -> Result<Bytes, SinkError> {
        let Some(encoder) = self.encoder.as_mut().filter(|_| !self.borrows) else {
            let bytes = Bytes::from_owner(Sent { block, spare: self.spare.clone() });
            return Ok(self.cut(&bytes));
        };
        let bytes = Bytes::copy_from_slice(encoder.rows(&block)?);
        self.spare.give(block);
        let bytes = self.cut(&bytes);
        self.compressed(bytes)
    }

    /// What comes after the last row, with a report of their quality in JSON.
    pub(super) fn end(&mut self, report: Option<&serde_json::Value>) -> Result<Bytes, SinkError> {
        // Borrowed rows went by the encoder, and no format of plain rows has an end.
        let Some(encoder) = self.encoder.as_mut().filter(|_| !self.borrows) else {
            return Ok(Bytes::new());
        };
        let mut end = encoder.end()?.to_vec();
        if let Some(report) = report {
            // The document's last brace, and a new line.
            end.truncate(end.len().saturating_sub(2));
            end.extend_from_slice(format!(",\"quality\":{report}}}\n").as_bytes());
        }
        let end = self.cut(&end.into());
        let Some(mut gzip) = self.gzip.take() else { return Ok(end) };
        gzip.write_all(&end)?;
        Ok(gzip.finish()?.into())
    }

    /// The bytes of these that are asked for.
    fn cut(&mut self, bytes: &Bytes) -> Bytes {
        let start = self.at;
        self.at += bytes.len() as u64;
        let first = self.bytes.start.saturating_sub(start).min(bytes.len() as u64);
        let end = self.bytes.end.saturating_sub(start).min(bytes.len() as u64);
        bytes.slice(first as usize..end.max(first) as usize)
    }

    fn compressed(&mut self, bytes: Bytes) -> Result<Bytes, SinkError> {
        let Some(gzip) = &mut self.gzip else { return Ok(bytes) };
        gzip.write_all(&bytes)?;
        Ok(std::mem::take(gzip.get_mut()).into())
    }
}

/// Blocks that are free, shared with those that are on their way.
#[derive(Clone, Default)]
struct Spare(Arc<Mutex<Vec<Block>>>);

impl Spare {
    fn take(&self) -> Block {
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        blocks.pop().unwrap_or_default()
    }

    fn give(&self, block: Block) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(block);
    }
}

/// A block whose bytes are being sent.
struct Sent {
    block: Block,
    spare: Spare,
}

impl AsRef<[u8]> for Sent {
    fn as_ref(&self) -> &[u8] {
        self.block.bytes()
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.spare.give(std::mem::take(&mut self.block));
    }
}
