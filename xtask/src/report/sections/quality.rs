//! How good the points are: speed is worth nothing without.

use serde_json::Value;

use super::super::fragments::Fragments;
use super::super::html::{Section, Table, under};
use super::super::numbers::{digits, number, or_dash, percent, whole};
use super::{figure, times};
use crate::bench::{CASES, Case, Kind};

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    if fragments.cases("quality").is_empty() {
        return None;
    }
    let tables = [
        ("Directions", table(fragments, Kind::Directions, &directions_head(), directions)),
        ("The disk", table(fragments, Kind::Disk, &disk_head(), disk)),
        ("The cube", table(fragments, Kind::Cube, &cube_head(), cube)),
    ]
    .map(|(title, table)| format!("<h3>{title}</h3>\n{table}\n"));
    Some(Section {
        id: "quality",
        title: "Quality",
        intro: "Of the points that were measured above, about 4,096 of each. Units of perfect: what no set \
                beats, or the best known come to. Units of random: the expectation for independent points."
            .to_owned(),
        body: tables.concat(),
    })
}

fn table(
    fragments: &Fragments,
    kind: Kind,
    head: &[String],
    cells: fn(&Value) -> Vec<String>,
) -> String {
    let mut table = Table::new(head.to_vec());
    for Case { name, label, .. } in CASES.iter().filter(|case| case.kind == kind) {
        let report = fragments.case("quality", name);
        let count = or_dash(number(&report["count"]), whole);
        table.row(label, [count].into_iter().chain(cells(report)));
    }
    table.html()
}

fn head<const N: usize>(columns: [(&str, &str); N]) -> Vec<String> {
    let columns = columns.map(|(name, unit)| name.to_owned() + &under(unit));
    ["points".to_owned()].into_iter().chain(columns).collect()
}

fn directions_head() -> Vec<String> {
    let columns = [
        ("nearest, smallest", "of perfect; large is good"),
        ("nearest, mean", "of perfect; large is good"),
        ("largest hole", "of perfect; small is good"),
        ("mesh ratio", "perfect is 1.155"),
        ("cap discrepancy\u{b2}", "of random; 0 is good"),
        ("energy", "of the best known; 1 is good"),
        ("worst power", "l to 32; random is 1"),
    ];
    with_scheme(head(columns))
}

fn directions(report: &Value) -> Vec<String> {
    let cap = "cap_discrepancy_squared";
    let powers = report["harmonics"]
        .as_array()
        .map(|all| all.iter().filter_map(|one| number(&one["power"])).fold(0.0, f64::max));
    vec![
        or_dash(times(report, "nearest_smallest_rad", "perfect"), digits),
        or_dash(times(report, "nearest_mean_rad", "perfect"), digits),
        or_dash(times(report, "covering_radius_rad", "perfect"), digits),
        or_dash(figure(report, "mesh_ratio"), digits),
        or_dash(times(report, cap, "random"), digits),
        or_dash(times(report, cap, "perfect"), digits),
        or_dash(powers, digits),
    ]
}

fn disk_head() -> Vec<String> {
    let columns = [
        ("nearest, smallest", "of perfect; large is good"),
        ("largest hole", "of perfect; small is good"),
        ("mesh ratio", "perfect is 1.155"),
        ("radial discrepancy", "of random; 0 is good"),
        ("angular discrepancy", "of random; 0 is good"),
    ];
    with_scheme(head(columns))
}

fn disk(report: &Value) -> Vec<String> {
    vec![
        or_dash(times(report, "nearest_smallest", "perfect"), digits),
        or_dash(times(report, "covering_radius", "perfect"), digits),
        or_dash(figure(report, "mesh_ratio"), digits),
        or_dash(times(report, "radial_discrepancy", "random"), digits),
        or_dash(times(report, "angular_discrepancy", "random"), digits),
    ]
}

fn cube_head() -> Vec<String> {
    let columns = [
        ("L2-star discrepancy\u{b2}", "of random; 0 is good"),
        ("empty intervals", "of each dimension; 0 is good"),
        ("boxes missed", "of pairs of dimensions; random misses 63 %"),
    ];
    with_scheme(head(columns))
}

fn cube(report: &Value) -> Vec<String> {
    let strata = &report["strata"];
    let sum = |key: &str| {
        let pairs = strata["pairs"].as_array()?;
        Some(pairs.iter().filter_map(|pair| number(&pair[key])).sum::<f64>())
    };
    let intervals = strata["intervals_missed"].as_array();
    let intervals = intervals.map(|all| all.iter().filter_map(number).sum::<f64>());
    let missed = sum("missed").zip(sum("boxes")).map(|(missed, boxes)| missed / boxes);
    vec![or_dash(star(report), digits), or_dash(intervals, whole), or_dash(missed, percent)]
}

/// The discrepancy in units of random points. In many dimensions one point, the origin, outweighs all
/// others, and the figure says nothing.
pub(super) fn star(report: &Value) -> Option<f64> {
    let is_telling = number(&report["dimensions"])? <= 16.0;
    times(report, "star_discrepancy_squared", "random").filter(|_| is_telling)
}

fn with_scheme(head: Vec<String>) -> Vec<String> {
    ["scheme".to_owned()].into_iter().chain(head).collect()
}
