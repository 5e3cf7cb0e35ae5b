//! `sphere engines`, and `--engine` of the verbs that compute.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a test that has no device says so")]

mod common;

use common::Sphere;
use serde_json::{Value, json};

fn report(sphere: &Sphere, words: &str) -> Value {
    // Drivers may say things on standard error.
    let run = sphere.run(words);
    assert_eq!(run.status, Some(0), "{run:?}");
    serde_json::from_slice(&run.stdout).unwrap()
}

fn engines(words: &str) -> Vec<Value> {
    let engines = report(&Sphere::new(), &format!("engines --json {words}"));
    engines.as_array().unwrap().clone()
}

/// Whether there is a device, software if need be. Without one a test says so and passes nothing.
fn has_wgpu() -> bool {
    let wgpu = engines("--software-gpu").swap_remove(1);
    if wgpu["available"] != true {
        eprintln!("SKIPPED, this machine has no device: {}", wgpu["reason"]);
    }
    wgpu["available"] == true
}

#[test]
fn every_engine_is_listed_with_a_device_or_a_reason() {
    for words in ["", "--software-gpu"] {
        let engines = engines(words);
        let names: Vec<_> = engines.iter().map(|engine| engine["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["cpu", "wgpu", "cuda"]);
        assert_eq!(engines[0]["available"], true);
        assert_eq!(engines[0]["precisions"], json!(["f64", "f32"]));
        for engine in engines {
            let available = engine["available"].as_bool().unwrap();
            assert_eq!(engine["device"].is_string(), available, "{engine}");
            assert_eq!(engine["reason"].is_string(), !available, "{engine}");
            assert_eq!(engine["kernels"].as_array().unwrap().is_empty(), !available, "{engine}");
            assert_eq!(engine["precisions"].as_array().unwrap().is_empty(), !available, "{engine}");
            assert!(engine["refused"].is_array(), "{engine}");
            for measured in ["simd", "threads", "numa", "launch_seconds", "bytes_per_second"] {
                assert_eq!(engine[measured].is_null(), !available, "{measured}: {engine}");
            }
            for field in ["memory_bytes", "driver", "most_point_words"] {
                let value = engine.get(field).unwrap();
                assert!(value.is_string() || value.is_null(), "{field}: {engine}");
            }
        }
    }
}

#[test]
fn the_table_fits_a_terminal_and_names_every_engine() {
    let run = Sphere::new().run("engines");
    assert_eq!(run.status, Some(0), "{run:?}");
    let lines: Vec<&str> = run.text().lines().collect();
    for head in ["engine", "available", "device", "driver", "precisions", "memory"] {
        assert!(lines[0].contains(head), "{head}");
    }
    for (engine, word) in [("cpu ", "yes"), ("wgpu ", ""), ("cuda ", "")] {
        let row = lines.iter().find(|line| line.starts_with(engine)).unwrap();
        assert!(row.contains(word), "{row}");
    }
    assert!(run.text().contains("fibonacci_nearest"));
    // Words that are longer than a line are not ours to break.
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{}", run.text());
}

#[test]
fn a_report_says_what_was_asked_for_and_where_it_ran() {
    let sphere = Sphere::new();
    std::fs::write(sphere.path("poles.csv"), "0,0,2\n0,0,-0.5\n").unwrap();
    for (words, requested) in [("", "auto"), ("--engine auto", "auto"), ("--engine cpu", "cpu")] {
        let sampled = format!("sample disk --count 10 -o points.csv --json {words}");
        let nearest = format!("nearest fibonacci --total 9 -i poles.csv -o out.csv --json {words}");
        for (line, points) in [(sampled, "10"), (nearest, "2")] {
            let report = report(&sphere, &line);
            assert_eq!(
                (&report["requested"], &report["executed"]),
                (&json!(requested), &json!("cpu"))
            );
            assert_eq!((&report["points"], &report["draws"]), (&json!(points), &json!(1)));
        }
    }
    // Where the indices go to standard output, the report does not.
    let run = sphere.run("nearest fibonacci --total 10 -i poles.csv --json");
    assert_eq!(run.text(), "index\n0\n9\n");
    assert!(run.stderr.contains("\"executed\":\"cpu\""), "{}", run.stderr);
}

#[test]
fn what_an_engine_cannot_do_is_said_before_anything_is_written() {
    let sample = "sample fibonacci --count 10 -o points.csv";
    let nearest = "nearest fibonacci --total 10 -o indices.csv";
    for (words, message) in [
        (format!("{sample} --engine wgpu"), "wgpu computes f32 only: add --precision f32"),
        (format!("{sample} --engine wgpu --precision f64"), "use --precision f32"),
        (
            format!("{sample} --engine wgpu --precision f32 --columns lonlat-deg"),
            "use --columns xyz",
        ),
        (format!("{sample} --engine cuda --columns theta-phi"), "use --columns xyz"),
        (format!("{sample} --engine wgpu --precision f32 --plot x.png"), "leave --plot out"),
        (format!("{sample} --engine abacus"), "auto, cpu, wgpu, cuda"),
        (format!("{sample} --engine"), "--engine"),
        (format!("{sample} --engine cpu --engine cpu"), "--engine"),
        (format!("{sample} --software-gpu yes"), "yes"),
        (format!("{nearest} --engine abacus"), "auto, cpu, wgpu, cuda"),
        ("engines --engine cpu".to_string(), "--engine"),
    ] {
        let sphere = Sphere::new();
        let run = sphere.run(&words);
        assert_eq!((run.status, sphere.files()), (Some(2), vec![]), "{words}");
        assert!(run.stderr.contains(message), "{words}: {}", run.stderr);
    }
}

#[test]
fn an_engine_that_is_not_here_says_why_and_where_to_look() {
    let unavailable = engines("").into_iter().filter(|engine| engine["available"] == false);
    for engine in unavailable {
        let name = engine["name"].as_str().unwrap();
        for words in [
            format!("sample fibonacci --count 10 --precision f32 -o points.csv --engine {name}"),
            format!("nearest fibonacci --total 10 -o points.csv --engine {name}"),
        ] {
            let sphere = Sphere::new();
            let run = sphere.run(&words);
            assert_eq!((run.status, sphere.files()), (Some(1), vec![]), "{words}");
            for part in [engine["reason"].as_str().unwrap(), name, "'sphere engines'"] {
                assert!(run.stderr.contains(part), "{words}: {}", run.stderr);
            }
        }
    }
}

#[test]
fn wgpu_computes_what_it_is_asked_for() {
    if !has_wgpu() {
        return;
    }
    let sphere = Sphere::new();
    let points = "sample random --count 10_000 --precision f32 --format raw --software-gpu";
    let report = report(&sphere, &format!("{points} --engine wgpu -o wgpu.raw --json"));
    assert_eq!((&report["requested"], &report["executed"]), (&json!("wgpu"), &json!("wgpu")));
    // A device that is there and changes bits is not what auto takes.
    sphere.run(&format!("{points} --engine auto -o auto.raw")).success();
    sphere.run(&format!("{points} --engine cpu -o cpu.raw")).success();
    assert!(sphere.read("auto.raw") == sphere.read("cpu.raw"));
    let values = |name: &str| -> Vec<f32> {
        let bytes = sphere.read(name);
        bytes.chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap())).collect()
    };
    let (on_device, here) = (values("wgpu.raw"), values("cpu.raw"));
    assert_eq!((on_device.len(), here.len()), (30_000, 30_000));
    let apart = on_device.iter().zip(&here).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart <= sphere_math::kernels::SINGLE_BOUND, "{apart}");
}
