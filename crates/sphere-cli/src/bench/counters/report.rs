//! The figures of the counters, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::failure::Failure;

/// Everything that was measured. 64-bit numbers are strings, as in every report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) cores: usize,
    pub(super) count: String,
    pub(super) runs: u32,
    pub(super) figures: Vec<Figure>,
}

/// One way to count, on so many threads: medians.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) work: &'static str,
    pub(super) counter: &'static str,
    pub(super) threads: u32,
    /// There are more threads than cores: they take turns.
    pub(super) time_slicing: bool,
    pub(super) attempts_per_second: f64,
    /// The width of the middle half, as a share of the median.
    pub(super) spread: f64,
    pub(super) failures_per_attempt: f64,
}

impl Report {
    pub(super) fn json(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map(|text| text + "\n").map_err(Failure::work)
    }

    pub(super) fn table(&self) -> String {
        let (count, cores, runs) = (&self.count, self.cores, self.runs);
        let mut text =
            format!("counting on {cores} cores: count {count}, medians of {runs} runs\n");
        let mut tallies = f64::NAN;
        let mut group = ("", 0);
        for figure in &self.figures {
            if group != (figure.work, figure.threads) {
                group = (figure.work, figure.threads);
                tallies = figure.attempts_per_second;
                text += &figure.heading();
            }
            text += &figure.line(tallies);
        }
        text
    }
}

impl Figure {
    fn heading(&self) -> String {
        let threads = if self.threads == 1 { "thread" } else { "threads" };
        let slicing = if self.time_slicing { " (time slicing)" } else { "" };
        let title = format!("{}, {} {threads}{slicing}", self.work, self.threads);
        format!("\n{title:36}{:>10}{:>10}{:>12}{:>10}\n", "M/s", "spread", "of tallies", "failures")
    }

    fn line(&self, tallies: f64) -> String {
        let mut line = format!(
            "  {:34}{:>10.1}{:>8.1} %{:>12.3}",
            self.counter,
            self.attempts_per_second / 1e6,
            self.spread * 100.0,
            self.attempts_per_second / tallies
        );
        if self.counter == "compare and swap" {
            let _ = write!(line, "{:>8.1} %", self.failures_per_attempt * 100.0);
        }
        line + "\n"
    }
}
