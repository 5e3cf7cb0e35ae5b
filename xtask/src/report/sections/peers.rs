//! Other libraries, where they were measured.

use super::super::chart::bars::{Bar, Group, bars};
use super::super::fragments::Fragments;
use super::super::html::{Section, Table, escape};
use super::super::numbers::{digits, number, or_dash, percent, rate, whole};
use super::label;
use serde_json::Value;

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let cases = fragments.cases("peers");
    if cases.is_empty() {
        return None;
    }
    let parts: Vec<_> = cases.iter().map(part).collect();
    Some(Section {
        id: "peers",
        title: "Beside other libraries",
        intro: "Measured in turn in one run, by make bench-peers. How many times as fast this library is: the \
                first of its rows with as many threads, which does what the others do."
            .to_owned(),
        body: parts.concat(),
    })
}

fn part(case: &Value) -> String {
    let rows = case["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let unit = case["unit"].as_str().unwrap_or("rate");
    let most = rows.iter().filter_map(|row| number(&row["rate"])).fold(0.0, f64::max);
    let mut table = Table::new(["library", "threads", "sphere is", "spread"]);
    let mut groups = Vec::new();
    for row in rows {
        let name = row["name"].as_str().unwrap_or_default();
        let [speed, threads, spread] = ["rate", "threads", "spread"].map(|key| number(&row[key]));
        let times = ours(rows, &row["threads"]).zip(speed).map(|(ours, theirs)| ours / theirs);
        let times = times.filter(|_| !is_ours(row));
        table.row(
            name,
            [
                or_dash(threads, whole),
                or_dash(times, |times| format!("{} \u{d7} as fast", digits(times))),
                or_dash(spread, percent),
            ],
        );
        let (share, text) = (speed.map_or(0.0, |speed| speed / most), or_dash(speed, rate));
        let hint = format!("{name}: {text} {unit}");
        let bar = Bar { share, series: usize::from(is_ours(row)), text, hint };
        groups.push(Group { label: name.to_owned(), bars: vec![Some(bar)] });
    }
    let name = label(case["case"].as_str().unwrap_or_default());
    let chart = bars(&name, "the fastest", &groups);
    let title = format!("<h3>{}, {}</h3>", escape(&name), escape(unit));
    let table = table.html();
    format!("{title}\n<div class=\"panels\"><figure>{chart}</figure>{table}</div>\n")
}

/// The first of our rows on so many threads: libraries without threads are compared fairly.
fn ours(rows: &[Value], threads: &Value) -> Option<f64> {
    let mut rows = rows.iter().filter(|row| is_ours(row) && row["threads"] == *threads);
    number(&rows.next()?["rate"])
}

/// Ours are `sphere`, or `sphere` and a variant.
fn is_ours(row: &Value) -> bool {
    row["name"].as_str().is_some_and(|name| name.split([' ', ',']).next() == Some("sphere"))
}
