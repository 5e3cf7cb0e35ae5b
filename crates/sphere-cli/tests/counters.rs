//! `sphere bench counters`: figures of every way to count, and what cannot be measured.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;
use serde_json::Value;

#[test]
fn every_counter_is_measured_on_every_number_of_threads() {
    let words = "bench counters --json --threads 1,3 --count 10000 --runs 1";
    let run = Sphere::new().run(words).success();
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(report["count"], "10000");
    let cores = report["cores"].as_u64().unwrap();
    let figures = report["figures"].as_array().unwrap();
    assert_eq!(figures.len(), 2 * 2 * 5);
    for figure in figures {
        assert!(figure["attempts_per_second"].as_f64().unwrap() > 0.0, "{figure}");
        assert_eq!(figure["time_slicing"], figure["threads"].as_u64().unwrap() > cores, "{figure}");
        let can_fail = figure["counter"] == "compare and swap" && figure["threads"] != 1;
        assert!(can_fail || figure["failures_per_attempt"] == 0.0, "{figure}");
    }
}

#[test]
fn the_table_says_where_threads_take_turns() {
    let run = Sphere::new().run("bench counters --threads 1,1024 --count 4096 --runs 1").success();
    let text = run.text();
    assert!(text.contains("points, 1 thread  "), "{text}");
    assert!(text.contains("bare loop, 1024 threads (time slicing)"), "{text}");
    for counter in ["tallies", "flushed", "atomic add", "compare and swap", "mutex"] {
        assert_eq!(text.lines().filter(|line| line.trim_start().starts_with(counter)).count(), 4);
    }
}

#[test]
fn what_cannot_be_measured_is_refused() {
    for words in ["--threads 0", "--threads 1,1025", "--threads ten", "--count 0", "--runs 0"] {
        let run = Sphere::new().run(&format!("bench counters {words}"));
        assert_eq!((run.status, run.stdout.len()), (Some(2), 0), "{words}: {}", run.stderr);
    }
}
