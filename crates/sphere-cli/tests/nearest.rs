//! Directions in, lattice indices out, here and over HTTP.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;
use common::http::Service;

/// Points of the lattice itself are their own nearest, in every format of input.
#[test]
fn a_point_of_the_lattice_is_its_own_nearest() {
    let sphere = Sphere::new();
    let service = Service::start("");
    let media_types = [
        ("csv", "text/csv"),
        ("json", "application/json"),
        ("parquet", "application/vnd.apache.parquet"),
        ("arrow", "application/vnd.apache.arrow.file"),
        ("npy", "application/octet-stream"),
        ("raw", "application/octet-stream"),
        ("ply", "application/octet-stream"),
    ];
    for placement in ["quadrature", "packing", "offset:3.33"] {
        let lattice = format!("--total 1e9 --placement {placement}");
        let expected: Vec<u64> = (999_000..1_000_000).collect();
        let lines: Vec<String> = expected.iter().map(u64::to_string).collect();
        for (format, media_type) in media_types {
            let points = format!("sample fibonacci {lattice} --start 999000 --count 1000");
            sphere.run(&format!("{points} -o points.{format}")).success();
            let raw = if format == "raw" { "--raw-columns 3" } else { "" };
            let run = sphere.run(&format!("nearest fibonacci {lattice} -i points.{format} {raw}"));
            assert_eq!(
                run.success().text(),
                format!("index\n{}\n", lines.join("\n")),
                "{placement} {format}"
            );

            let path = format!("/v1/nearest/fibonacci?total=1e9&placement={placement}&format=raw");
            let answer = service.post(&path, media_type, &sphere.read(&format!("points.{format}")));
            let bytes: Vec<u8> = expected.iter().flat_map(|index| index.to_le_bytes()).collect();
            assert_eq!((answer.status, answer.body == bytes), (200, true), "{format}");
            assert_eq!(answer.header("x-sphere-engine"), Some("cpu"));
        }
    }
}

#[test]
fn indices_in_every_format() {
    let sphere = Sphere::new();
    std::fs::write(sphere.path("poles.csv"), "0,0,2\n0,0,-0.5\n").unwrap();
    for (name, bytes) in [
        ("out.csv", b"index\n0\n9\n".to_vec()),
        ("out.json", b"{\"indices\":[\"0\",\"9\"]}\n".to_vec()),
        ("out.raw", [0_u64, 9].iter().flat_map(|index| index.to_le_bytes()).collect()),
    ] {
        sphere.run(&format!("nearest fibonacci --total 10 -i poles.csv -o {name}")).success();
        assert_eq!(sphere.read(name), bytes, "{name}");
    }
    let service = Service::start("");
    let path = "/v1/nearest/fibonacci?total=10";
    let answer = service.post(path, "application/json", b"[[0,0,2],[0,0,-0.5]]");
    assert_eq!(answer.json(), serde_json::json!({ "indices": ["0", "9"] }));
    let degrees = service.post(&format!("{path}&as=lonlat-deg"), "text/csv", b"12,90\n0,-90\n");
    assert_eq!(degrees.json(), serde_json::json!({ "indices": ["0", "9"] }));
}

#[test]
fn what_is_refused() {
    let sphere = Sphere::new();
    std::fs::write(sphere.path("zero.csv"), "1,0,0\n0,0,0\n").unwrap();
    std::fs::write(sphere.path("disk.csv"), "x,y\n0.1,0.2\n").unwrap();
    for (words, status, message) in [
        ("", 2, "SCHEME"),
        ("random --total 5", 2, "fibonacci"),
        ("fibonacci", 2, "total is missing"),
        ("fibonacci --total 0 -i zero.csv", 2, "total is 0"),
        ("fibonacci --total 5 -i zero.csv --format ply", 2, "does not hold indices"),
        ("fibonacci --total 5 -i zero.csv -o out.csv", 1, "direction 1 is (0, 0, 0)"),
        ("fibonacci --total 5 -i disk.csv", 2, "points of the disk"),
        ("fibonacci --total 5 -i missing.csv", 1, "missing.csv"),
        ("fibonacci --total 5 -i zero.csv --raw-columns 3 --input-format csv", 2, "raw"),
    ] {
        let run = sphere.run(&format!("nearest {words}"));
        assert_eq!(run.status, Some(status), "{words}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{words}: {}", run.stderr);
        assert!(run.stdout.is_empty(), "{words}");
    }
    assert_eq!(sphere.files(), ["disk.csv", "zero.csv"]);
}

#[test]
fn what_the_service_refuses() {
    let service = Service::start("");
    let json = "application/json";
    let table: [(&str, &str, &[u8], u16, &str); 14] = [
        ("fibonacci?total=5", json, b"", 400, "invalid_body"),
        ("fibonacci?total=5", json, b"[[0,0,0]]", 400, "invalid_body"),
        ("fibonacci?total=5", json, b"[[1,0", 400, "invalid_body"),
        ("fibonacci?total=5", json, b"[[1,0]]", 400, "invalid_body"),
        ("fibonacci?total=5", "image/png", b"x", 415, "unsupported_media_type"),
        ("fibonacci?total=5&format=parquet", json, b"[]", 400, "invalid_value"),
        ("fibonacci?total=5&as=what", json, b"[]", 400, "invalid_value"),
        ("fibonacci?total=5&engine=abacus", json, b"[]", 400, "invalid_value"),
        ("fibonacci?total=5&engine=cpu&engine=cpu", json, b"[]", 400, "duplicate_parameter"),
        ("fibonacci?total=5&seed=1", json, b"[]", 400, "unknown_parameter"),
        ("fibonacci", json, b"[]", 400, "missing_parameter"),
        ("fibonacci?total=0", json, b"[]", 400, "out_of_range"),
        ("sobol?total=5", json, b"[]", 404, "no_nearest"),
        ("spiral?total=5", json, b"[]", 404, "invalid_value"),
    ];
    for (rest, media_type, body, status, code) in table {
        let answer = service.post(&format!("/v1/nearest/{rest}"), media_type, body);
        let text = String::from_utf8_lossy(body);
        assert_eq!(answer.status, status, "{rest} {text}: {answer:?}");
        assert_eq!(answer.json()["code"], code, "{rest} {text}");
    }
    let get = service.get("/v1/nearest/fibonacci?total=5");
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    // More than the limit is refused by its announcement, and by its values.
    let huge = "content-type: text/csv\r\ncontent-length: 99999999999\r\n";
    let answer = service.send("POST", "/v1/nearest/fibonacci?total=5", huge);
    assert_eq!((answer.status, answer.json()["code"].as_str()), (413, Some("body_too_large")));
    let many = "1,0,0\n".repeat(1_100_000);
    let answer = service.post("/v1/nearest/fibonacci?total=5", "text/csv", many.as_bytes());
    assert_eq!((answer.status, answer.json()["code"].as_str()), (413, Some("body_too_large")));
}
