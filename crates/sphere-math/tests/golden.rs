//! What schemes return is frozen: hashes of draws and lifts at places where implementations differ.
//!
//! A change of any bit is a new [`sphere_math::DRAW_VERSION`]. `make golden` writes the table anew.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::fmt::Write as _;

use common::{corners, draw, rows, schemes, table};
use sha2::{Digest, Sha256};
use sphere_math::DRAW_VERSION;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/golden.csv");
const LENGTH: u64 = 1_000;

fn hash(bytes: impl Iterator<Item = u8>) -> String {
    let digest = Sha256::digest(bytes.collect::<Vec<u8>>());
    digest[..16].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn computed() -> String {
    let mut text = format!(
        "# The first 128 bits of SHA-256 over little-endian draws (column after column) and lifts \
         (row after row). Draw version {DRAW_VERSION}.\nscheme,start,end,draw,f64,f32\n"
    );
    for (name, scheme) in schemes() {
        let plan = scheme.plan().unwrap();
        let length = if plan.draw_columns() > 1_000 { 16 } else { LENGTH };
        let mut corners = corners(&plan, length);
        corners.dedup();
        for range in corners {
            let draws =
                hash(draw(&plan, range.clone()).concat().into_iter().flat_map(u64::to_le_bytes));
            let doubles =
                hash(rows::<f64>(&plan, range.clone()).into_iter().flat_map(f64::to_le_bytes));
            let singles =
                hash(rows::<f32>(&plan, range.clone()).into_iter().flat_map(f32::to_le_bytes));
            let _ =
                writeln!(text, "{name},{},{},{draws},{doubles},{singles}", range.start, range.end);
        }
    }
    text
}

#[test]
fn golden_hashes() {
    let computed = computed();
    if std::env::var_os("SPHERE_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(FILE, computed).unwrap();
        return;
    }
    let golden = include_str!("data/golden.csv");
    let computed: &'static str = computed.leak();
    for (expected, found) in table(golden).zip(table(computed)) {
        assert_eq!(expected, found, "draws and lifts are frozen: {}", expected[0]);
    }
    assert_eq!(golden, computed, "the table has other rows than the test");
}
