//! A checksum for every so many points: what tells that a part which is computed again is the same.
//!
//! The checksum is XXH3 of 64 bits (Yann Collet, <https://github.com/Cyan4973/xxHash>) of the rows as
//! format `raw` has them: f64 or f32, little-endian. It guards against faults, not against forgers.

use std::hash::Hasher as _;

use sphere_engine::{Job, SinkError};
use sphere_offload::queue::Chunks;
use twox_hash::XxHash3_64;

/// Chunks of a job are as many at most, whatever its size: all checksums travel together.
const MOST_CHUNKS: u64 = 8192;
/// Smaller ones are not worth a checksum each.
const LEAST_CHUNK_BYTES: u64 = 1 << 20;

/// How large a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) points: u64,
    pub(crate) row_bytes: usize,
}

impl Size {
    /// For the points of a job: a power of two, so that ranges fall on the ends of chunks.
    pub(crate) fn of(job: &Job) -> Self {
        let row_bytes = job.row_bytes();
        let most = job.points().div_ceil(MOST_CHUNKS).next_power_of_two();
        let least = (LEAST_CHUNK_BYTES / row_bytes.max(1) as u64).max(1).next_power_of_two();
        Self { points: most.max(least), row_bytes }
    }
}

/// Rows in, checksums out.
pub(crate) struct ChunkSums {
    size: Size,
    /// The next row, counted from the first of the job.
    at: u64,
    /// The first row after the last.
    end: u64,
    hash: XxHash3_64,
}

impl ChunkSums {
    /// From a row that begins a chunk.
    pub(crate) fn new(size: Size, at: u64, end: u64) -> Self {
        Self { size, at, end, hash: XxHash3_64::new() }
    }

    /// Whole rows that come next. `finished` gets the number of each chunk that they end, and its checksum.
    pub(crate) fn add(
        &mut self,
        mut rows: &[u8],
        mut finished: impl FnMut(u64, u64) -> Result<(), SinkError>,
    ) -> Result<(), SinkError> {
        while !rows.is_empty() {
            let chunk = self.at / self.size.points;
            let end = (chunk + 1).saturating_mul(self.size.points).min(self.end);
            let left = (end - self.at).saturating_mul(self.size.row_bytes as u64);
            let (these, others) = rows.split_at(rows.len().min(left as usize));
            self.hash.write(these);
            self.at += (these.len() / self.size.row_bytes.max(1)) as u64;
            rows = others;
            if self.at == end {
                finished(chunk, std::mem::take(&mut self.hash).finish())?;
            }
        }
        Ok(())
    }
}

/// A chunk that was computed again is another: something is wrong with an engine, or another version drew
/// the points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("chunk {chunk} was computed again and is not what it was")]
pub struct Different {
    /// Which.
    pub chunk: u64,
}

/// Compares rows that are computed again with the checksums of a result.
pub struct Recheck {
    sums: ChunkSums,
    known: Vec<u64>,
}

impl Recheck {
    /// The rows that have to be computed in order to compare all that hold `rows`: whole chunks. Rows are
    /// counted from the first of the job.
    #[must_use]
    pub fn rows(chunks: &Chunks, total: u64, rows: std::ops::Range<u64>) -> std::ops::Range<u64> {
        if rows.is_empty() {
            return rows;
        }
        let points = chunks.points.max(1);
        let end = rows.end.div_ceil(points).saturating_mul(points).min(total);
        rows.start / points * points..end
    }

    /// From the row on that begins such a range, of a job of so many points.
    #[must_use]
    pub fn new(chunks: &Chunks, job: &Job, first: u64) -> Self {
        let size = Size { points: chunks.points.max(1), row_bytes: job.row_bytes() };
        let known = chunks.checksums.0.clone();
        Self { sums: ChunkSums::new(size, first, job.points()), known }
    }

    /// Whole rows that come next, as format `raw` has them.
    ///
    /// # Errors
    /// [`Different`], with the end of a chunk that is not what it was.
    pub fn add(&mut self, rows: &[u8]) -> Result<(), SinkError> {
        let known = &self.known;
        self.sums.add(rows, |chunk, checksum| {
            if known.get(chunk as usize) == Some(&checksum) {
                Ok(())
            } else {
                Err(Different { chunk }.into())
            }
        })
    }
}

impl std::fmt::Debug for Recheck {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recheck").field("at", &self.sums.at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use sphere_engine::{Collect, CpuEngine, Engine as _, SampleParameters, Stop};
    use sphere_offload::queue::Checksums;

    use super::*;

    fn job(count: &str) -> Job {
        SampleParameters::parse("random", [("count", count), ("seed", "7")]).unwrap().job().unwrap()
    }

    #[test]
    fn chunks_are_few_and_not_small() {
        for (count, points) in [
            ("1", 1 << 16),
            ("1e6", 1 << 16),
            ("1e9", 1 << 17),
            ("1e11", 1 << 24),
            ("1e12", 1 << 27),
        ] {
            let size = Size::of(&job(count));
            assert_eq!(size.points, points, "{count}");
            assert!(job(count).points().div_ceil(size.points) <= MOST_CHUNKS);
        }
    }

    #[test]
    fn however_rows_come_the_checksums_are_those_of_whole_chunks() {
        let rows: Vec<u8> = (0..24 * 10_u32).map(|byte| (byte % 251) as u8).collect();
        let size = Size { points: 4, row_bytes: 24 };
        let expected: Vec<u64> = rows.chunks(96).map(XxHash3_64::oneshot).collect();
        for step in [1, 2, 3, 4, 5, 10] {
            let (mut sums, mut found) = (ChunkSums::new(size, 0, 10), Vec::new());
            for part in rows.chunks(24 * step) {
                sums.add(part, |chunk, checksum| {
                    assert_eq!(chunk, found.len() as u64);
                    found.push(checksum);
                    Ok(())
                })
                .unwrap();
            }
            assert_eq!(found, expected, "{step}");
        }
    }

    #[test]
    fn a_changed_bit_is_found_in_its_chunk() {
        let rows: Vec<u8> = vec![5; 24 * 10];
        let checksums = rows.chunks(96).map(XxHash3_64::oneshot).collect();
        let chunks = Chunks { points: 4, checksums: Checksums(checksums) };
        let job = job("10");
        assert_eq!(Recheck::rows(&chunks, 10, 5..6), 4..8);
        assert_eq!(Recheck::rows(&chunks, 10, 5..9), 4..10);
        assert_eq!(Recheck::rows(&chunks, 10, 3..3), 3..3);
        assert!(Recheck::new(&chunks, &job, 4).add(&rows[96..]).is_ok());
        let mut other = rows;
        other[239] ^= 1;
        let error = Recheck::new(&chunks, &job, 4).add(&other[96..]).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&Different { chunk: 2 }));
    }

    #[test]
    fn a_job_ends_with_the_end_of_its_last_chunk() {
        let job = job("70000");
        let (mut sums, mut chunks) = (ChunkSums::new(Size::of(&job), 0, job.points()), Vec::new());
        let mut values = Collect::<f64>::default();
        CpuEngine::new(None).unwrap().run(&job, &mut values, &Stop::never()).unwrap();
        sums.add(bytemuck::cast_slice(&values.values), |chunk, _| {
            chunks.push(chunk);
            Ok(())
        })
        .unwrap();
        assert_eq!(chunks, [0, 1]);
    }
}
