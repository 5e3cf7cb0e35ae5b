//! Every scheme in one row.

use super::super::fragments::Fragments;
use super::super::html::{Section, Table, under};
use super::super::numbers::{bytes, digits, number, or_dash, percent, seconds};
use super::{rate, thread_counts, threads_text, times};
use crate::bench::{CASES, Case, Kind};

const HEAD: [&str; 8] = [
    "scheme",
    "million points a second",
    "share of the pure fill",
    "instructions a point, AVX2",
    "1,024 points, p99.9 busy",
    "memory beyond the points",
    "largest hole",
    "discrepancy\u{b2}",
];

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let all = *thread_counts(fragments).last()?;
    let mut table = Table::new(HEAD);
    for case in &CASES {
        table.row(case.label, cells(fragments, case, all));
    }
    Some(Section {
        id: "summary",
        title: "All schemes",
        intro: format!(
            "f64 on {} in columns. Of the pure fill of the same memory 100 % is all there is. Busy: \
             other threads fill memory meanwhile. The largest hole (covering radius) is in units of \
             a lower bound that no set of points reaches, the discrepancy of what random points have.",
            threads_text(all)
        ),
        body: table.html(),
    })
}

fn cells(fragments: &Fragments, case: &Case, threads: u64) -> Vec<String> {
    let double = format!("{}-f64", case.name);
    let rate = rate(fragments, &double, threads);
    let instructions = fragments.case("instructions", &double);
    let latency = fragments.case("latency", &double);
    let quality = fragments.case("quality", case.name);
    let busy = number(&latency["busy"]["p999_seconds"]);
    let idle = number(&latency["idle"]["p50_seconds"]);
    let beyond = rate.map(|rate| rate.number("peak_bytes") - rate.number("bytes"));
    let beyond = beyond.filter(|bytes| bytes.is_finite());
    let hole = match case.kind {
        Kind::Directions => times(quality, "covering_radius_rad", "perfect"),
        Kind::Disk => times(quality, "covering_radius", "perfect"),
        Kind::Cube => None,
    };
    let discrepancy = match case.kind {
        Kind::Directions => times(quality, "cap_discrepancy_squared", "random"),
        Kind::Disk => None,
        Kind::Cube => super::quality::star(quality),
    };
    vec![
        or_dash(rate.map(|rate| rate.number("points_per_second") / 1e6), digits),
        or_dash(rate.map(|rate| rate.number("fraction")), meter),
        or_dash(number(&instructions["avx2"]), digits),
        or_dash(busy, seconds) + &under(&format!("p50 idle {}", or_dash(idle, seconds))),
        or_dash(beyond, bytes),
        or_dash(hole, |hole| format!("{} \u{d7}", digits(hole))),
        or_dash(discrepancy, |share| format!("{} \u{d7}", digits(share))),
    ]
}

/// A share as a number over a bar.
fn meter(share: f64) -> String {
    let width = (share * 100.0).clamp(0.0, 100.0);
    format!(
        "{}<svg class=\"meter\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"100\" height=\"4\" class=\"track\"/><rect width=\"{width:.1}\" height=\"4\" \
         class=\"s1\"/></svg>",
        percent(share)
    )
}
