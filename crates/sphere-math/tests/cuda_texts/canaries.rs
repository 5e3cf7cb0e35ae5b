//! What is wrong by a bit is caught.

use std::ops::Range;

use sphere_math::sampling::Scheme;

use crate::host::{Host, Text};
use crate::{OUTPUTS, cases, difference, texts};

/// A kernel, what its text says, and what it says with one bit or one rounding wrong.
const WRONG: [(&str, &str, &str); 21] = [
    // Constants.
    ("fibonacci", "0x0C633F9FA31237CC", "0x0C633F9FA31237CD"),
    ("disk", "0x61C8864680B583EA", "0x61C8864680B583EB"),
    ("random", "0xD2511F53U", "0xD2511F52U"),
    ("random", "0xBB67AE85U", "0xBB67AE84U"),
    ("sobol_sphere", "0x7feb352dU", "0x7feb352cU"),
    ("sobol_cube", "0x53a22864U", "0x53a22865U"),
    ("pixels", "0x00ff00ff00ff00ff", "0x00ff00ff00ff00fe"),
    // Coefficients of one precision: the next double, the next float.
    (
        "sobol_sphere",
        "const double PI_HIGH = 3.141592653589793;",
        "const double PI_HIGH = 3.1415926535897927;",
    ),
    ("fibonacci", "const double PI_LOW = 1.12102e-16;", "const double PI_LOW = 0.0;"),
    ("pixels", "4.0587121264167473578", "4.0587121264167483"),
    ("disk", "3.14159274f", "3.14159298f"),
    ("random", "4.05870726303f", "4.0587077f"),
    // Two roundings in place of one, and the other way round.
    ("pixels", "fused(-from_pole, from_pole, twice)", "(twice - from_pole * from_pole)"),
    ("fibonacci", "fused(-estimate, steps, numerator)", "(numerator - estimate * steps)"),
    ("fibonacci", "fused(t, PI_HIGH, small)", "t * PI_HIGH + small"),
    ("disk", "root((R)area)", "(R)root(area)"),
    ("random", "(double)(ONE - s)", "(double)ONE - (double)s"),
    // A negative zero.
    ("pixels", "fused(radius, azimuth.cos, zero)", "radius * azimuth.cos"),
    // Bounds.
    ("random", "norm <= 1ULL << 62", "norm <= 1ULL << 61"),
    ("pixels", "along >= odd * quarter", "along > odd * quarter"),
    ("sobol_cube", "word >> 40", "word >> 39"),
];

fn wrong() -> Vec<Text> {
    let texts = texts();
    let change = |&(name, from, to): &(&'static str, &str, &str)| {
        let right = texts.iter().find(|text| text.name == name).unwrap();
        assert!(right.text.contains(from), "{name} does not say {from}");
        Text { name, text: right.text.replacen(from, to, 1) }
    };
    WRONG.iter().map(change).collect()
}

#[test]
fn a_wrong_bit_is_caught() {
    let Some(host) = Host::compile("cuda-canaries", &wrong()) else { return };
    let mut running = host.start();
    for (number, (name, _, to)) in WRONG.iter().enumerate() {
        let is_seen = |(scheme, range): (Scheme, Range<u64>)| {
            let plan = scheme.plan().unwrap();
            let launches = OUTPUTS.map(|output| plan.launch(output));
            launches
                .iter()
                .filter(|launch| launch.kernel.name == *name)
                .any(|launch| difference(&mut running, number, &plan, launch, &range).is_some())
        };
        assert!(cases().any(is_seen), "{name} with {to} passes");
    }
}
