//! Conformance of the engine: every scheme and precision, on every instruction set and number of
//! threads, in blocks of any size, gives the bytes of one thread at the scalar level.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::num::NonZeroUsize;
use std::ops::Range;

use sphere_engine::{
    Block, Capability, CpuEngine, Engine, Job, NearestJob, Report, SampleParameters, Sink,
    SinkError, Stop, Stopped, Window,
};
use sphere_math::sampling::Tally;
use sphere_math::simd::SimdLevel;

/// Jobs of several blocks, none of which end on a block.
const JOBS: [(&str, &[(&str, &str)]); 11] = [
    ("fibonacci", &[("count", "200_001"), ("start", "7")]),
    ("fibonacci", &[("count", "90_001"), ("columns", "lonlat-deg")]),
    ("disk", &[("count", "150_001")]),
    ("random", &[("count", "100_001"), ("start", "4294967000")]),
    ("random", &[("count", "100_001"), ("method", "disk"), ("seed", "18446744073709551615")]),
    ("random", &[("count", "100_001"), ("method", "ball")]),
    ("sobol", &[("count", "100_001"), ("scramble", "owen")]),
    ("sobol", &[("count", "100_001"), ("scramble", "shift"), ("start", "4294967000")]),
    ("sobol", &[("count", "2_001"), ("dimensions", "100"), ("start", "5")]),
    ("pixels", &[("order", "7"), ("ordering", "ring")]),
    ("pixels", &[("order", "7"), ("ordering", "nested")]),
];

/// The engine's own blocks, and such as begin anywhere on a cache line.
const WINDOWS: [Window; 2] =
    [Window { blocks: 64, block_bytes: 1 << 21 }, Window { blocks: 5, block_bytes: 49_990 }];

fn jobs() -> impl Iterator<Item = Job> {
    let precise = |precision| {
        move |(scheme, pairs): (&str, &[(&str, &str)])| {
            let pairs = pairs.iter().copied().chain([("precision", precision)]);
            SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
        }
    };
    JOBS.into_iter().map(precise("f64")).chain(JOBS.into_iter().map(precise("f32")))
}

fn engine(threads: usize, level: SimdLevel) -> CpuEngine {
    CpuEngine::new(NonZeroUsize::new(threads)).unwrap().with_simd(level).unwrap()
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
        self.bytes.extend_from_slice(block.bytes());
        Ok(())
    }
}

fn run(engine: &dyn Engine, job: &Job, window: Window) -> (Vec<u8>, Tally) {
    let mut sink = Bytes { window, bytes: Vec::new() };
    let report = engine.run(job, &mut sink, &Stop::never()).unwrap();
    (sink.bytes, report.tally)
}

/// Whether an engine gives the bytes of one thread at the scalar level.
fn conforms(engine: &dyn Engine, job: &Job, window: Window) -> bool {
    run(engine, job, window) == run(&self::engine(1, SimdLevel::Scalar), job, WINDOWS[0])
}

#[test]
fn levels_threads_and_blocks_change_no_bit() {
    for level in SimdLevel::available() {
        for threads in [1, 2, 8] {
            let engine = engine(threads, level);
            for (job, window) in jobs().flat_map(|job| WINDOWS.map(|window| (job.clone(), window)))
            {
                assert!(
                    conforms(&engine, &job, window),
                    "{level}, {threads} threads, blocks of {} bytes: {job:?}",
                    window.block_bytes
                );
            }
        }
    }
}

/// An engine that flips one bit of the block in which a certain byte lies.
struct Wrong {
    engine: CpuEngine,
    byte: usize,
}

/// Passes blocks on, one of them changed.
struct Flip<'a> {
    sink: &'a mut dyn Sink,
    byte: usize,
}

impl Engine for Wrong {
    fn capability(&self) -> &Capability {
        self.engine.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.engine.run(job, &mut Flip { sink: out, byte: self.byte }, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.engine.nearest(job, directions, indices, stop)
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
            *byte ^= 1;
        }
        self.byte = self.byte.wrapping_sub(values.len());
        self.sink.accept(points, block)
    }
}

#[test]
fn a_wrong_engine_is_caught() {
    for job in jobs() {
        let bytes = job.points() as usize * job.row_bytes();
        for byte in [0, 1_000_000.min(bytes / 2), bytes - 1] {
            let wrong = Wrong { engine: engine(2, SimdLevel::best()), byte };
            assert!(!conforms(&wrong, &job, WINDOWS[1]), "byte {byte} of {job:?}");
        }
        let right = Wrong { engine: engine(2, SimdLevel::best()), byte: usize::MAX };
        assert!(conforms(&right, &job, WINDOWS[1]), "{job:?}");
    }
}
