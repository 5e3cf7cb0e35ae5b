//! Whole jobs are the bytes of the CPU engine.

use std::iter;

use super::super::owned::DeviceMemory;
use super::*;
use crate::{Cause, Coordinates, Precision};

const JOBS: [&str; 12] = [
    "fibonacci count=20001 total=1e15 start=999999999979999",
    "fibonacci count=20001 placement=packing precision=f32",
    "fibonacci count=10 total=100 start=90",
    "fibonacci count=0",
    "disk count=15001 total=1e15 start=4294960000",
    "random count=9001 method=disk seed=18446744073709551615",
    "random count=9001 method=ball start=18446744073709542614 precision=f32",
    "sobol count=10001 scramble=owen seed=3",
    "sobol count=2001 dimensions=7 scramble=shift start=4294967000",
    "sobol count=3 dimensions=5000",
    "pixels order=5 ordering=ring",
    "pixels order=3 ordering=nested",
];

pub(super) fn jobs() -> Vec<Job> {
    JOBS.into_iter().map(job).collect()
}

#[test]
fn a_job_is_the_bytes_of_the_cpu_engine() {
    let jobs = jobs();
    let (fake, engine) = with_jobs(&jobs, None);
    assert_eq!(engine.capability().refused, []);
    for job in &jobs {
        for mut sink in [Kept::default(), Kept::of_window(1, 9_999), Kept::of_window(3, 70_000)] {
            let report = engine.run(job, &mut sink, &Stop::never()).unwrap();
            assert_eq!((report.points, report.tally.accepted), (job.points(), job.points()));
            assert!(sink.bytes == right(job), "{job:?} {:?}", sink.window);
        }
    }
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}

#[test]
fn draws_are_those_of_the_plan() {
    let job = job("sobol count=10 dimensions=3 scramble=owen");
    let (_, engine) = with_jobs(std::slice::from_ref(&job), None);
    let plan = job.scheme().plan().unwrap();
    let drawn = engine.draws(&plan, 5..8).unwrap();
    let mut columns = [[0; 3]; 3];
    let [a, b, c] = &mut columns;
    plan.draw(5..8, &mut [a, b, c]).unwrap();
    let rows: Vec<u64> = (0..3).flat_map(|row| columns.map(|column| column[row])).collect();
    assert_eq!(drawn, rows);
}

#[test]
fn blocks_are_as_the_sink_wants_them() {
    let job = job("fibonacci count=20000");
    let (_, engine) = with_jobs(std::slice::from_ref(&job), None);
    for (block_bytes, blocks) in
        [(24 * 5_000, 4), (24 * 5_001 - 1, 4), (24 * 6_667, 3), (1 << 30, 1)]
    {
        let mut sink = Kept::of_window(2, block_bytes);
        engine.run(&job, &mut sink, &Stop::never()).unwrap();
        assert_eq!(sink.ends.len(), blocks, "{block_bytes}");
    }
}

/// Registering takes long: it must not be done for each block, job or size of job.
#[test]
fn memory_is_registered_a_fixed_number_of_times() {
    let job = job("fibonacci count=200000");
    let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
    let registered = || fake.calls().iter().filter(|call| **call == "register").count();
    let before = registered();
    let mut counts = Vec::new();
    for _ in 0..3 {
        let mut sink = Kept::of_window(4, 48_000);
        engine.run(&job, &mut sink, &Stop::never()).unwrap();
        assert_eq!(sink.ends.len(), 100);
        counts.push(registered() - before);
    }
    assert!(counts[0] <= 5, "{counts:?}");
    assert_eq!(counts[0], counts[2]);
}

/// What a small job costs the driver when it is not the first: a launch, and the wait for it.
#[test]
fn a_small_job_takes_two_calls() {
    let job = job("fibonacci count=100 total=1000");
    let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
    let mut sink = Kept::default();
    engine.run(&job, &mut sink, &Stop::never()).unwrap();
    let before = fake.calls().len();
    engine.run(&job, &mut sink, &Stop::never()).unwrap();
    assert_eq!(fake.calls()[before..], ["launch", "synchronize_stream"]);
}

#[test]
fn a_job_keeps_to_the_memory_that_it_may_take() {
    let job = job("fibonacci count=100000");
    for most in [20_000, 50_000, 200_000, 10_000_000] {
        let (fake, engine) = with_jobs(std::slice::from_ref(&job), Some(most));
        assert_eq!(engine.capability().refused, []);
        let mut sink = Kept::default();
        engine.run(&job, &mut sink, &Stop::never()).unwrap();
        assert!(sink.bytes == right(&job), "{most}");
        assert!(fake.most_device_bytes() as u64 <= most, "{} {most}", fake.most_device_bytes());
        drop((engine, sink));
        assert_eq!(fake.audit(), [""; 0]);
    }
}

