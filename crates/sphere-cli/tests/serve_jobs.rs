//! Jobs over HTTP: what is acknowledged is done, and its result is what the other routes say.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::time::{Duration, Instant};

use common::http::{Answer, Service};
use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

/// A file for a queue, and services that share it.
struct Kept(TempDir);

impl Kept {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn start(&self, arguments: &str) -> Service {
        let path = self.0.path().join("queue.sqlite");
        Service::start(&format!("--queue sqlite:{} {arguments}", path.display()))
    }
}

/// A service of the CPU, with a queue and a worker.
fn cpu() -> (Kept, Service) {
    let kept = Kept::new();
    let service = kept.start("--engines cpu");
    (kept, service)
}

fn post(service: &Service, job: &Value) -> Answer {
    service.post("/v1/jobs", "application/json", job.to_string().as_bytes())
}

/// The id of a job that is taken.
fn submit(service: &Service, job: &Value) -> String {
    let answer = post(service, job);
    assert_eq!(answer.status, 202, "{job}: {answer:?}");
    let document = answer.json();
    let id = document["id"].as_str().unwrap().to_string();
    assert_eq!(answer.header("location"), Some(format!("/v1/jobs/{id}").as_str()));
    assert_eq!(document, json!({ "id": id, "state": "queued" }));
    id
}

