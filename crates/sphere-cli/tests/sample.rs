//! What `sphere sample` writes.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;

const SCHEMES: [(&str, &str); 8] = [
    ("fibonacci --count 1000", "x,y,z"),
    ("fibonacci --total 1e15 --start 1e14 --count 1_000 --placement offset:0.36", "x,y,z"),
    ("disk --count 1000", "x,y"),
    ("random --count 1000 --seed 18446744073709551615 --method disk", "x,y,z"),
    ("sobol --count 1000 --scramble shift --seed 7 --randomisation 3", "x,y,z"),
    ("sobol --count 1000 --dimensions 5", "u0,u1,u2,u3,u4"),
    ("pixels --order 3", "x,y,z"),
    ("pixels --order 29 --ordering nested --start 3e18 --count 1e3", "x,y,z"),
];

fn doubles(bytes: &[u8]) -> Vec<f64> {
    bytes.chunks_exact(8).map(|chunk| f64::from_le_bytes(chunk.try_into().unwrap())).collect()
}

fn csv_values(text: &str) -> Vec<f64> {
    text.lines().skip(1).flat_map(|line| line.split(',')).map(|v| v.parse().unwrap()).collect()
}

#[test]
fn csv_has_its_header_and_reads_back_to_the_same_bits() {
    let sphere = Sphere::new();
    for (scheme, header) in SCHEMES {
        let csv = sphere.run(&format!("sample {scheme}")).success();
        assert_eq!(csv.text().lines().next(), Some(header), "{scheme}");
        let raw = sphere.run(&format!("sample {scheme} --format raw")).success();
        let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(csv_values(csv.text())), bits(doubles(&raw.stdout)), "{scheme}");
    }
    assert!(sphere.files().is_empty());
}

#[test]
fn every_format_holds_the_same_values() {
    let sphere = Sphere::new();
    let points = "sample random --count 100";
    let raw = sphere.run(&format!("{points} --format raw")).success().stdout;
    for name in ["points.csv", "points.npy", "points.raw", "points.bin", "points.json", "plain"] {
        sphere.run(&format!("{points} -o {name}")).success();
    }
    assert_eq!(sphere.read("points.raw"), raw);
    assert_eq!(sphere.read("points.bin"), raw);
    let npy = sphere.read("points.npy");
    assert_eq!(npy[npy.len() - raw.len()..], raw);
    assert!(String::from_utf8_lossy(&npy[..128]).contains("'shape': (100, 3)"));
    let csv = String::from_utf8(sphere.read("points.csv")).unwrap();
    assert_eq!(csv_values(&csv), doubles(&raw));
    assert_eq!(sphere.read("plain"), csv.as_bytes(), "CSV where nothing else is said");
    let json: serde_json::Value = serde_json::from_slice(&sphere.read("points.json")).unwrap();
    assert_eq!((json["draws"].as_u64(), json["scheme"].as_str()), (Some(1), Some("random")));
    assert_eq!(json["points"].as_array().unwrap().len(), 100);
    // `--format` wins over the suffix.
    sphere.run(&format!("{points} --format raw -o forced.csv")).success();
    assert_eq!(sphere.read("forced.csv"), raw);
}

#[test]
fn parts_join_to_the_whole_on_any_number_of_threads() {
    let sphere = Sphere::new();
    let run = |rest: &str| sphere.run(&format!("sample {rest} --format raw")).success().stdout;
    let lattice = "fibonacci --total 100_000";
    let whole = run(&format!("{lattice} --threads 1"));
    let parts = [
        run(&format!("{lattice} --count 33_333 --threads 3")),
        run(&format!("{lattice} --start 33_333 --threads 2")),
    ];
    assert!(whole == parts.concat());
    let sobol = run("sobol --count 1000 --scramble owen --precision f32");
    assert!(sobol[..12 * 400] == run("sobol --count 400 --scramble owen --precision f32"));
}

#[test]
fn a_picture_alone_is_all_that_is_written() {
    let sphere = Sphere::new();
    let run = sphere.run("sample fibonacci --count 100 --plot lattice.png").success();
    assert!(run.stdout.is_empty());
    assert_eq!(sphere.files(), ["lattice.png"]);
    assert_eq!(sphere.read("lattice.png")[..8], *b"\x89PNG\r\n\x1a\n");
}

