//! `sphere bench gpu`, without a device and on a stand-in for the driver, which computes on the processor.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says so")]

#[path = "../../sphere-engine/tests/stand_in/mod.rs"]
mod stand_in;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use stand_in::StandIn;

/// A short look at everything.
const SHORT: &str = "--runs 2 --link-bytes 20000 --points 4000 --directions 20000 \
    --stream-bytes 4000000 --device-bytes 1500000 --largest 4";

fn bench(words: &str, home: &Path, stand_in: Option<&StandIn>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sphere"));
    command.args(["bench", "gpu"]).args(words.split_whitespace());
    command.env_clear().env("XDG_CACHE_HOME", home);
    if let Some(stand_in) = stand_in {
        stand_in.serve(&mut command);
    }
    command.output().unwrap()
}

#[test]
fn without_a_device_it_says_why() {
    let home = tempfile::tempdir().unwrap();
    let output = bench("", home.path(), None);
    let told = String::from_utf8(output.stderr).unwrap();
    if output.status.success() {
        eprintln!("SKIPPED, this machine has a CUDA device");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("CUDA"), "{told}");
    assert_eq!(output.stdout, b"");
}

#[test]
fn wrong_arguments_are_refused() {
    let home = tempfile::tempdir().unwrap();
    for words in
        ["--runs 0", "--points 0", "--points 67108865", "--largest 1", "--device-bytes 5", "x"]
    {
        let output = bench(words, home.path(), None);
        assert_eq!(output.status.code(), Some(2), "{words}");
    }
}

#[test]
fn where_time_is_over_rows_say_so() {
    let Some(stand_in) = StandIn::compile() else { return };
    let home = tempfile::tempdir().unwrap();
    // The first part alone takes longer than a second.
    let words = "--most-seconds 1 --points 400000 --link-bytes 20000 --largest 2";
    let output = bench(words, home.path(), Some(&stand_in));
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{page}");
    assert!(page.contains("nearest lattice points | not measured"), "{page}");
    assert!(page.contains("the time was over"), "{page}");
}

#[test]
fn every_row_is_measured_on_a_stand_in() {
    let Some(stand_in) = StandIn::compile() else { return };
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("results");
    let output =
        bench(&format!("{SHORT} --output {}", folder.display()), home.path(), Some(&stand_in));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("nearest lattice points"), "{told}");
    let json = fs::read(folder.join("gpu.json")).unwrap();
    let record: Value = serde_json::from_slice(&json).unwrap();
    let rows = record["rows"].as_array().unwrap();
    // 9 kernels in two precisions, a launch, two kinds of memory, three rows of little memory, three sizes,
    // and the search.
    assert_eq!(rows.len(), 18 + 1 + 2 + 3 + 3 + 1, "{record:#}");
    for row in rows {
        assert!(row["value"].as_f64().unwrap() >= 0.0, "{row:#}");
        assert!(row["met"].is_boolean() && row["absolute"].is_string(), "{row:#}");
    }
    let page = fs::read_to_string(folder.join("gpu.md")).unwrap();
    assert_eq!(page.lines().filter(|line| line.starts_with("| ")).count(), 2 + rows.len());
}
