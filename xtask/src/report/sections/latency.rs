//! How long small fills take.

use serde_json::Value;

use super::super::chart::legend;
use super::super::chart::ranges::{Range, Row, ranges};
use super::super::fragments::Fragments;
use super::super::html::{Section, Table};
use super::super::numbers::{number, or_dash, seconds};
use crate::bench::CASES;

const STATES: [&str; 2] = ["idle", "busy"];
const KEYS: [&str; 4] = ["p50_seconds", "p99_seconds", "p999_seconds", "largest_seconds"];

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let load = number(&fragments.cases("latency").first()?["load_threads"])?;
    let cases = || {
        CASES
            .iter()
            .map(|case| (case.label, fragments.case("latency", &format!("{}-f64", case.name))))
    };
    let rows: Vec<_> = cases()
        .map(|(label, case)| Row {
            label: label.to_owned(),
            ranges: STATES.iter().map(|state| range(state, &case[*state])).collect(),
        })
        .collect();
    let heads = STATES.iter().flat_map(|state| {
        ["p50", "p99", "p99.9", "largest"].map(|name| format!("{name}, {state}"))
    });
    let mut table = Table::new(["scheme".to_owned()].into_iter().chain(heads));
    for (label, case) in cases() {
        let cell = |(state, key)| or_dash(number(&case[state][key]), seconds);
        let cells = STATES.iter().flat_map(|state| KEYS.map(|key| (*state, key))).map(cell);
        table.row(label, cells);
    }
    let series = ["idle machine".to_owned(), format!("{load} other threads fill memory")];
    Some(Section {
        id: "latency",
        title: "Small fills, idle and under load",
        intro: "1,024 points in f64, one fill after the other on one thread, each by the clock. The dot is \
                the median, the stroke the 99th percentile, the ring the 99.9th: what one fill in a \
                thousand takes. Where more threads want to run than there are cores, the rare ones wait \
                for their turn."
            .to_owned(),
        body: format!(
            "{}<figure>{}</figure>\n<details><summary>As a table</summary>{}</details>",
            legend(&series),
            ranges("Time of 1,024 points by scheme", &rows),
            table.html()
        ),
    })
}

fn range(state: &str, figures: &Value) -> Option<Range> {
    let mut times = [0.0; 3];
    for (time, key) in times.iter_mut().zip(KEYS) {
        *time = number(&figures[key])?;
    }
    let [p50, p99, p999] = times.map(seconds);
    Some(Range { times, hint: format!("{state}: p50 {p50}, p99 {p99}, p99.9 {p999}") })
}
