//! What a small job pays for the ladder, and for the worker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sphere_engine::{Discard, Engine, Job, Sink, Stop};
use sphere_offload::ladder::{Fixed, Ladder};

use crate::setting::{PATIENCE, cpu, job, ladder, supervisor};
use crate::statistics::{Times, micros};

/// Rounds; each way is taken once in each.
const ROUNDS: usize = 20_000;

/// Takes a job to a sink.
type Way<'a> = &'a dyn Fn(&mut dyn Sink);

pub(crate) fn measure() {
    let (cpu, supervisor) = (cpu(), supervisor());
    let worker = supervisor.wait(PATIENCE).unwrap();
    let here = ladder(Fixed(Arc::clone(&cpu)), &cpu);
    let there = ladder(Arc::clone(&supervisor), &cpu);
    println!("| points | way | median, µs | p99, µs | over the engine, median, µs | p99, µs |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for points in [10, 500] {
        let job = job(points);
        let ways: [(&str, Way<'_>); 4] = [
            ("engine", &|out| run(&*cpu, &job, out)),
            ("ladder, engine", &|out| climb(&here, &job, out)),
            ("worker", &|out| run(&*worker, &job, out)),
            ("ladder, worker", &|out| climb(&there, &job, out)),
        ];
        let mut times = ways.map(|_| Vec::with_capacity(ROUNDS));
        let mut sinks = ways.map(|_| Discard::default());
        for _ in 0..ROUNDS {
            for (((_, way), times), sink) in ways.iter().zip(&mut times).zip(&mut sinks) {
                let started = Instant::now();
                way(sink);
                times.push(started.elapsed());
            }
        }
        let engine = Times::new(times[0].clone()).median();
        for ((name, _), times) in ways.iter().zip(times) {
            let times = Times::new(times);
            let (median, p99) = (times.median(), times.at(0.99));
            let over = |time: Duration| micros(time.saturating_sub(engine));
            println!(
                "| {points} | {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
                micros(median),
                micros(p99),
                over(median),
                over(p99),
            );
        }
    }
    println!();
}

fn run(engine: &dyn Engine, job: &Job, out: &mut dyn Sink) {
    engine.run(job, out, &Stop::never()).unwrap();
}

fn climb(ladder: &Ladder, job: &Job, out: &mut dyn Sink) {
    let outcome = ladder.run(&ladder.all(), job, out, &Stop::never()).unwrap();
    assert!(outcome.attempts.is_empty(), "{outcome:?}");
}
