//! What `sphere bench` measures: the form of it, for figures differ from machine to machine.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;
use serde_json::Value;

fn measured(words: &str) -> Value {
    let run = Sphere::new().run(&format!("bench {words} --json")).success();
    serde_json::from_slice(&run.stdout).unwrap()
}

/// Arguments, and the points, columns, bytes, precision, layout, threads (0: all) and runs that they
/// mean.
type Sample = (&'static str, &'static str, u64, u64, &'static str, &'static str, u64, u64);

#[rustfmt::skip]
const SAMPLES: [Sample; 11] = [
    ("fibonacci --count 1e5 --threads 1 --runs 3", "100000", 3, 2_400_000, "f64", "columns", 1, 3),
    ("--scheme fibonacci --count 300_000 --threads 2 --runs 1", "300000", 3, 7_200_000, "f64", "columns", 2, 1),
    ("disk --count 1 --runs 2 --threads 2", "1", 2, 16, "f64", "columns", 2, 2),
    ("random --method ball --seed 3 --count 1e4 --precision f32 --runs 1 --threads 1", "10000", 3, 120_000, "f32", "columns", 1, 1),
    ("random --count 10 --start 18446744073709551605 --runs 1 --threads 1", "10", 3, 240, "f64", "columns", 1, 1),
    ("sobol --dimensions 8 --count 1024 --layout rows --runs 1 --threads 1", "1024", 8, 65_536, "f64", "rows", 1, 1),
    ("sobol --scramble owen --seed 1 --count 5000 --layout rows --runs 1 --threads 3", "5000", 3, 120_000, "f64", "rows", 3, 1),
    // The smallest order with so many pixels; the pixels of an order; the points of a lattice.
    ("pixels --count 13 --start 36 --runs 1 --threads 1", "13", 3, 312, "f64", "columns", 1, 1),
    ("pixels --order 1 --ordering nested --runs 1 --threads 1", "48", 3, 1_152, "f64", "columns", 1, 1),
    ("fibonacci --total 1e3 --start 10 --runs 1 --threads 1", "990", 3, 23_760, "f64", "columns", 1, 1),
    // As many as fill 240 MB.
    ("sobol --dimensions 50 --precision f32 --runs 1", "1200000", 50, 240_000_000, "f32", "columns", 0, 1),
];

#[test]
fn samples_are_measured_as_asked_for() {
    for (words, points, columns, bytes, precision, layout, threads, runs) in SAMPLES {
        let figures = measured(&format!("sample {words}"));
        assert_eq!(figures["points"], points, "{words}");
        assert_eq!(figures["columns"], columns, "{words}");
        assert_eq!(figures["bytes"], bytes.to_string(), "{words}");
        assert_eq!(figures["precision"], precision, "{words}");
        assert_eq!(figures["layout"], layout, "{words}");
        assert_eq!(figures["runs"], runs, "{words}");
        let used = figures["threads"].as_u64().unwrap();
        assert!(used == threads || (threads == 0 && used > 0), "{words}: {used}");
        assert!(figures["simd"].is_string() && figures["numa"].is_string(), "{words}");

        let number = |key: &str| figures[key].as_f64().unwrap_or_else(|| panic!("{words}: {key}"));
        let positive =
            ["seconds", "points_per_second", "gb_per_second", "fill_gb_per_second", "fraction"];
        for key in positive {
            assert!(number(key) > 0.0 && number(key).is_finite(), "{words}: {key} {figures}");
        }
        assert!(number("spread") >= 0.0 && number("fill_spread") >= 0.0, "{words}");
        // The figures agree with one another.
        let gigabytes = number("points_per_second") * bytes as f64
            / figures["points"].as_str().unwrap().parse::<f64>().unwrap()
            / 1e9;
        assert!((gigabytes / number("gb_per_second") - 1.0).abs() < 1e-9, "{words}");
        let fraction = number("gb_per_second") / number("fill_gb_per_second");
        assert!((fraction / number("fraction") - 1.0).abs() < 1e-9, "{words}");
        let peak = figures["peak_bytes"].as_str().map(|peak| peak.parse::<u64>().unwrap());
        assert!(peak.is_none_or(|peak| peak > bytes), "{words}: {peak:?}");
        assert_eq!(peak.is_some(), cfg!(target_os = "linux"));
    }
}