fn view(service: &Service, id: &str) -> Value {
    let answer = service.get(&format!("/v1/jobs/{id}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn wait_for(service: &Service, id: &str, state: &str) -> Value {
    let started = Instant::now();
    loop {
        let job = view(service, id);
        if job["state"] == state {
            return job;
        }
        assert!(started.elapsed() < PATIENCE, "waited for {state}: {job}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn sample(parameters: &Value) -> Value {
    json!({ "kind": "sample", "parameters": parameters })
}

fn done(service: &Service, job: &Value) -> String {
    let id = submit(service, job);
    wait_for(service, &id, "done");
    id
}

/// Parameters, as a query has them.
fn query(parameters: &Value) -> (String, String) {
    let pairs = parameters.as_object().unwrap();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
    let rest = pairs.iter().filter(|(name, _)| *name != "scheme");
    let rest: Vec<String> = rest.map(|(name, value)| format!("{name}={}", text(value))).collect();
    (text(&pairs["scheme"]), rest.join("&"))
}

#[test]
fn a_job_is_acknowledged_done_and_shown() {
    let (_kept, service) = cpu();
    let parameters = json!({ "scheme": "fibonacci", "count": 200_000, "placement": "packing" });
    let id =
        submit(&service, &json!({ "kind": "sample", "parameters": parameters, "submitter": "me" }));
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let job = wait_for(&service, &id, "done");
    let expected = json!({
        "id": id, "kind": "sample", "submitter": "me", "failed_attempts": 0, "attempts": [],
        "parameters": { "scheme": "fibonacci", "count": "200000", "placement": "packing" },
        "progress": { "done": 200_000, "total": 200_000 }, "position": null, "worker": null,
        "chunks": { "points": 65_536, "done": 4 }, "engine": "cpu", "error": null,
        "executed": [{ "engine": "cpu", "from": 0, "to": 200_000 }],
        "result": format!("/v1/jobs/{id}/result"),
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(job[name], *value, "{name}");
    }
    let [created, updated, expires] =
        ["created", "updated", "expires"].map(|name| job[name].as_u64().unwrap());
    assert!(1_700_000_000_000 < created && created <= updated, "{job}");
    assert_eq!(expires, updated + 7 * 24 * 3_600 * 1_000);
    let text = service.get(&format!("/v1/jobs/{id}"));
    assert_eq!(text.header("cache-control"), Some("no-store"));
    let head = service.send("HEAD", &format!("/v1/jobs/{id}"), "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(service.get("/ready").json()["queue"], "ready");
    service.wait_for("sphere_queue_jobs{state=\"done\"}", 1.0);
    service.wait_for("sphere_queue_leases_ended_total{state=\"done\"}", 1.0);
}

#[test]
fn a_result_is_every_byte_of_the_other_route() {
    let (_kept, service) = cpu();
    let jobs = [
        json!({ "scheme": "random", "count": 150_000, "seed": 7, "start": 11 }),
        json!({ "scheme": "sobol", "count": 70_000, "precision": "f32", "columns": "theta-phi" }),
        json!({ "scheme": "pixels", "order": 2 }),
    ];
    for parameters in jobs {
        let id = done(&service, &sample(&parameters));
        let (scheme, query) = query(&parameters);
        for format in ["csv", "npy", "raw", "json", "parquet", "arrow", "ply"] {
            let right = service.get(&format!("/v1/sample/{scheme}?{query}&format={format}"));
            let path = format!("/v1/jobs/{id}/result?format={format}");
            let result = service.get(&path);
            assert_eq!((right.status, result.status), (200, 200), "{path}: {result:?}");
            assert!(result.body == right.body, "{path} of {parameters}");
            for name in ["etag", "content-type", "content-length", "x-sphere-draws", "vary"] {
                assert_eq!(result.header(name), right.header(name), "{name}");
            }
            let known = format!("if-none-match: {}\r\n", right.header("etag").unwrap());
            assert_eq!(service.send("GET", &path, &known).status, 304);
            let head = service.send("HEAD", &path, "");
            assert_eq!((head.status, head.body.len()), (200, 0));
            if matches!(format, "npy" | "raw" | "ply") {
                assert_eq!(head.header("content-length"), right.header("content-length"));
            }
        }
    }
}

#[test]
fn a_result_is_sent_in_parts_and_goes_on_where_it_ended() {
    let (_kept, service) = cpu();
    let parameters = json!({ "scheme": "random", "count": 200_000, "seed": 3 });
    let id = done(&service, &sample(&parameters));
    for (format, head) in [("raw", 0), ("npy", 128)] {
        let path = format!("/v1/jobs/{id}/result?format={format}");
        let whole = service.get(&path);
        let (tag, total) = (whole.header("etag").unwrap(), whole.body.len());
        assert_eq!(total, head + 24 * 200_000);
        // Bytes in the middle of rows, on both sides of the end of a chunk, and over three of them.
        let border = head + 24 * 65_536;
        for (first, last) in [
            (0, 0),
            (border - 1, border),
            (border, border),
            (border - 50, border + 3),
            (border + 7, 2 * border + 5_000),
            (total - 1, total - 1),
            (1, total - 1),
        ] {
            let range = format!("range: bytes={first}-{last}\r\nif-range: {tag}\r\n");
            let part = service.send("GET", &path, &range);
            assert_eq!(part.status, 206, "{first}-{last}");
            assert!(part.body == whole.body[first..=last], "{path} {first}-{last}");
        }
        // A client that is cut off three times.
        let mut bytes = whole.body[..head + 1_000_001].to_vec();
        while bytes.len() < total {
            let range = format!("range: bytes={}-\r\nif-range: {tag}\r\n", bytes.len());
            let rest = service.send("GET", &path, &range).body;
            bytes.extend(&rest[..rest.len().min(1_500_000)]);
        }
        assert!(bytes == whole.body, "{format}");
        let outside = service.send("GET", &path, &format!("range: bytes={total}-\r\n"));
        assert_eq!(outside.status, 416);
        let other = service.send("GET", &path, "range: bytes=0-9\r\nif-range: \"other\"\r\n");
        assert_eq!((other.status, other.body.len()), (200, total));
    }
}

#[test]
fn more_points_than_a_request_may_have_are_a_job() {
    let kept = Kept::new();
    let service = kept.start("--engines cpu --max-points 1000");
    let refused = service.get("/v1/sample/random?count=100000&format=raw");
    assert_eq!(refused.json()["code"], "too_many_points");
    let id = done(&service, &sample(&json!({ "scheme": "random", "count": 100_000 })));
    let result = service.get(&format!("/v1/jobs/{id}/result?format=raw"));
    let right = Service::start("--engines cpu").get("/v1/sample/random?count=100000&format=raw");
    assert!(result.body == right.body);
}

#[test]
fn quality_and_nearest_points_are_stored() {
    let (_kept, service) = cpu();
    let id = done(
        &service,
        &json!({ "kind": "quality", "parameters": { "scheme": "fibonacci", "count": 5_000 } }),
    );
    let report = service.get(&format!("/v1/jobs/{id}/result"));
    assert_eq!(report.header("content-type"), Some("application/json"));
    let right = service.get("/v1/sample/fibonacci?count=5000&quality=true&format=json").json();
    assert_eq!(report.json(), right["quality"]);
    assert_eq!(service.get(&format!("/v1/jobs/{id}/result?format=csv")).status, 400);

    let directions: Vec<[f64; 3]> =
        (0..3_000).map(|i| [f64::from(i).sin(), f64::from(i).cos(), 0.1]).collect();
    let body = json!(directions).to_string();
    let parameters = json!({ "scheme": "fibonacci", "total": 1_000_000, "directions": directions });
    let id = done(&service, &json!({ "kind": "nearest", "parameters": parameters }));
    let stored = view(&service, &id)["parameters"]["directions"].as_str().unwrap().to_string();
    assert_eq!(stored.len(), 64, "directions are named, not repeated");
    for format in ["json", "csv", "npy", "raw"] {
        let path = format!("/v1/nearest/fibonacci?total=1000000&format={format}");
        let right = service.post(&path, "application/json", body.as_bytes());
        let path = format!("/v1/jobs/{id}/result?format={format}");
        let found = service.get(&path);
        assert_eq!((right.status, found.status), (200, 200), "{found:?}");
        assert!(found.body == right.body, "{format}");
        let tag = found.header("etag").unwrap();
        let range = format!("range: bytes=10-99\r\nif-range: {tag}\r\n");
        assert!(service.send("GET", &path, &range).body == right.body[10..100]);
        let head = service.send("HEAD", &path, "");
        assert_eq!(head.header("content-length"), found.header("content-length"));
        assert!(head.body.is_empty());
    }
    assert_eq!(service.get(&format!("/v1/jobs/{id}/result?format=ply")).status, 400);
    // Stored directions by name, for another lattice.
    let again = json!({ "scheme": "fibonacci", "total": 99, "directions": stored });
    let id = done(&service, &json!({ "kind": "nearest", "parameters": again }));
    let right = service.post("/v1/nearest/fibonacci?total=99", "application/json", body.as_bytes());
    assert_eq!(service.get(&format!("/v1/jobs/{id}/result")).body, right.body);
}

#[test]
fn what_cannot_be_done_has_failed_for_good() {
    let (_kept, service) = cpu();
    let parameters =
        json!({ "scheme": "fibonacci", "total": 9, "directions": [[0, 0, 1], [0, 0, 0]] });
    let id = submit(&service, &json!({ "kind": "nearest", "parameters": parameters }));
    let job = wait_for(&service, &id, "failed");
    assert_eq!((&job["error"]["code"], &job["result"]), (&"invalid_input".into(), &Value::Null));
    let answer = service.get(&format!("/v1/jobs/{id}/result"));
    let problem = answer.json();
    assert_eq!((answer.status, &problem["code"]), (409, &"job_failed".into()));
    assert_eq!((&problem["error"], &problem["state"]), (&job["error"], &"failed".into()));
    let retried = service.send("POST", &format!("/v1/jobs/{id}/retry"), "");
    assert_eq!((retried.status, &retried.json()["code"]), (409, &"job_state".into()));
}
