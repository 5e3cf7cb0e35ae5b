//! What is allocated, and the most that a process held.

use super::super::fragments::Fragments;
use super::super::html::{Section, Table};
use super::super::numbers::{bytes, number, or_dash, whole};
use super::{rate, thread_counts};
use crate::bench::CASES;

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let all = *thread_counts(fragments).last()?;
    let mut table = Table::new([
        "scheme",
        "allocations of a fill",
        "allocations of a plan",
        "a plan keeps",
        "points",
        "peak of the process",
        "beyond the points",
    ]);
    for case in &CASES {
        let allocations = fragments.case("allocations", case.name);
        let [fill, plan, kept] = ["fill_allocations", "plan_allocations", "plan_bytes"]
            .map(|key| number(&allocations[key]));
        let rate = rate(fragments, &format!("{}-f64", case.name), all);
        let [size, peak] = ["bytes", "peak_bytes"].map(|key| number(&rate?.0[key]));
        let beyond = peak.zip(size).map(|(peak, size)| peak - size);
        let cells = [or_dash(fill, whole), or_dash(plan, whole), or_dash(kept, bytes)];
        table.row(
            case.label,
            cells.into_iter().chain([size, peak, beyond].map(|one| or_dash(one, bytes))),
        );
    }
    Some(Section {
        id: "memory",
        title: "Memory",
        intro: "Counted by an allocator that counts: computing points allocates nothing, a plan allocates its \
                tables once and threads share it. The peak is what the system says of the measuring process \
                (program, threads, tables and the points themselves), f64 on all threads."
            .to_owned(),
        body: table.html(),
    })
}
