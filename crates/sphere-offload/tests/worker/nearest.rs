//! Directions through a worker.

use std::time::{Duration, Instant};

use sphere_engine::{Cause, CpuEngine, Engine as _, EngineError, NearestJob, Stop, Stopped};
use sphere_math::sampling::{Method, SampleError, Scheme};
use sphere_offload::worker::{Worker, WorkerOptions};

use crate::options;

pub(crate) const TESTS: crate::Tests = &[
    ("indices_are_those_of_the_engine", indices_are_those_of_the_engine),
    (
        "what_is_no_direction_has_its_place_in_the_call",
        what_is_no_direction_has_its_place_in_the_call,
    ),
    ("searches_and_jobs_at_once_do_not_mix", searches_and_jobs_at_once_do_not_mix),
    ("a_search_that_ends_early_says_where", a_search_that_ends_early_says_where),
    ("slots_without_room_for_a_direction", slots_without_room_for_a_direction),
];

/// Rows in a slot of the workers of these tests.
const SLOT: usize = (1 << 18) / 32;

/// What no search finds.
const UNTOUCHED: u64 = u64::MAX - 7;

fn lattice() -> NearestJob {
    NearestJob::parse("fibonacci", [("total", "1000003"), ("placement", "offset:0.3")]).unwrap()
}

fn directions(count: usize) -> [Vec<f64>; 3] {
    let plan = Scheme::Random { seed: 5, method: Method::Ball }.plan().unwrap();
    let mut columns = [(); 3].map(|()| vec![0.0; count]);
    let [x, y, z] = &mut columns;
    plan.fill(0..count as u64, &mut [x, y, z]).unwrap();
    columns
}

fn search(
    engine: &dyn sphere_engine::Engine,
    [x, y, z]: &[Vec<f64>; 3],
    stop: &Stop,
) -> (Vec<u64>, Result<(), Stopped>) {
    let mut found = vec![UNTOUCHED; x.len()];
    let ended = engine.nearest(&lattice(), [x, y, z], &mut found, stop);
    (found, ended)
}

fn cpu() -> CpuEngine {
    CpuEngine::new(None).unwrap()
}

fn indices_are_those_of_the_engine() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), cpu());
    // None, one, a slot and around it, more than are under way at once, and more than there are slots.
    for count in [0, 1, SLOT - 1, SLOT, SLOT + 1, 4 * SLOT + 5, 17 * SLOT + 3] {
        let columns = directions(count);
        let (found, ended) = search(&worker, &columns, &Stop::never());
        ended.unwrap();
        assert!(found == search(&cpu, &columns, &Stop::never()).0, "{count}");
    }
    let mut found = [0; 2];
    let unequal = worker.nearest(&lattice(), [&[1.0], &[1.0], &[1.0]], &mut found, &Stop::never());
    assert!(matches!(unequal.unwrap_err().cause, Cause::Input(SampleError::UnequalColumns { .. })));
}

fn what_is_no_direction_has_its_place_in_the_call() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), cpu());
    for at in [0, 1, SLOT - 1, SLOT, 2 * SLOT + 77, 6 * SLOT - 1] {
        let mut columns = directions(6 * SLOT);
        let right = search(&cpu, &columns, &Stop::never()).0;
        columns[1][at] = f64::NAN;
        // A later one is not named.
        columns[0][6 * SLOT - 1] = f64::INFINITY;
        let (found, ended) = search(&worker, &columns, &Stop::never());
        let Stopped { next, cause } = ended.unwrap_err();
        let Cause::Input(SampleError::NoDirection { index, direction }) = cause else { panic!() };
        assert_eq!((next, index), (at as u64, at));
        assert_eq!(direction[0].to_bits(), columns[0][at].to_bits());
        assert!(found[..at] == right[..at], "{at}");
        assert!(search(&worker, &directions(10), &Stop::never()).1.is_ok(), "it goes on");
    }
}

fn searches_and_jobs_at_once_do_not_mix() {
    let (worker, cpu) = (Worker::start(&options()).unwrap(), cpu());
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let (worker, cpu) = (&worker, &cpu);
            scope.spawn(move || {
                for round in 0..5 {
                    let columns = directions(3 * SLOT + thread * 1_000 + round);
                    let (found, ended) = search(worker, &columns, &Stop::never());
                    ended.unwrap();
                    assert!(found == search(cpu, &columns, &Stop::never()).0);
                    let job = crate::job("random", &format!("count=20000 seed={round}"));
                    assert!(crate::points(worker, &job) == crate::points(cpu, &job));
                }
            });
        }
    });
}

/// Killed, harmed or told to stop midway: the indices before the end are there.
fn a_search_that_ends_early_says_where() {
    let columns = directions(64 * SLOT);
    let right = search(&cpu(), &columns, &Stop::never()).0;
    let (mut midway, began) = (0, Instant::now());
    for round in 0..30 {
        let worker = Worker::start(&options()).unwrap();
        let stop = Stop::never();
        let (found, ended) = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_micros(500 * (round / 3)));
                match round % 3 {
                    0 => worker.kill(),
                    1 => stop.request(),
                    _ => crate::poison(&worker),
                }
            });
            search(&worker, &columns, &stop)
        });
        let end = match ended {
            Ok(()) => right.len(),
            Err(Stopped { next, cause }) => {
                match cause {
                    Cause::Requested => assert_eq!(round % 3, 1),
                    Cause::Engine(EngineError::Lost { .. }) => assert_ne!(round % 3, 1),
                    other => panic!("{other}"),
                }
                next as usize
            }
        };
        assert!(found[..end] == right[..end], "{round}");
        midway += usize::from(end > 0 && end < right.len());
        if round % 3 == 1 {
            assert!(search(&worker, &directions(20 * SLOT), &Stop::never()).1.is_ok());
        }
    }
    assert!(midway > 0 && began.elapsed() < Duration::from_mins(1), "{midway} midway");
}

fn slots_without_room_for_a_direction() {
    let worker = Worker::start(&WorkerOptions { block_bytes: 24, ..options() }).unwrap();
    let stopped = search(&worker, &directions(1), &Stop::never()).1.unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Unavailable { .. })), "{stopped}");
}
