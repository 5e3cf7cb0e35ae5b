//! The WGSL kernels in a browser: the same texts as the engine's, run by a plain page. Integers are those
//! of the definition, points are within the bound.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it skips")]

mod common;

use std::ops::Range;
use std::path::Path;

use common::browser::Browser;
use serde_json::{Value, json};
use sphere_math::healpix::Ordering;
use sphere_math::kernels::{ALL, Launch, NEAREST, Output, SINGLE_BOUND};
use sphere_math::sampling::{Domain, Method, Placement, Plan, Scheme, Scramble};

/// A WebGPU device in software.
const FLAGS: &str = "--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader";

/// No multiple of a group of threads.
const ROWS: u64 = 515;

const OWEN: Scramble = Scramble::Owen { seed: 1, randomisation: 5 };
const LATTICE: Scheme = Scheme::Fibonacci { total: 1 << 52, placement: Placement::Quadrature };

const SCHEMES: [Scheme; 13] = [
    LATTICE,
    Scheme::Fibonacci { total: 1_000, placement: Placement::Packing },
    Scheme::Disk { total: 1 << 52 },
    Scheme::Random { seed: u64::MAX, method: Method::Cylinder },
    Scheme::Random { seed: 1, method: Method::Disk },
    Scheme::Random { seed: 1, method: Method::Ball },
    Scheme::Sobol { domain: Domain::Sphere, scramble: Scramble::None },
    Scheme::Sobol { domain: Domain::Sphere, scramble: OWEN },
    Scheme::Sobol { domain: Domain::Cube { dimensions: 5 }, scramble: OWEN },
    Scheme::Pixels { order: 3, ordering: Ordering::Ring },
    Scheme::Pixels { order: 29, ordering: Ordering::Ring },
    Scheme::Pixels { order: 3, ordering: Ordering::Nested },
    Scheme::Pixels { order: 29, ordering: Ordering::Nested },
];

/// Both ends, and where the halves of an index meet.
fn ranges(plan: &Plan) -> Vec<Range<u64>> {
    let points = plan.points();
    let starts = [0, (1 << 32) - ROWS / 2, points.saturating_sub(ROWS)];
    let ranges = starts.map(|start| start.min(points)..points.min(start.saturating_add(ROWS)));
    ranges.into_iter().filter(|range| !range.is_empty()).collect()
}

/// One run of a kernel. Without a bound the words are integers, else f32.
fn case(launch: &Launch, text: &str, rows: &Range<u64>, expected: &[u32]) -> Value {
    let bound = (launch.output == Output::Single).then_some(SINGLE_BOUND);
    json!({
        "name": launch.kernel.name,
        "text": text,
        "header": launch.header(rows),
        "parameters": launch.parameters,
        "table": launch.table,
        "expected": expected,
        "bound": bound,
    })
}

fn words(values: impl IntoIterator<Item = u64>) -> Vec<u32> {
    values.into_iter().flat_map(|value| [value as u32, (value >> 32) as u32]).collect()
}

/// Draws and points of a range.
fn of_points(plan: &Plan, rows: &Range<u64>, text: &dyn Fn(&Launch) -> String) -> [Value; 2] {
    let count = (rows.end - rows.start) as usize;
    let mut columns = vec![vec![0_u64; count]; plan.draw_columns()];
    plan.draw(rows.clone(), &mut columns.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>())
        .unwrap();
    let row = |row: usize| columns.iter().map(move |column| column[row]);
    let draws = words((0..count).flat_map(row));

    let [draw, lift] = [Output::Draw, Output::Single].map(|output| plan.launch(output));
    let mut points = vec![0.0_f32; count * lift.words_per_point];
    plan.fill_rows(rows.clone(), &mut points).unwrap();
    let bits: Vec<u32> = points.iter().map(|value| value.to_bits()).collect();
    [case(&draw, &text(&draw), rows, &draws), case(&lift, &text(&lift), rows, &bits)]
}

