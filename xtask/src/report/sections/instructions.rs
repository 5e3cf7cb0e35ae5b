//! Counts of instructions, which repeat exactly.

use super::super::fragments::Fragments;
use super::super::html::{Section, Table};
use super::super::numbers::{digits, number, or_dash, whole};
use super::label;

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    let cases = fragments.cases("instructions");
    let points = whole(number(&fragments.get("instructions")["points"])?);
    let mut table = Table::new(["case", "scalar", "AVX2", "scalar over AVX2"]);
    for case in cases {
        let [scalar, avx2] = ["scalar", "avx2"].map(|level| number(&case[level]));
        let ratio = scalar.zip(avx2).map(|(scalar, avx2)| scalar / avx2);
        let name = label(case["case"].as_str().unwrap_or_default());
        let ratio = or_dash(ratio, |ratio| format!("{} \u{d7}", digits(ratio)));
        table.row(&name, [or_dash(scalar, digits), or_dash(avx2, digits), ratio]);
    }
    Some(Section {
        id: "instructions",
        title: "Instructions a point",
        intro: format!(
            "Counted by callgrind over {points} points, not timed: the same on a busy machine as on an \
             idle one, which is why a change of a few per cent shows. Callgrind knows no AVX-512."
        ),
        body: table.html(),
    })
}
