//! `sphere engines`, and `--engine` of `sphere sample`.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;
use serde_json::Value;

fn json(words: &str) -> Value {
    // Drivers may say things on standard error.
    let run = Sphere::new().run(words);
    assert_eq!(run.status, Some(0), "{run:?}");
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn every_engine_is_listed_with_a_device_or_a_reason() {
    let engines = json("engines --json");
    let engines = engines.as_array().unwrap();
    let names: Vec<_> = engines.iter().map(|engine| engine["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["cpu", "wgpu"]);
    assert_eq!(engines[0]["available"], true);
    assert_eq!(engines[0]["precisions"], serde_json::json!(["f64", "f32"]));
    for engine in engines {
        let available = engine["available"].as_bool().unwrap();
        assert_eq!(engine["device"].is_string(), available, "{engine}");
        assert_eq!(engine["reason"].is_string(), !available, "{engine}");
        assert_eq!(engine["kernels"].as_array().unwrap().is_empty(), !available, "{engine}");
        assert!(engine.get("memory_bytes").is_some(), "{engine}");
    }
}

#[test]
fn a_report_says_what_was_asked_for_and_where_it_ran() {
    for (words, requested) in [("", "auto"), ("--engine auto", "auto"), ("--engine cpu", "cpu")] {
        let report = json(&format!("sample disk --count 10 -o points.csv --json {words}"));
        assert_eq!((&report["requested"], &report["executed"]), (&requested.into(), &"cpu".into()));
    }
}

#[test]
fn what_an_engine_cannot_do_is_said_before_anything_is_written() {
    for (words, message) in [
        ("--engine wgpu", "add --precision f32"),
        ("--engine wgpu --precision f32 --columns lonlat-deg", "native coordinates"),
        ("--engine wgpu --precision f32 --plot x.png", "--plot is for the cpu"),
        ("--engine abacus", "cpu, wgpu"),
    ] {
        let sphere = Sphere::new();
        let run = sphere.run(&format!("sample fibonacci --count 10 -o points.csv {words}"));
        assert_eq!((run.status, sphere.files()), (Some(2), vec![]), "{words}");
        assert!(run.stderr.contains(message), "{words}: {}", run.stderr);
    }
}