#[test]
fn a_picture_shows_the_same_points_whatever_the_columns() {
    let sphere = Sphere::new();
    let columns = ["xyz --precision f64", "lonlat-deg --precision f32", "theta-phi"];
    for (at, columns) in columns.iter().enumerate() {
        let outputs = format!("-o {at}.csv --plot {at}.png");
        sphere.run(&format!("sample random --count 50 --columns {columns} {outputs}")).success();
    }
    assert!(sphere.read("0.png") == sphere.read("1.png"));
    assert!(sphere.read("0.png") == sphere.read("2.png"));
    assert_eq!(sphere.files().len(), 6);
    for scheme in ["disk --count 50", "sobol --count 50 --dimensions 1"] {
        sphere.run(&format!("sample {scheme} --plot other.png")).success();
    }
}

#[test]
fn the_report_is_one_json_object_where_the_points_are_not() {
    let sphere = Sphere::new();
    let ball = "sample random --method ball --count 1000 --threads 2 --json";
    let to_file = sphere.run(&format!("{ball} -o points.raw")).success();
    let to_pipe = sphere.run(&format!("{ball} --format raw"));
    assert_eq!(to_pipe.stdout, sphere.read("points.raw"));
    for report in [to_file.text(), to_pipe.stderr.as_str()] {
        assert_eq!(report.lines().count(), 1, "{report}");
        let report: serde_json::Value = serde_json::from_str(report).unwrap();
        assert_eq!(report["points"], "1000");
        assert_eq!(report["bytes"], "24000");
        let levels = ["scalar", "avx2", "avx512", "neon"];
        assert!(levels.contains(&report["simd"].as_str().unwrap()));
        assert_eq!(report["threads"], 2);
        assert_ne!(report["numa"], "");
        assert_eq!(report["requested"], "auto");
        assert_eq!(report["executed"], "cpu");
        assert_eq!(report["draws"], 1);
        assert!(report["seconds"].as_f64().unwrap() > 0.0);
        let attempts: u64 = report["attempts"].as_str().unwrap().parse().unwrap();
        assert!((1_700..2_200).contains(&attempts), "6 / pi of the points: {attempts}");
    }
}

#[test]
fn no_points_are_a_file_of_no_points() {
    let sphere = Sphere::new();
    assert_eq!(sphere.run("sample fibonacci --count 0").success().text(), "x,y,z\n");
    assert_eq!(sphere.run("sample disk --total 5 --start 5").success().text(), "x,y\n");
    sphere.run("sample random --count 0 -o none.npy --plot none.png").success();
    assert!(String::from_utf8_lossy(&sphere.read("none.npy")).contains("(0, 3)"));
}

#[test]
fn the_command_explains_itself() {
    let sphere = Sphere::new();
    let version = sphere.run("--version").success();
    assert_eq!(version.text(), concat!("sphere ", env!("CARGO_PKG_VERSION"), "\n"));
    let help = sphere.run("sample --help").success();
    for word in ["Examples:", "Schemes:", "--randomisation", "quadrature", "Exit status", "nested"]
    {
        assert!(help.text().contains(word), "{word}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sphere.run(&format!("completions {shell}")).success();
        assert!(script.text().contains("fibonacci"), "{shell} completes schemes");
    }
}

#[test]
fn every_instruction_set_writes_the_same_bytes() {
    let sphere = Sphere::new();
    let points = "sample fibonacci --count 1000 --format raw";
    let expected = sphere.run(points).success().stdout;
    assert_eq!(sphere.run(&format!("{points} --simd auto")).success().stdout, expected);
    for level in ["scalar", "avx2", "avx512", "neon"] {
        let run = sphere.run(&format!("{points} --simd {level}"));
        if run.status == Some(0) {
            assert!(run.stdout == expected, "{level}");
        } else {
            assert_eq!((run.status, run.stdout.len()), (Some(2), 0), "{level}");
            assert!(run.stderr.contains(&format!("simd level {level} is unavailable")));
        }
    }
}

#[test]
fn every_node_writes_the_same_bytes() {
    let sphere = Sphere::new();
    let points = "sample fibonacci --count 100000 --format raw";
    let expected = sphere.run(points).success().stdout;
    let off = sphere.run(&format!("{points} --numa off --json"));
    assert!(off.stdout == expected && off.stderr.contains("\"numa\":\"off\""), "{}", off.stderr);
    assert!(sphere.run(&format!("{points} --numa auto")).success().stdout == expected);
    for node in [0, 1, 60_000] {
        let run = sphere.run(&format!("{points} --numa {node} --json"));
        if run.status == Some(0) {
            assert!(run.stdout == expected, "node {node}");
            assert!(run.stderr.contains(&format!("pinned to {node}")), "{}", run.stderr);
        } else {
            assert!(run.stdout.is_empty(), "node {node}");
            // Systems that know no nodes say that.
            let told = run.stderr.contains(&format!("numa is {node}; the nodes"));
            assert!(told || run.stderr.contains("unknown"), "{}", run.stderr);
        }
    }
}
