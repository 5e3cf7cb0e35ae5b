//! A page of made-up fragments.

use serde_json::{Value, json};

use super::fragments::Fragments;
use super::{folder, page, run};
use crate::scratch::Scratch;

fn rate(case: &str, threads: u32, layout: &str, simd: &str, rate: f64) -> Value {
    json!({
        "case": case, "threads": threads, "layout": layout, "simd": simd, "points_per_second": rate,
        "gb_per_second": rate * 24e-9, "fill_gb_per_second": 20.0, "fraction": rate * 24e-9 / 20.0,
        "spread": 0.02, "bytes": "240000000", "peak_bytes": "245000000",
    })
}

/// One of every fragment.
fn planted() -> Vec<(&'static str, Value)> {
    let times = |p50: f64| json!({ "p50_seconds": p50, "p99_seconds": p50 * 2.0, "p999_seconds": p50 * 9.0, "largest_seconds": 1e-2 });
    vec![
        (
            "machine",
            json!({ "version": "9.8.7", "processor": "An <Abacus>", "threads": 2, "simd": ["scalar", "avx2"] }),
        ),
        (
            "rates",
            json!({ "cases": [
            rate("fibonacci-f64", 1, "columns", "avx2", 4.0e8),
            rate("fibonacci-f64", 2, "columns", "avx2", 6.5e8),
            rate("fibonacci-f64", 2, "rows", "avx2", 5.2e8),
            rate("fibonacci-f64", 1, "columns", "scalar", 1.0e8),
        ] }),
        ),
        (
            "latency",
            json!({ "cases": [
            { "case": "fibonacci-f64", "load_threads": 2, "idle": times(1.9e-6), "busy": times(2.1e-6) },
        ] }),
        ),
        (
            "quality",
            json!({ "cases": [
            { "case": "fibonacci", "count": "4096", "covering_radius_rad":
                { "lo": 0.04, "hi": 0.04, "perfect": { "value": 0.032 } } },
            { "case": "sobol-8", "count": "4096", "dimensions": 8, "strata":
                { "intervals_missed": ["0", "0"], "pairs": [{ "boxes": "100", "missed": "25" }] } },
        ] }),
        ),
        (
            "allocations",
            json!({ "cases": [
            { "case": "fibonacci", "plan_allocations": 0, "plan_bytes": 0, "fill_allocations": 0 },
        ] }),
        ),
        (
            "instructions",
            json!({ "points": 32768, "cases": [
            { "case": "fibonacci-f32-rows", "scalar": 61.25, "avx2": 20.0 },
        ] }),
        ),
        (
            "peers",
            json!({ "cases": [
            { "case": "sobol-8-f64", "unit": "million points a second", "rows": [
                { "name": "sphere", "rate": 300.0, "threads": 1, "spread": 0.01 },
                { "name": "a <peer>", "rate": 25.0, "threads": 1, "spread": 0.01 },
            ] },
        ] }),
        ),
    ]
}

fn tree(fragments: &[(&str, Value)]) -> Scratch {
    let tree = Scratch::new(&[]);
    for (name, value) in fragments {
        tree.write(&format!("{name}.json"), &value.to_string());
    }
    tree
}

#[test]
fn every_fragment_is_on_the_page() {
    let tree = tree(&planted());
    tree.write("flames/disk.svg", "<svg viewBox=\"0 0 10 5\"><g class=\"a\"/></svg>");
    tree.write("flames/notes.txt", "none");
    let fragments = Fragments::read(tree.root()).unwrap();
    let page = page::page(&fragments);
    for part in [
        "Sphere 9.8.7",
        "An &lt;Abacus&gt;",
        // A rate, its share of the fill, a layout, a level, a latency.
        "<td>650<small>15.6 of 20.0 GB/s, ± 1.0 %</small></td>",
        "<td>78 %<svg",
        "<td>80 %</td>",
        "<td>400<small>4.00 × scalar</small></td>",
        "18.9 µs",
        // Memory, quality, instructions, peers, flames.
        "5.00 MB",
        "<td>1.25</td>",
        "<td>25 %</td>",
        "Fibonacci lattice, f32, rows",
        "<td>61.2</td><td>20.0</td><td>3.06 ×</td>",
        "<td>12.0 × as fast</td>",
        "a &lt;peer&gt;",
        "aspect-ratio:10/5",
        "&lt;g class=&quot;a&quot;/&gt;",
    ] {
        assert!(page.contains(part), "{part} is not on the page: {page}");
    }
    assert!(!page.contains("NaN") && !page.contains("Not measured"));
    assert_eq!(fragments.to_json()["flames"], json!(["disk"]));
    assert_eq!(fragments.to_json()["rates"], planted()[1].1);
}

#[test]
fn every_fragment_may_be_absent() {
    let all = planted();
    for left_out in 0..all.len() {
        let mut some = all.clone();
        let (name, _) = some.remove(left_out);
        let page = page::page(&Fragments::read(tree(&some).root()).unwrap());
        assert!(page.ends_with("</html>\n") && !page.contains("NaN"), "{name}");
    }
    let page = page::page(&Fragments::read(tree(&all[..1]).root()).unwrap());
    assert!(page.contains("Not measured this time: rates (make bench)"), "{page}");
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = page::page(&Fragments::read(tree(&planted()).root()).unwrap());
    for word in ["http:", "https:", "src=", "url(", "@import", "<script"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn nothing_measured_is_an_error_and_so_is_a_broken_fragment() {
    let tree = Scratch::new(&[]);
    let error = run(tree.root(), &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("make bench"), "{error}");
    // Wherever the target folder is: the test must not write into that of the workspace.
    if !folder(tree.root()).starts_with(tree.root()) {
        return;
    }
    tree.write("target/bench/rates.json", "{");
    let error = run(tree.root(), &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("rates.json"), "{error}");
    tree.write("target/bench/rates.json", "{}");
    assert!(run(tree.root(), &mut Vec::new()).unwrap());
    for name in ["report.html", "report.json"] {
        assert!(folder(tree.root()).join(name).exists());
    }
}
