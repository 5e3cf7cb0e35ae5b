//! Conformance of the engine: every scheme and precision, on every instruction set and number of
//! threads, in blocks of any size, gives the bytes of one thread at the scalar level.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod suite;

use std::num::NonZeroUsize;

use sphere_engine::{CpuEngine, Engine, Job, Window};
use sphere_math::simd::SimdLevel;

use suite::{JOBS, WINDOWS, Wrong, run};

fn jobs() -> impl Iterator<Item = Job> {
    ["f64", "f32"].into_iter().flat_map(|precision| JOBS.map(|words| suite::job(words, precision)))
}

fn engine(threads: usize, level: SimdLevel) -> CpuEngine {
    CpuEngine::new(NonZeroUsize::new(threads)).unwrap().with_simd(level).unwrap()
}

/// Whether an engine gives the bytes of one thread at the scalar level.
fn conforms(engine: &dyn Engine, job: &Job, window: Window) -> bool {
    run(engine, job, window) == run(&suite::scalar(), job, WINDOWS[0])
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

#[test]
fn a_wrong_engine_is_caught() {
    let engine = engine(2, SimdLevel::best());
    let wrong = |byte| Wrong { engine: &engine, byte, bits: 1 };
    for job in jobs().filter(|job| job.points() > 0) {
        let bytes = job.points() as usize * job.row_bytes();
        for byte in [0, 1_000_000.min(bytes / 2), bytes - 1] {
            assert!(!conforms(&wrong(byte), &job, WINDOWS[1]), "byte {byte} of {job:?}");
        }
        assert!(conforms(&wrong(usize::MAX), &job, WINDOWS[1]), "{job:?}");
    }
}