#[test]
fn the_order_of_pixels_is_the_smallest_that_has_them() {
    for (words, order) in [
        ("--count 12", "0"),
        ("--count 13", "1"),
        ("--count 12 --start 1", "1"),
        ("--count 50_000", "7"),
        ("--count 5 --order 9", "9"),
    ] {
        let figures = measured(&format!("sample pixels {words} --runs 1"));
        assert_eq!(figures["parameters"]["order"], order, "{words}");
    }
}

#[test]
fn every_level_of_this_machine_is_measured_and_the_others_are_refused() {
    let sphere = Sphere::new();
    let mut there = 0;
    for level in ["scalar", "avx2", "avx512", "neon"] {
        let run = sphere.run(&format!("bench sample fibonacci --count 100 --json --simd {level}"));
        if run.status == Some(0) {
            let figures: Value = serde_json::from_slice(&run.stdout).unwrap();
            assert_eq!(figures["simd"], level);
            there += 1;
        } else {
            assert_eq!((run.status, run.text()), (Some(2), ""));
            let says = format!("simd level {level} is unavailable: ");
            assert!(run.stderr.contains(&says), "{}", run.stderr);
            assert!(run.stderr.contains("there are scalar"), "{}", run.stderr);
        }
    }
    assert!((1..4).contains(&there), "no processor has none or all of them: {there}");
}

#[test]
fn latencies_are_in_order() {
    for words in ["fibonacci", "sobol --dimensions 3 --count 100 --precision f32 --load 1"] {
        let figures = measured(&format!("latency {words}"));
        let points = if words == "fibonacci" { "1024" } else { "100" };
        assert_eq!(figures["points"], points);
        assert!(figures["load_threads"].as_u64().unwrap() > 0);
        for state in ["idle", "busy"] {
            let state = &figures[state];
            assert!(state["fills"].as_u64().unwrap() >= 1_000, "{figures}");
            let keys = ["p50_seconds", "p99_seconds", "p999_seconds", "largest_seconds"];
            let values = keys.map(|key| state[key].as_f64().unwrap());
            assert!(values[0] > 0.0 && values.is_sorted(), "{figures}");
        }
    }
}

#[test]
fn people_get_a_table() {
    let sphere = Sphere::new();
    let run = sphere.run("bench sample sobol --dimensions 4 --count 1e4 --threads 1").success();
    for part in
        ["sobol, dimensions 4: 10,000 points, f64 in columns", "1 thread", "pure fill", "fraction"]
    {
        assert!(run.text().contains(part), "{part:?} is not in {}", run.text());
    }
    let run = sphere.run("bench latency disk --load 1").success();
    for part in ["disk: microseconds for 1024 points", "idle", "1 threads busy", "p99.9"] {
        assert!(run.text().contains(part), "{part:?} is not in {}", run.text());
    }
}

/// Arguments after `sphere bench`, and words of the message.
const REFUSED: [(&str, &[&str]); 17] = [
    ("", &["sample", "latency"]),
    ("sample", &["SCHEME"]),
    ("sample spiral", &["SCHEME", "fibonacci", "pixels"]),
    ("sample fibonacci --scheme disk", &["cannot be used with"]),
    ("sample fibonacci --count 0", &["count is 0", "nothing to measure"]),
    ("sample fibonacci --count ten", &["count is 'ten'"]),
    ("sample fibonacci --count 1e12", &["count is 1000000000000; at most ", "GB of memory"]),
    ("sample random --count 1e19", &["count is 10000000000000000000; at most "]),
    ("sample fibonacci --count 10 --dimensions 4", &["dimensions is no parameter of fibonacci"]),
    ("sample pixels --count 1e19", &["start + count", "3458764513820540928 points"]),
    ("sample fibonacci --columns theta-phi", &["columns must be xyz"]),
    ("sample fibonacci --runs 0", &["--runs", "1..=10000"]),
    ("sample fibonacci --threads 0", &["threads is '0'"]),
    ("sample fibonacci --layout diagonal", &["--layout", "columns, rows"]),
    ("sample fibonacci --simd sse9", &["--simd", "avx2"]),
    ("latency fibonacci --load none", &["threads is 'none'"]),
    ("latency fibonacci --seconds 0", &["--seconds"]),
];

#[test]
fn arguments_that_cannot_be() {
    let sphere = Sphere::new();
    for (words, expected) in REFUSED {
        let run = sphere.run(&format!("bench {words}"));
        assert_eq!(run.status, Some(2), "{words}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{words}");
        for part in expected {
            assert!(run.stderr.contains(part), "{words}: {part:?} is not in {}", run.stderr);
        }
    }
}
