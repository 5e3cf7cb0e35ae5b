//! `sphere bench counters`: why a fill returns its tally, in figures.

mod counter;
mod report;
#[cfg(test)]
mod tests;
mod work;

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::thread;

use self::counter::{AtomicAdd, CompareAndSwap, Flushed, Locked, Tallies};
use self::report::{Figure, Report};
use self::work::{Outcome, Work};
use super::statistics::Summary;
use crate::cli::BenchCountersArguments;
use crate::failure::Failure;

/// A way to count, and a run of it.
type Way = (&'static str, fn(&Work, u32, u64) -> Result<Outcome, Failure>);

/// The first is what the others are compared with.
const WAYS: [Way; 5] = [
    ("tallies", Work::run::<Tallies>),
    ("flushed", Work::run::<Flushed>),
    ("atomic add", Work::run::<AtomicAdd>),
    ("compare and swap", Work::run::<CompareAndSwap>),
    ("mutex", Work::run::<Locked>),
];

pub(crate) fn run(arguments: &BenchCountersArguments) -> Result<(), Failure> {
    let report = measure(arguments)?;
    let text = if arguments.json { report.json()? } else { report.table() };
    let printed = |error: io::Error| Failure::write("standard output", &error);
    io::stdout().write_all(text.as_bytes()).map_err(printed)
}

fn measure(arguments: &BenchCountersArguments) -> Result<Report, Failure> {
    let (count, runs) = (arguments.count, arguments.runs);
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut figures = Vec::new();
    for work in [Work::points()?, Work::Bare] {
        let attempts = work.attempts(count)?;
        for &threads in &arguments.threads {
            for (way, outcomes) in WAYS.iter().zip(rounds(&work, threads, count, runs)?) {
                check(way.0, &outcomes, attempts)?;
                figures.push(Figure::of(way.0, &work, threads, cores, &outcomes));
            }
        }
    }
    Ok(Report { cores, count: count.to_string(), runs, figures })
}

/// What each way gave, run by run. They take turns, so that whatever slows the machine down for a
/// while slows all of them down; the first turn is not kept.
fn rounds(
    work: &Work,
    threads: u32,
    count: u64,
    runs: u32,
) -> Result<[Vec<Outcome>; WAYS.len()], Failure> {
    let mut all = [const { Vec::new() }; WAYS.len()];
    for run in 0..=runs {
        for ((_, way), outcomes) in WAYS.iter().zip(&mut all) {
            let outcome = way(work, threads, count)?;
            if run > 0 {
                outcomes.push(outcome);
            }
        }
    }
    Ok(all)
}

/// A counter that loses an attempt is no counter.
fn check(way: &str, outcomes: &[Outcome], attempts: u64) -> Result<(), Failure> {
    match outcomes.iter().find(|outcome| outcome.attempts != attempts) {
        None => Ok(()),
        Some(wrong) => {
            let counted = wrong.attempts;
            Err(Failure::work(format!("{way} counted {counted} attempts of {attempts}")))
        }
    }
}

impl Figure {
    fn of(
        counter: &'static str,
        work: &Work,
        threads: u32,
        cores: usize,
        outcomes: &[Outcome],
    ) -> Self {
        let of = |value: fn(&Outcome) -> f64| Summary::of(outcomes.iter().map(value).collect());
        let rate = of(|outcome| outcome.attempts as f64 / outcome.seconds);
        let failures = of(|outcome| outcome.failures as f64 / (outcome.attempts as f64).max(1.0));
        Self {
            work: work.name(),
            counter,
            threads,
            time_slicing: threads as usize > cores,
            attempts_per_second: rate.median,
            spread: rate.spread,
            failures_per_attempt: failures.median,
        }
    }
}
