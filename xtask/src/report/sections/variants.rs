//! Instruction sets and layouts: the same points, computed or laid out otherwise.

use super::super::fragments::Fragments;
use super::super::html::{Section, Table, under};
use super::super::numbers::{digits, or_dash, percent};
use super::{Rate, rate, rates, thread_counts};
use crate::bench::{CASES, Case};

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let levels: Vec<&str> = fragments.get("machine")["simd"]
        .as_array()?
        .iter()
        .filter_map(|one| one.as_str())
        .collect();
    let all = *thread_counts(fragments).last()?;
    let measured = |case: &Case| rows(fragments, case, all).is_some();
    if !CASES.iter().any(measured) {
        return None;
    }
    let heads =
        levels.iter().map(|level| (*level).to_owned() + &under("1 thread, million points/s"));
    let layout = "C order, of columns".to_owned() + &under(&format!("all {all} threads"));
    let mut table = Table::new(["scheme".to_owned()].into_iter().chain(heads).chain([layout]));
    for case in &CASES {
        let levels = levels.iter().map(|level| at_level(fragments, case, level));
        table.row(case.label, levels.chain([layouts(fragments, case, all)]));
    }
    Some(Section {
        id: "variants",
        title: "Instruction sets and layouts",
        intro: "Every instruction set gives the same bits, at another speed. Rows (C order, point after \
                point, as files have them) take the same memory as columns; their rate is given as a \
                share of that of columns. Ratios are those of shares of a fill. All f64."
            .to_owned(),
        body: table.html(),
    })
}

fn at_level(fragments: &Fragments, case: &Case, level: &str) -> String {
    let one = |level: &str| {
        let rates = rates(fragments, &format!("{}-f64", case.name));
        let is_it = |rate: &Rate<'_>| {
            rate.threads() == 1 && rate.is("layout", "columns") && rate.is("simd", level)
        };
        rates.into_iter().find(is_it)
    };
    let times = one("scalar").zip(one(level)).filter(|_| level != "scalar");
    let times = times.map(|(scalar, this)| ratio(this, scalar));
    let times = times.map(|times| under(&format!("{} \u{d7} scalar", digits(times))));
    let rate = one(level).map(|rate| rate.number("points_per_second") / 1e6);
    or_dash(rate, digits) + &times.unwrap_or_default()
}

fn rows<'a>(fragments: &'a Fragments, case: &Case, threads: u64) -> Option<Rate<'a>> {
    let rates = rates(fragments, &format!("{}-f64", case.name));
    rates.into_iter().find(|rate| rate.is("layout", "rows") && rate.threads() == threads)
}

fn layouts(fragments: &Fragments, case: &Case, threads: u64) -> String {
    let columns = rate(fragments, &format!("{}-f64", case.name), threads);
    let rates = rows(fragments, case, threads).zip(columns);
    or_dash(rates.map(|(rows, columns)| ratio(rows, columns)), percent)
}

/// How many times as fast one is as another, each as a share of the fill of its own run: what else
/// the machine did meanwhile cancels.
fn ratio(one: Rate<'_>, other: Rate<'_>) -> f64 {
    one.number("fraction") / other.number("fraction")
}
