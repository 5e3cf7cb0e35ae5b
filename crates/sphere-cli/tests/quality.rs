//! What `sphere quality` says, of schemes and of files, here and over HTTP.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _};

use common::Sphere;
use common::http::Service;
use serde_json::Value;

fn report(sphere: &Sphere, words: &str) -> Value {
    let run = sphere.run(&format!("quality {words} --json")).success();
    serde_json::from_slice(&run.stdout).unwrap()
}

#[test]
fn a_file_of_any_format_is_judged_as_its_scheme_is() {
    let sphere = Sphere::new();
    let points = "fibonacci --count 4096";
    let expected = report(&sphere, points);
    // The published energy of the midpoint lattice.
    let energy = expected["cap_discrepancy_squared"]["value"].as_f64().unwrap();
    assert!((energy - 3.097e-6).abs() < 5e-10, "{energy}");
    for format in ["csv", "npy", "json", "parquet", "arrow", "ply", "raw"] {
        sphere.run(&format!("sample {points} -o points.{format}")).success();
        let raw = if format == "raw" { "--raw-columns 3" } else { "" };
        assert_eq!(report(&sphere, &format!("points.{format} {raw}")), expected, "{format}");
    }
    let piped = sphere.shell("$sphere quality - --json < points.parquet").success();
    assert_eq!(serde_json::from_slice::<Value>(&piped.stdout).unwrap(), expected);
    // Angles are other bits of the same directions; single precision is allowed for.
    for (words, name) in [
        ("--columns lonlat-deg", "angles.csv"),
        ("--columns theta-phi", "angles.npy"),
        ("--precision f32", "single.npy"),
    ] {
        sphere.run(&format!("sample {points} {words} -o {name}")).success();
        let how = if name == "angles.npy" { "--as theta-phi" } else { "" };
        let other = report(&sphere, &format!("{name} {how}"));
        let mean = |report: &Value| report["nearest_mean_rad"]["value"].as_f64().unwrap();
        assert!((mean(&other) / mean(&expected) - 1.0).abs() < 1e-6, "{name}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    let sphere = Sphere::new();
    for points in ["random --count 50000", "sobol --dimensions 3 --count 5000", "disk --count 999"]
    {
        let one = report(&sphere, &format!("{points} --threads 1"));
        assert_eq!(report(&sphere, &format!("{points} --threads 3")), one, "{points}");
    }
}

#[test]
fn people_get_a_table_and_a_picture() {
    let sphere = Sphere::new();
    let run = sphere.run("quality pixels --order 3 --plot figures.svg").success();
    assert!(run.text().starts_with("768 directions\n"), "{}", run.text());
    let picture = String::from_utf8(sphere.read("figures.svg")).unwrap();
    assert!(picture.contains("<title") || picture.contains("768 points"), "{picture}");
    let sobol = sphere.run("quality sobol --dimensions 2 --count 1024").success();
    assert!(sobol.text().contains("0 of 11,264"), "{}", sobol.text());
}

#[test]
fn what_cannot_be_judged() {
    let sphere = Sphere::new();
    let table: [(&str, &[u8], i32, &[&str]); 10] = [
        ("empty.csv", b"", 1, &["empty.csv", "empty"]),
        ("no_rows.csv", b"x,y,z\n", 1, &["empty"]),
        ("off.csv", b"1,0,0\n0,0,1.5\n", 1, &["point 1", "5e-1 off the unit sphere"]),
        ("nan.csv", b"x,y,z\n1,0,0\nnan,0,0\n", 1, &["point 1", "NaN"]),
        ("text.csv", b"x,y,z\n1,0,zero\n", 1, &["line 2", "column 3"]),
        ("two.csv", b"0.5,0.5\n", 2, &["say which"]),
        ("names.csv", b"a,b,c\n1,0,0\n", 2, &["a b c", "x y z"]),
        ("cut.npy", b"\x93NUMPY\x01\x00v\x00{'descr'", 1, &["npy", "too early"]),
        ("lies.parquet", b"PAR1\xff\xff\xff\x7fPAR1", 1, &["parquet"]),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0", 2, &["no known format"]),
    ];
    for (name, content, status, words) in table {
        std::fs::write(sphere.path(name), content).unwrap();
        let run = sphere.run(&format!("quality {name}"));
        assert_eq!(run.status, Some(status), "{name}: {}", run.stderr);
        assert!(run.stdout.is_empty());
        for word in words {
            assert!(run.stderr.contains(word), "{name}: {}", run.stderr);
        }
    }
    let duplicates = b"0,0,1\n0,0,1\n1,0,0\n";
    std::fs::write(sphere.path("duplicates.csv"), duplicates).unwrap();
    assert_eq!(report(&sphere, "duplicates.csv")["duplicates"], "1");
}

/// Work goes on for a while after its client has gone, and counts until it ends.
#[test]
fn judging_counts_until_it_is_done() {
    let service = Service::start("");
    // Few enough points that they wait in buffers until somebody reads them, so that nothing keeps the
    // four sets from being judged at the same time, which takes far longer than reading them.
    let path = "/v1/sample/random?count=2e5&format=raw&quality=true";
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nte: trailers\r\n\r\n");
    let mut streams: Vec<_> = (0..4).map(|_| service.ask(&request)).collect();
    for stream in &mut streams {
        stream.read_exact(&mut vec![0; 4_800_000]).unwrap();
    }
    // Nobody waits for what they are worth any more.
    drop(streams);
    let refused = service.send("GET", path, "te: trailers\r\n");
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("busy")));
    service.wait_for("sphere_sample_streams ", 0.0);
    assert_eq!(service.get("/v1/sample/random?count=5&quality=true&format=json").status, 200);
}

