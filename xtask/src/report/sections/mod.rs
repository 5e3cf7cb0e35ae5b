//! The parts of the page, each from the fragments that it needs; no part where they are absent.

mod flames;
mod instructions;
mod latency;
mod memory;
mod method;
mod peers;
mod quality;
mod rates;
mod summary;
mod variants;

use serde_json::Value;

use super::fragments::Fragments;
use super::html::Section;
use super::numbers::number;
use crate::bench::CASES;

/// What stands on the page, in order.
pub(super) fn all(fragments: &Fragments) -> Vec<Section> {
    let parts = [
        summary::section,
        rates::section,
        variants::section,
        instructions::section,
        latency::section,
        memory::section,
        quality::section,
        peers::section,
        flames::section,
    ];
    parts.iter().filter_map(|part| part(fragments)).chain([method::section(fragments)]).collect()
}

/// A measured rate. Default is what a caller gets who asks for nothing: columns, the best instruction
/// set.
#[derive(Debug, Clone, Copy)]
struct Rate<'a>(&'a Value);

impl Rate<'_> {
    fn number(self, key: &str) -> f64 {
        number(&self.0[key]).unwrap_or(f64::NAN)
    }

    fn is(self, key: &str, value: &str) -> bool {
        self.0[key] == value
    }

    fn threads(self) -> u64 {
        self.0["threads"].as_u64().unwrap_or(1)
    }
}

/// The rates of one case, `fibonacci-f64`.
fn rates<'a>(fragments: &'a Fragments, case: &str) -> Vec<Rate<'a>> {
    fragments.cases("rates").iter().map(Rate).filter(|rate| rate.is("case", case)).collect()
}

/// The rate that was measured by default on so many threads.
fn rate<'a>(fragments: &'a Fragments, case: &str, threads: u64) -> Option<Rate<'a>> {
    let best = best_level(fragments);
    let mut rates = rates(fragments, case).into_iter();
    rates.find(|rate| {
        rate.threads() == threads && rate.is("layout", "columns") && rate.is("simd", best)
    })
}

/// The instruction set that is chosen by itself.
fn best_level(fragments: &Fragments) -> &str {
    let levels = fragments.get("machine")["simd"].as_array();
    levels.and_then(|levels| levels.last()?.as_str()).unwrap_or_default()
}

/// The numbers of threads that were measured, ascending.
fn thread_counts(fragments: &Fragments) -> Vec<u64> {
    let mut threads: Vec<u64> =
        fragments.cases("rates").iter().map(|rate| Rate(rate).threads()).collect();
    threads.sort_unstable();
    threads.dedup();
    threads
}

fn threads_text(threads: u64) -> String {
    if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") }
}

/// How a case is called on the page: `fibonacci-f32-rows` is the Fibonacci lattice, f32, rows.
fn label(case: &str) -> String {
    let mut known: Vec<_> = CASES
        .iter()
        .filter_map(|known| {
            let rest = case.strip_prefix(known.name)?;
            (rest.is_empty() || rest.starts_with('-')).then_some((known, rest))
        })
        .collect();
    known.sort_by_key(|(_, rest)| rest.len());
    match known.first() {
        Some((known, rest)) => format!("{}{}", known.label, rest.replace('-', ", ")),
        None => case.to_owned(),
    }
}

/// A figure of a quality report: its value, or the middle of its bracket.
fn figure(report: &Value, key: &str) -> Option<f64> {
    let figure = &report[key];
    number(&figure["value"])
        .or_else(|| Some(f64::midpoint(number(&figure["lo"])?, number(&figure["hi"])?)))
}

/// A figure in units of what a `perfect` or `random` set has.
fn times(report: &Value, key: &str, reference: &str) -> Option<f64> {
    Some(figure(report, key)? / number(&report[key][reference]["value"])?)
}
