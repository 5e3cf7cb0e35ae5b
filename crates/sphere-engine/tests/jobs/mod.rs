//! Jobs that engines for graphics processors are given.

use std::ops::Range;

use sphere_engine::{Block, Job, SampleParameters, Sink, SinkError, Window};

/// Jobs of several paths, none of which end on a group of threads.
pub(crate) const JOBS: [(&str, &[(&str, &str)]); 16] = [
    ("fibonacci", &[("count", "20_001"), ("start", "7")]),
    ("fibonacci", &[("count", "20_001"), ("total", "1e15"), ("start", "999_999_999_979_999")]),
    ("fibonacci", &[("count", "20_001"), ("placement", "packing")]),
    ("disk", &[("count", "15_001")]),
    ("disk", &[("count", "15_001"), ("total", "1e15"), ("start", "4294960000")]),
    ("random", &[("count", "10_001"), ("start", "4294967000")]),
    ("random", &[("count", "10_001"), ("method", "disk"), ("seed", "18446744073709551615")]),
    ("random", &[("count", "10_001"), ("method", "ball"), ("start", "18446744073709541613")]),
    ("sobol", &[("count", "10_001")]),
    ("sobol", &[("count", "10_001"), ("scramble", "owen"), ("seed", "3")]),
    ("sobol", &[("count", "10_001"), ("scramble", "shift"), ("start", "4294967000")]),
    ("sobol", &[("count", "201"), ("dimensions", "100"), ("start", "5"), ("scramble", "owen")]),
    ("sobol", &[("count", "3"), ("dimensions", "500"), ("start", "9223372036854775805")]),
    ("pixels", &[("order", "5"), ("ordering", "ring")]),
    ("pixels", &[("order", "5"), ("ordering", "nested")]),
    ("fibonacci", &[("count", "0")]),
];

pub(crate) fn job(scheme: &str, pairs: &[(&str, &str)], precision: &str) -> Job {
    let pairs = pairs.iter().copied().chain([("precision", precision)]);
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

/// The raw integers of a job, row after row.
pub(crate) fn draws(job: &Job) -> Vec<u64> {
    let plan = job.scheme().plan().unwrap();
    let (rows, width) = (job.points() as usize, plan.draw_columns());
    let mut columns = vec![0; rows * width];
    let mut parts: Vec<&mut [u64]> = columns.chunks_mut(rows.max(1)).collect();
    if rows > 0 {
        plan.draw(job.range(), &mut parts).unwrap();
    }
    (0..rows * width).map(|at| columns[at % width * rows + at / width]).collect()
}

/// Counts what it is given, and does something after each block.
pub(crate) struct Watch<F> {
    pub(crate) bytes: Vec<u8>,
    block_bytes: usize,
    after_each: F,
}

impl<F: FnMut(u64)> Sink for Watch<F> {
    fn window(&self) -> Window {
        Window { blocks: 1, block_bytes: self.block_bytes }
    }

    fn lend(&mut self) -> Block {
        Block::default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.bytes.extend_from_slice(block.bytes());
        (self.after_each)(points.end);
        Ok(())
    }
}

pub(crate) fn watch<F: FnMut(u64)>(block_bytes: usize, after_each: F) -> Watch<F> {
    Watch { bytes: Vec::new(), block_bytes, after_each }
}
