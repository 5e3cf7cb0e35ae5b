//! Points a second by precision and number of threads.

use super::super::chart::bars::{Bar, Group, bars};
use super::super::chart::legend;
use super::super::fragments::Fragments;
use super::super::html::{Section, Table, under};
use super::super::numbers::{digits, percent};
use super::{Rate, rate, thread_counts, threads_text};
use crate::bench::CASES;

const PRECISIONS: [&str; 2] = ["f64", "f32"];

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let threads = thread_counts(fragments);
    if threads.is_empty() {
        return None;
    }
    let shown = ends(&threads);
    let names: Vec<_> = shown.iter().map(|&threads| threads_text(threads)).collect();
    let charts = PRECISIONS.map(|precision| chart(fragments, precision, &shown));
    Some(Section {
        id: "rates",
        title: "Rates",
        intro: "How close each scheme comes to a pure fill: the same memory filled with one number, on the \
                same threads, in turn with the points. Columns, more than any cache holds; medians."
            .to_owned(),
        body: format!(
            "{}<div class=\"panels\">{}</div>\n{}",
            legend(&names),
            charts.concat(),
            table(fragments, &threads)
        ),
    })
}

/// The first and the last: a chart of more has no room.
fn ends(threads: &[u64]) -> Vec<u64> {
    let mut ends: Vec<_> = threads.first().into_iter().chain(threads.last()).copied().collect();
    ends.dedup();
    ends
}

fn chart(fragments: &Fragments, precision: &str, threads: &[u64]) -> String {
    let bar = |name: &str, series: usize| {
        let rate = rate(fragments, &format!("{name}-{precision}"), threads[series])?;
        let share = rate.number("fraction");
        Some(Bar { share, series, text: percent(share), hint: hint(rate) })
    };
    let groups: Vec<_> = CASES
        .iter()
        .map(|case| Group {
            label: case.label.to_owned(),
            bars: (0..threads.len()).map(|series| bar(case.name, series)).collect(),
        })
        .collect();
    let title = format!("{precision}: share of the pure fill by scheme");
    let chart = bars(&title, "pure fill", &groups);
    format!("<figure><figcaption>{precision}</figcaption>{chart}</figure>\n")
}

fn hint(rate: Rate<'_>) -> String {
    format!(
        "{} million points a second on {}: {} of {} GB/s",
        digits(rate.number("points_per_second") / 1e6),
        threads_text(rate.threads()),
        digits(rate.number("gb_per_second")),
        digits(rate.number("fill_gb_per_second"))
    )
}

fn table(fragments: &Fragments, threads: &[u64]) -> String {
    let columns: Vec<_> = PRECISIONS
        .iter()
        .flat_map(|precision| threads.iter().map(move |&threads| (*precision, threads)))
        .collect();
    let heads = columns.iter().map(|(precision, threads)| {
        format!("{precision}, {}", threads_text(*threads)) + &under("million points a second")
    });
    let mut table = Table::new(["scheme".to_owned()].into_iter().chain(heads));
    for case in &CASES {
        let cells = columns.iter().map(|(precision, threads)| {
            cell(rate(fragments, &format!("{}-{precision}", case.name), *threads))
        });
        table.row(case.label, cells);
    }
    table.html()
}

fn cell(rate: Option<Rate<'_>>) -> String {
    let Some(rate) = rate else { return "\u{2013}".to_owned() };
    let [points, gigabytes, fill] =
        ["points_per_second", "gb_per_second", "fill_gb_per_second"].map(|key| rate.number(key));
    let (gigabytes, fill) = (digits(gigabytes), digits(fill));
    digits(points / 1e6)
        + &under(&format!(
            "{gigabytes} of {fill} GB/s, \u{b1} {}",
            percent(rate.number("spread") / 2.0)
        ))
}