/// Indices of the points nearest to directions.
fn of_directions(total: u64, placement: Placement, text: &dyn Fn(&Launch) -> String) -> Value {
    let plan = Scheme::Fibonacci { total, placement }.plan().unwrap();
    let random = Scheme::Random { seed: 3, method: Method::Ball }.plan().unwrap();
    let mut single = vec![vec![0.0_f32; ROWS as usize]; 3];
    random
        .fill(0..ROWS, &mut single.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>())
        .unwrap();
    let exact: Vec<Vec<f64>> =
        single.iter().map(|column| column.iter().copied().map(f64::from).collect()).collect();
    let mut indices = vec![0; ROWS as usize];
    plan.nearest_all([&exact[0], &exact[1], &exact[2]], &mut indices).unwrap();
    let mut launch = plan.launch_nearest_single().unwrap();
    launch.table = single.concat().into_iter().map(f32::to_bits).collect();
    case(&launch, &text(&launch), &(0..ROWS), &words(indices))
}

/// Whether the words of each case are right in the page, as the browser's device has them.
fn differing(browser: &mut Browser, cases: &[Value]) -> Vec<u64> {
    let folder = tempfile::tempdir().unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/webgpu");
    for name in ["page.html", "page.js"] {
        std::fs::copy(page.join(name), folder.path().join(name)).unwrap();
    }
    let script = format!("const CASES = {};", serde_json::to_string(cases).unwrap());
    std::fs::write(folder.path().join("cases.js"), script).unwrap();
    browser.open(&format!("file://{}", folder.path().join("page.html").display()));
    browser.wait("typeof verdict === 'object' && verdict !== null");
    let verdict = browser.evaluate("verdict");
    assert!(verdict["error"].is_null(), "{verdict}");
    println!("{} cases on {}", cases.len(), verdict["device"]);
    let differing = verdict["differing"].as_array().unwrap();
    differing.iter().map(|count| count.as_u64().unwrap()).collect()
}

fn browser() -> Option<Browser> {
    let browser = Browser::with(FLAGS);
    if browser.is_none() {
        println!("skipped: there is no chromium here");
    }
    browser
}

fn right(launch: &Launch) -> String {
    launch.kernel.wgsl.concat()
}

#[test]
fn kernels_compute_the_same_in_a_browser() {
    let Some(mut browser) = browser() else { return };
    let mut cases = Vec::new();
    for scheme in SCHEMES {
        let plan = scheme.plan().unwrap();
        for rows in ranges(&plan) {
            cases.extend(of_points(&plan, &rows, &right));
        }
    }
    for (total, placement) in [
        (1_000, Placement::Packing),
        (1_000, Placement::Offset(500.0)),
        (10_001, Placement::Offset(0.0)),
        ((1 << 33) - 1, Placement::Quadrature),
    ] {
        cases.push(of_directions(total, placement, &right));
    }
    for kernel in ALL.into_iter().chain([NEAREST]) {
        assert!(cases.iter().any(|case| case["name"] == kernel.name), "{}", kernel.name);
    }
    for (case, differing) in cases.iter().zip(differing(&mut browser, &cases)) {
        let (name, header) = (&case["name"], &case["header"]);
        assert_eq!(differing, 0, "{name} differs, header {header}, bound {}", case["bound"]);
    }
    assert!(browser.faults().is_empty(), "{:?}", browser.faults());
}

#[test]
fn one_wrong_bit_is_caught() {
    let Some(mut browser) = browser() else { return };
    // Bits of the golden angle, a digit of the sine.
    let wrong_turn = |launch: &Launch| right(launch).replacen("0x80b583eau", "0x80b583ebu", 1);
    let wrong_sine =
        |launch: &Launch| right(launch).replacen("-5.16770768192", "-5.16870768192", 1);
    let plan = LATTICE.plan().unwrap();
    let rows = (1 << 51)..(1 << 51) + ROWS;
    let [draw, _] = of_points(&plan, &rows, &wrong_turn);
    let [_, lift] = of_points(&plan, &rows, &wrong_sine);
    let wrong_point = |launch: &Launch| right(launch).replacen("0x61c88646u", "0x61c88647u", 1);
    let nearest = of_directions((1 << 33) - 1, Placement::Quadrature, &wrong_point);
    for (count, case) in differing(&mut browser, &[draw, lift, nearest]).into_iter().zip(0..) {
        assert!(count > 0, "case {case} goes unnoticed");
    }
}
