//! What is counted, and how long it takes.

use std::hint;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use sphere_math::sampling::{Method, Plan, SampleError, Scheme, Tally};

use super::counter::{Counter, Own};
use crate::failure::Failure;

/// Points of a chunk, as the blocks of sums have: 96 KiB of f64.
const CHUNK: u64 = 4_096;

/// Threads spin for so long before they begin: new ones start on one core, and it takes the system a few
/// milliseconds to spread them.
const SPREADING: Duration = Duration::from_millis(10);

/// What is done between counts.
#[derive(Debug)]
pub(super) enum Work {
    /// Random points by the ball method.
    Points(Plan),
    /// Nothing.
    Bare,
}

/// What one run gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Outcome {
    /// The sum, when all threads have ended.
    pub(super) attempts: u64,
    pub(super) failures: u64,
    /// From the start of all threads to the end of the last.
    pub(super) seconds: f64,
}

impl Work {
    pub(super) fn points() -> Result<Self, Failure> {
        let scheme = Scheme::Random { seed: 0, method: Method::Ball };
        scheme.plan().map(Self::Points).map_err(Failure::work)
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Points(_) => "points",
            Self::Bare => "bare loop",
        }
    }

    /// The attempts that `count` points take, found without a counter.
    pub(super) fn attempts(&self, count: u64) -> Result<u64, Failure> {
        let Self::Points(_) = self else { return Ok(count) };
        let mut room = Room::default();
        let attempts = chunks(0..count).map(|chunk| Ok(self.chunk(chunk, &mut room)?.attempts));
        attempts.sum::<Result<u64, SampleError>>().map_err(Failure::work)
    }

    /// Counts the attempts of `count` points on so many threads, each with a contiguous share.
    pub(super) fn run<C: Counter>(&self, threads: u32, count: u64) -> Result<Outcome, Failure> {
        let counter = C::default();
        let begin = Instant::now() + SPREADING;
        let run = |thread: u32| {
            let share =
                |part: u32| (u128::from(count) * u128::from(part) / u128::from(threads)) as u64;
            let mut room = Room::default();
            while Instant::now() < begin {
                hint::spin_loop();
            }
            let started = Instant::now();
            let own = self.count(&counter, share(thread)..share(thread + 1), &mut room);
            own.map(|own| (own, started, Instant::now()))
        };
        let done = thread::scope(|scope| {
            let run = &run;
            let threads: Vec<_> =
                (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
            threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        let mut outcome = Outcome { attempts: counter.shared(), failures: 0, seconds: 0.0 };
        let mut times = Vec::new();
        for thread in done {
            let thread = thread.map_err(|_| Failure::work("a thread that counted panicked"))?;
            let (own, started, ended) = thread.map_err(Failure::work)?;
            outcome.attempts += own.pending;
            outcome.failures += own.failures;
            times.push((started, ended));
        }
        let first = times.iter().map(|(started, _)| *started).min();
        let last = times.iter().map(|(_, ended)| *ended).max();
        if let (Some(first), Some(last)) = (first, last) {
            outcome.seconds = (last - first).as_secs_f64().max(1e-9);
        }
        Ok(outcome)
    }

    /// The part of one thread.
    fn count<C: Counter>(
        &self,
        counter: &C,
        range: Range<u64>,
        room: &mut Room,
    ) -> Result<Own, SampleError> {
        let mut own = Own::default();
        for chunk in chunks(range) {
            match self {
                Self::Points(_) => counter.count_chunk(&mut own, self.chunk(chunk, room)?.attempts),
                Self::Bare => chunk.for_each(|_| counter.count(&mut own)),
            }
        }
        Ok(own)
    }

    fn chunk(&self, chunk: Range<u64>, room: &mut Room) -> Result<Tally, SampleError> {
        let rows = (chunk.end - chunk.start) as usize;
        match self {
            Self::Points(plan) => {
                plan.fill(chunk, &mut room.0.each_mut().map(|column| &mut column[..rows]))
            }
            Self::Bare => Ok(Tally { attempts: rows as u64, accepted: rows as u64 }),
        }
    }
}

/// Where a chunk is written.
struct Room([Vec<f64>; 3]);

impl Default for Room {
    fn default() -> Self {
        Self([(); 3].map(|()| vec![0.0; CHUNK as usize]))
    }
}

fn chunks(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let end = range.end;
    range.step_by(CHUNK as usize).map(move |start| start..end.min(start + CHUNK))
}
