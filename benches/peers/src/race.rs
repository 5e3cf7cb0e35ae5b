//! Runs taken in turns, so that whatever the machine does meanwhile meets all of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Result;

/// Somebody who fills the memory, and says how long it took.
pub struct Runner<'a, T> {
    name: String,
    run: Box<Run<'a, T>>,
}

type Run<'a, T> = dyn FnMut(&mut [T]) -> Result<Duration> + 'a;

/// All who do the same, and how much work that is.
pub struct Race<'a, T> {
    pub case: String,
    pub unit: &'static str,
    /// Units of work in a run.
    pub work: f64,
    pub runners: Vec<Runner<'a, T>>,
}

/// What came of it.
pub struct Ranking {
    pub case: String,
    pub unit: &'static str,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub name: String,
    /// Units a second, the median.
    pub rate: f64,
    /// From the first to the third quartile, as a part of the median.
    pub spread: f64,
    /// How often its rate fits into that of the first runner: the median over rounds, so that what
    /// slows down whole rounds does not count.
    pub behind: f64,
}

impl<'a, T> Runner<'a, T> {
    /// Somebody whose time is taken here.
    pub fn new(name: impl Into<String>, mut fill: impl FnMut(&mut [T]) -> Result<()> + 'a) -> Self {
        Self::with_own_clock(name, move |memory| {
            let begun = Instant::now();
            fill(memory)?;
            black_box(memory);
            Ok(begun.elapsed())
        })
    }

    pub fn with_own_clock(
        name: impl Into<String>,
        run: impl FnMut(&mut [T]) -> Result<Duration> + 'a,
    ) -> Self {
        Self { name: name.into(), run: Box::new(run) }
    }
}

impl<T> Race<'_, T> {
    /// Runs everybody once to warm up, then `rounds` times in turns, all in the same memory.
    pub fn run(mut self, rounds: usize, memory: &mut [T]) -> Result<Ranking> {
        let mut seconds = vec![Vec::with_capacity(rounds); self.runners.len()];
        for round in 0..=rounds {
            for (runner, seconds) in self.runners.iter_mut().zip(&mut seconds) {
                let taken = (runner.run)(memory)?.as_secs_f64();
                if round > 0 {
                    seconds.push(taken);
                }
            }
        }
        let first = seconds.first().cloned().unwrap_or_default();
        let row = |(runner, seconds): (Runner<'_, T>, Vec<f64>)| {
            let behind = seconds.iter().zip(&first).map(|(seconds, first)| seconds / first);
            let [_, behind, _] = quartiles(behind.collect());
            let [early, median, late] = quartiles(seconds);
            let (rate, spread) = (self.work / median, (late - early) / median);
            Row { name: runner.name, rate, spread, behind }
        };
        let rows = self.runners.into_iter().zip(seconds).map(row).collect();
        Ok(Ranking { case: self.case, unit: self.unit, rows })
    }
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[quarter * (values.len() - 1) / 4])
}
