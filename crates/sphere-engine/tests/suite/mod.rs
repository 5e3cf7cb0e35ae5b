//! The jobs that every engine is held to, and an engine that is wrong.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::ops::Range;

use sphere_engine::{
    Block, Capability, CpuEngine, Engine, Job, NearestJob, Report, SampleParameters, Sink,
    SinkError, Stop, Stopped, Window,
};
use sphere_math::sampling::Tally;
use sphere_math::simd::SimdLevel;

/// A scheme, and its parameters.
pub(crate) type Words = (&'static str, &'static [(&'static str, &'static str)]);

/// Every scheme and every path of it, parameters at both ends, the first and the last indices. Many
/// have several blocks, none of which end on a block or a group of threads.
pub(crate) const JOBS: [Words; 28] = [
    ("fibonacci", &[("count", "200_001"), ("start", "7")]),
    ("fibonacci", &[("count", "90_001"), ("columns", "lonlat-deg")]),
    ("fibonacci", &[("count", "20_001"), ("total", "1e15"), ("start", "999_999_999_979_999")]),
    ("fibonacci", &[("count", "20_001"), ("placement", "packing")]),
    ("fibonacci", &[("count", "2"), ("placement", "offset:0")]),
    ("fibonacci", &[("count", "1")]),
    ("fibonacci", &[("count", "5"), ("total", "4503599627370496"), ("start", "4503599627370491")]),
    ("disk", &[("count", "150_001")]),
    ("disk", &[("count", "15_001"), ("total", "4503599627370496"), ("start", "4294960000")]),
    ("disk", &[("count", "1")]),
    ("random", &[("count", "100_001"), ("start", "4294967000")]),
    ("random", &[("count", "100_001"), ("method", "disk"), ("seed", "18446744073709551615")]),
    ("random", &[("count", "100_001"), ("method", "ball")]),
    ("random", &[("count", "10_001"), ("method", "ball"), ("start", "18446744073709541613")]),
    ("random", &[("count", "301"), ("method", "cylinder"), ("seed", "0")]),
    ("sobol", &[("count", "100_001"), ("scramble", "owen")]),
    ("sobol", &[("count", "100_001"), ("scramble", "shift"), ("start", "4294967000")]),
    ("sobol", &[("count", "10_001"), ("scramble", "owen"), ("seed", "3"), ("randomisation", "9")]),
    ("sobol", &[("count", "10_001")]),
    ("sobol", &[("count", "10_001"), ("dimensions", "1")]),
    ("sobol", &[("count", "2_001"), ("dimensions", "100"), ("start", "5")]),
    ("sobol", &[("count", "201"), ("dimensions", "100"), ("start", "5"), ("scramble", "owen")]),
    ("sobol", &[("count", "3"), ("dimensions", "500"), ("start", "9223372036854775805")]),
    ("pixels", &[("order", "7"), ("ordering", "ring")]),
    ("pixels", &[("order", "7"), ("ordering", "nested")]),
    ("pixels", &[("order", "0"), ("ordering", "ring")]),
    ("pixels", &[("order", "29"), ("count", "3_001"), ("start", "3458764513820537927")]),
    ("fibonacci", &[("count", "0")]),
];

/// Blocks as the engine likes them, and such as begin anywhere on a cache line.
pub(crate) const WINDOWS: [Window; 2] =
    [Window { blocks: 64, block_bytes: 1 << 21 }, Window { blocks: 5, block_bytes: 49_990 }];

pub(crate) fn job((scheme, pairs): Words, precision: &str) -> Job {
    let pairs = pairs.iter().copied().chain([("precision", precision)]);
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

/// Keeps the bytes, lends blocks of a given size.
struct Bytes {
    window: Window,
    bytes: Vec<u8>,
}

impl Sink for Bytes {
    fn window(&self) -> Window {
        self.window
    }

    fn lend(&mut self) -> Block {
        Block::default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        assert!(block.bytes().len() <= self.window.block_bytes, "a block is as large as it was");
        self.bytes.extend_from_slice(block.bytes());
        Ok(())
    }
}

/// The bytes of a job that does not fail.
pub(crate) fn run(engine: &dyn Engine, job: &Job, window: Window) -> (Vec<u8>, Tally) {
    let mut sink = Bytes { window, bytes: Vec::new() };
    let report = engine.run(job, &mut sink, &Stop::never()).unwrap();
    assert_eq!(report.points, job.points());
    (sink.bytes, report.tally)
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

/// What every engine is compared with.
pub(crate) fn scalar() -> CpuEngine {
    CpuEngine::new(1.try_into().ok()).unwrap().with_simd(SimdLevel::Scalar).unwrap()
}

/// An engine that flips some bits of a byte of a job.
pub(crate) struct Wrong<'a> {
    pub(crate) engine: &'a dyn Engine,
    pub(crate) byte: usize,
    pub(crate) bits: u8,
}

/// Passes blocks on, one of them changed.
struct Flip<'a> {
    sink: &'a mut dyn Sink,
    byte: usize,
    bits: u8,
}

impl Engine for Wrong<'_> {
    fn capability(&self) -> &Capability {
        self.engine.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let mut flip = Flip { sink: out, byte: self.byte, bits: self.bits };
        self.engine.run(job, &mut flip, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.engine.nearest(job, directions, indices, stop)?;
        if let Some(index) = indices.get_mut(self.byte / size_of::<u64>()) {
            *index ^= u64::from(self.bits);
        }
        Ok(())
    }
}

impl Sink for Flip<'_> {
    fn window(&self) -> Window {
        self.sink.window()
    }

    fn lend(&mut self) -> Block {
        self.sink.lend()
    }

    fn accept(&mut self, points: Range<u64>, mut block: Block) -> Result<(), SinkError> {
        let values = block.values_mut::<u8>();
        if let Some(byte) = values.get_mut(self.byte) {
            *byte ^= self.bits;
        }
        self.byte = self.byte.wrapping_sub(values.len());
        self.sink.accept(points, block)
    }
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
