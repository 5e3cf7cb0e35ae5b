//! Every call of the driver fails in turn.

use sphere_math::sampling::SampleError;

use super::*;
use crate::cuda::harm::POISON;
use crate::cuda::measure;
use crate::{Cause, NearestJob};

/// Out of memory, a failure that may pass, and a loss.
const CODES: [u32; 3] = [2, 999, 700];

fn lattice() -> NearestJob {
    NearestJob::parse("fibonacci", [("total", "10001"), ("placement", "offset:0")]).unwrap()
}

/// One large and one small job, and a search; then what each ended with.
fn work(engine: &Inner<Fake>, jobs: &[Job]) -> Vec<Result<(), EngineError>> {
    let mut ended = Vec::new();
    for job in jobs {
        let mut sink = Kept::of_window(3, 30_000);
        let run = engine.run(job, &mut sink, &Stop::never());
        let right = right(job);
        let next = run.as_ref().map_or_else(|stopped| stopped.next, |_| job.range().end);
        // What the sink has is what was accepted, and right.
        assert_eq!(sink.ends.last().copied().unwrap_or(job.range().start), next);
        assert!(sink.bytes == right[..sink.bytes.len()], "{job:?}");
        assert_eq!(sink.bytes.len() as u64, (next - job.range().start) * job.row_bytes() as u64);
        ended.push(run.map(drop).map_err(engine_error));
    }
    let direction: Vec<f64> = (0..10_000).map(|at| f64::from(at) - 5_000.5).collect();
    let mut found = vec![0; direction.len()];
    let columns = [&direction[..], &direction, &direction];
    let run = engine.nearest(&lattice(), columns, &mut found, &Stop::never());
    let next = run.as_ref().map_or_else(|stopped| stopped.next, |()| 10_000);
    for (at, found) in found.iter().enumerate().take(next as usize) {
        assert_eq!(*found, lattice().plan().nearest([direction[at]; 3]).unwrap());
    }
    ended.push(run.map_err(engine_error));
    ended
}

fn engine_error(stopped: crate::Stopped) -> EngineError {
    match stopped.cause {
        Cause::Engine(error) => error,
        other => panic!("{other}"),
    }
}

/// Whether an error is what a code means.
fn is_typed(error: &EngineError, code: u32) -> bool {
    match error {
        EngineError::OutOfMemory => code == 2,
        EngineError::Failed { .. } => code == 999,
        EngineError::Lost { .. } => code == 700,
        _ => false,
    }
}

#[test]
fn a_poisoned_context_is_lost_for_good() {
    let jobs = [job("fibonacci count=20000"), job("fibonacci count=10")];
    let (fake, engine) = with_jobs(&jobs, None);
    assert!(work(&engine, &jobs).iter().all(Result::is_ok));
    engine.poison(POISON.name.as_bytes()).unwrap();
    for ended in work(&engine, &jobs) {
        assert!(matches!(ended, Err(EngineError::Lost { .. })), "{ended:?}");
    }
    // It cannot be lost any further.
    assert!(matches!(engine.poison(POISON.name.as_bytes()), Err(EngineError::Lost { .. })));
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}

#[test]
fn whichever_call_of_a_job_fails_nothing_is_left() {
    let jobs = ["fibonacci count=12000 total=20000", "random count=50 method=disk"].map(job);
    let (fake, engine) = with_jobs(&jobs, None);
    let before = fake.calls().len();
    assert!(work(&engine, &jobs).iter().all(Result::is_ok));
    let calls = fake.calls().len() - before;
    drop(engine);
    assert!(calls > 30, "{calls}");
    for code in CODES {
        let mut errors = 0;
        for call in 0..calls {
            let (fake, engine) = with_jobs(&jobs, None);
            fake.fail_at(call, code);
            let ended = work(&engine, &jobs);
            let failed: Vec<_> = ended.iter().filter_map(|ended| ended.as_ref().err()).collect();
            assert!(failed.iter().all(|error| is_typed(error, code)), "call {call}: {failed:?}");
            errors += failed.len();
            let again = work(&engine, &jobs);
            if code == 700 {
                // For ever, and the driver is not asked.
                let calls = fake.calls().len();
                assert!(again.iter().all(|ended| matches!(ended, Err(EngineError::Lost { .. }))));
                work(&engine, &jobs);
                assert_eq!(fake.calls()[calls..], [""; 0], "call {call}");
            } else {
                assert!(failed.len() <= 1, "call {call}: {failed:?}");
                assert!(again.iter().all(Result::is_ok), "call {call}: {again:?}");
            }
            drop(engine);
            assert_eq!(fake.audit(), [""; 0], "call {call}, code {code}");
        }
        // A failure shows, except where there is another way: memory above all.
        assert!(
            errors > calls / if code == 2 { 10 } else { 3 },
            "{errors} errors of {calls} with {code}"
        );
    }
}

