//! The suite that every engine is held to: raw integers are the same, points are within the bound.

use sphere_engine::{
    Cause, Collect, Coordinates, Engine, EngineError, Job, Precision, Stop, Window,
};
use sphere_math::kernels::SINGLE_BOUND;

use super::suite::{JOBS, WINDOWS, Wrong, draws, job, run, scalar};
use super::{distance, shared};

/// The jobs that wgpu computes: f32, as points come.
pub(crate) fn jobs() -> impl Iterator<Item = Job> {
    let all = JOBS.into_iter().map(|words| job(words, "f32"));
    all.filter(|job| job.coordinates() == Coordinates::Native)
}

/// Whether the points of an engine are within the bound, and as many as there should be.
fn conforms(engine: &dyn Engine, job: &Job, window: Window) -> bool {
    let [found, right] = [engine, &scalar() as &dyn Engine].map(|engine| {
        let (bytes, tally) = run(engine, job, window);
        let values = bytes.as_chunks().0.iter().map(|&value| f32::from_ne_bytes(value));
        (values.collect::<Vec<_>>(), tally.accepted)
    });
    found.1 == right.1 && distance(&found.0, &right.0) <= SINGLE_BOUND
}

#[test]
fn draws_are_the_same_integers() {
    let Some(engine) = shared() else { return };
    for job in jobs() {
        let drawn = engine.draws(&job.scheme().plan().unwrap(), job.range()).unwrap();
        assert!(drawn == draws(&job), "{job:?}");
    }
}

#[test]
fn points_are_within_the_bound_in_blocks_of_any_size() {
    let Some(engine) = shared() else { return };
    for job in jobs() {
        for window in WINDOWS {
            assert!(conforms(engine, &job, window), "{} bytes: {job:?}", window.block_bytes);
        }
    }
}

#[test]
fn a_wrong_engine_is_caught() {
    let Some(engine) = shared() else { return };
    // A bit of an exponent: of the digits, the bound forgives the last.
    let wrong = |byte| Wrong { engine, byte, bits: 1 << 6 };
    for job in jobs().filter(|job| job.points() > 0) {
        let bytes = job.points() as usize * job.row_bytes();
        for byte in [3, 1_000_000.min(bytes / 2) / 4 * 4 + 3, bytes - 1] {
            assert!(!conforms(&wrong(byte), &job, WINDOWS[1]), "byte {byte} of {job:?}");
        }
        assert!(conforms(&wrong(usize::MAX), &job, WINDOWS[1]), "{job:?}");
    }
}

#[test]
fn other_precisions_and_coordinates_are_for_other_engines() {
    let Some(engine) = shared() else { return };
    let all = ["f64", "f32"].into_iter().flat_map(|name| JOBS.map(|words| job(words, name)));
    let is_other = |job: &Job| {
        job.precision() != Precision::Single || job.coordinates() != Coordinates::Native
    };
    for job in all.filter(is_other) {
        let stopped = engine.run(&job, &mut Collect::<f32>::default(), &Stop::never()).unwrap_err();
        assert_eq!(stopped.next, job.range().start);
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::Unavailable { .. })), "{job:?}");
    }
}