/// The device is full, whatever the engine may take: chunks are smaller, or need none of its memory.
#[test]
fn where_the_device_is_full_there_are_other_ways() {
    let job = job("fibonacci count=100000");
    for (code, smallest, call) in [(801, 1 << 14, "trim"), (0, 1, "synchronize_stream")] {
        let fake = Fake::new(1 << 17);
        fake.know(job.scheme());
        if code > 0 {
            fake.fail_all("register", code);
        }
        let engine = open(&fake, None).unwrap();
        // The parameters are there; another takes most of the rest, or all.
        engine.draws(&job.scheme().plan().unwrap(), 0..1).unwrap();
        let stream = engine.resources().streams.take().unwrap();
        let mut taken = Vec::new();
        for bytes in (0..17).map(|power| 1 << (16 - power)).filter(|bytes| *bytes >= smallest) {
            taken.extend(iter::from_fn(|| DeviceMemory::new(&stream, bytes).ok()));
        }
        let before = fake.calls().len();
        let mut sink = Kept::default();
        engine.run(&job, &mut sink, &Stop::never()).unwrap();
        assert!(sink.bytes == right(&job));
        assert!(fake.calls()[before..].contains(&call));
        // A block that finds no memory is kept for the next chunk: a sink may have no other.
        assert_eq!(sink.lent, sink.ends.len());
        drop((taken, stream, engine, sink));
        assert_eq!(fake.audit(), [""; 0]);
    }
}

#[test]
fn a_job_that_does_not_fit_is_for_another_engine() {
    let wide = job("sobol count=3 dimensions=5000");
    let (_, engine) = with_jobs(std::slice::from_ref(&wide), Some(30_000));
    let stopped = engine.run(&wide, &mut Kept::default(), &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::OutOfMemory)), "{stopped}");
    let angles = job("fibonacci count=10 columns=lonlat-deg");
    assert_eq!(angles.coordinates(), Coordinates::LongitudeLatitudeDeg);
    let stopped = engine.run(&angles, &mut Kept::default(), &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Unavailable { .. })), "{stopped}");
}

/// Where the driver locks no memory, it copies: the same bytes, later.
#[test]
fn a_driver_that_locks_no_memory_serves() {
    let jobs = jobs();
    let fake = Fake::new(DEVICE_BYTES);
    for job in &jobs {
        fake.know(job.scheme());
    }
    fake.fail_all("register", 801);
    let engine = open(&fake, None).unwrap();
    assert_eq!(engine.capability().refused, []);
    for job in &jobs {
        let mut sink = Kept::of_window(2, 50_000);
        engine.run(job, &mut sink, &Stop::never()).unwrap();
        assert!(sink.bytes == right(job), "{job:?}");
    }
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}

#[test]
fn a_block_outlives_its_engine_and_serves_another() {
    let job = job("fibonacci count=10000 precision=f32");
    assert_eq!(job.precision(), Precision::Single);
    let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
    let mut sink = Kept::default();
    engine.run(&job, &mut sink, &Stop::never()).unwrap();
    drop(engine);
    // Blocks of the engine that is gone, on the processor and on another device.
    cpu().run(&job, &mut sink, &Stop::never()).unwrap();
    let (other_fake, other) = with_jobs(std::slice::from_ref(&job), None);
    other.run(&job, &mut sink, &Stop::never()).unwrap();
    let once = right(&job);
    assert!(sink.bytes == [&once[..], &once, &once].concat());
    drop(sink);
    drop(other);
    assert_eq!((fake.audit(), other_fake.audit()), (vec![], vec![]));
}

#[test]
fn a_sink_that_is_full_and_a_stop_end_a_job_where_they_are() {
    let job = job("fibonacci count=100000 start=1000 total=200000");
    let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
    let mut sink = Kept { full_at: Some(3), ..Kept::of_window(4, 24_000) };
    let stopped = engine.run(&job, &mut sink, &Stop::never()).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Sink(_)));
    assert_eq!((stopped.next, sink.ends.last()), (4_000, Some(&4_000)));
    let stop = Stop::never();
    stop.request();
    let stopped = engine.run(&job, &mut sink, &stop).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Requested));
    assert_eq!(stopped.next, 1_000);
    // Where it stopped, it goes on.
    let rest = job.part(4_000..101_000).unwrap();
    sink.full_at = None;
    engine.run(&rest, &mut sink, &Stop::never()).unwrap();
    assert!(sink.bytes == right(&job));
    drop(sink);
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}