#[test]
fn the_service_judges_in_json_or_in_a_trailer() {
    let service = Service::start("");
    let sphere = Sphere::new();
    let path = "/v1/sample/sobol?count=500&scramble=owen&seed=2&quality=true";
    let expected = report(&sphere, "sobol --count 500 --scramble owen --seed 2");

    let answer = service.get(&format!("{path}&format=json"));
    let json = answer.json();
    assert_eq!(json["quality"], expected);
    assert_eq!(json["points"].as_array().unwrap().len(), 500);
    let plain = service.get("/v1/sample/sobol?count=500&scramble=owen&seed=2&format=json");
    assert_ne!(answer.header("etag"), plain.header("etag"));

    let request = format!(
        "GET {path}&format=raw HTTP/1.1\r\nhost: test\r\nconnection: close\r\nte: trailers\r\n\r\n"
    );
    let mut lines = Vec::new();
    let mut reader = BufReader::new(service.ask(&request));
    while reader.read_until(b'\n', &mut lines).unwrap() > 0 {}
    let text = String::from_utf8_lossy(&lines);
    let named = "trailer: x-sphere-quality, x-sphere-executed\r\n";
    assert!(text.contains(named), "{}", &text[..400]);
    assert!(text.ends_with("x-sphere-executed: cpu 0-499\r\n\r\n"), "{text}");
    let trailer = text.rsplit("x-sphere-quality: ").next().unwrap().lines().next().unwrap();
    assert_eq!(serde_json::from_str::<Value>(trailer).unwrap(), expected);

    let refused = service.get(&format!("{path}&format=raw")).json();
    assert_eq!(
        (&refused["code"], &refused["parameter"]),
        (&"needs_trailers".into(), &"quality".into())
    );
    let refused = service.get("/v1/sample/random?count=1e7&quality=true&format=json").json();
    assert_eq!(refused["code"], "too_many_points");
    let refused = service.get("/v1/sample/random?count=5&quality=yes&format=json").json();
    assert_eq!(refused["code"], "invalid_value");
}