#[test]
fn whichever_call_fails_while_an_engine_is_opened_nothing_is_left() {
    let fake = Fake::new(DEVICE_BYTES);
    drop(open(&fake, None).unwrap());
    let calls = fake.calls().len();
    for code in CODES {
        for call in 0..calls {
            let fake = Fake::new(DEVICE_BYTES);
            fake.fail_at(call, code);
            match open(&fake, None) {
                // One kernel is refused, or there was another way.
                Ok(engine) => {
                    let refused = &engine.capability().refused;
                    assert!(refused.len() <= 1, "call {call}: {refused:?}");
                    assert!(code == 999 || refused.is_empty(), "call {call}: {refused:?}");
                }
                Err(error) => assert!(is_typed(&error, code), "call {call}: {error}"),
            }
            let name = fake.calls()[call];
            assert_eq!(fake.audit(), [""; 0], "call {call}, {name}, code {code}");
        }
    }
}

#[test]
fn whichever_call_of_a_measurement_fails_nothing_is_left() {
    let job = job("fibonacci count=10 total=10001 placement=offset:0");
    let x = [1.0; 100];
    let measured = |engine: &Inner<Fake>| {
        measure::tests::all(engine, &job.scheme().plan().unwrap(), [&x, &x, &x])
    };
    let (fake, engine) = with_jobs(&[], None);
    let before = fake.calls().len();
    let seconds = measured(&engine).unwrap();
    assert!(seconds.len() == 14, "{seconds:?}");
    let calls = fake.calls().len() - before;
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
    for code in CODES {
        for call in 0..calls {
            let (fake, engine) = with_jobs(&[], None);
            fake.fail_at(call, code);
            if let Err(error) = measured(&engine) {
                // What cannot be registered is not there.
                let is_refused = error == EngineError::OutOfMemory;
                assert!(is_refused || is_typed(&error, code), "call {call}: {error}");
            }
            assert_eq!(measured(&engine).is_err(), code == 700, "call {call}");
            drop(engine);
            assert_eq!(fake.audit(), [""; 0], "call {call}, code {code}");
        }
    }
}

/// A device that does not say when it is done may still write: its memory is left to it.
#[test]
fn a_device_that_cannot_be_waited_for_is_lost() {
    let job = job("fibonacci count=100 total=1000");
    let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
    let mut sink = Kept::default();
    engine.run(&job, &mut sink, &Stop::never()).unwrap();
    let freed = |call: &&'static str| ["free", "unregister"].contains(call);
    let before = fake.calls().len();
    fake.fail_all("synchronize_stream", 999);
    let stopped = engine.run(&job, &mut sink, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Failed { .. })), "{stopped}");
    let stopped = engine.run(&job, &mut sink, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "{stopped}");
    assert!(!fake.calls()[before..].iter().any(freed));
}

#[test]
fn what_is_no_direction_is_named() {
    let (fake, engine) = with_jobs(&[], None);
    let mut x = vec![1.0; 10_000];
    (x[7_000], x[8_000]) = (f64::NAN, f64::INFINITY);
    let mut found = vec![0; 10_000];
    let columns = [&x[..], &x, &x];
    let stopped = engine.nearest(&lattice(), columns, &mut found, &Stop::never()).unwrap_err();
    assert_eq!(stopped.next, 7_000);
    assert!(matches!(stopped.cause, Cause::Input(SampleError::NoDirection { index: 7_000, .. })));
    let stopped =
        engine.nearest(&lattice(), [&x[..], &x, &x[1..]], &mut found, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Input(SampleError::UnequalColumns { .. })));
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}
