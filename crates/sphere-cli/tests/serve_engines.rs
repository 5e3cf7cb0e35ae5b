//! `engine=` over HTTP: what executed, what is not here, and what may be kept.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a test that has no device says so")]

mod common;

use std::thread;

use common::http::{Answer, Service};
use sphere_math::kernels::SINGLE_BOUND;

/// The answer of a device to a request with `engine=wgpu`; `None` where there is no device.
fn on_device(service: &Service, path: &str) -> Option<Answer> {
    let answer = service.get(path);
    if answer.status == 503 {
        let problem = answer.json();
        assert_eq!(problem["code"], "engine_unavailable", "{problem}");
        eprintln!("SKIPPED, this machine has no device: {}", problem["detail"]);
        return None;
    }
    assert_eq!(answer.status, 200, "{answer:?}");
    Some(answer)
}

fn values(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|value| f32::from_le_bytes(value.try_into().unwrap())).collect()
}

const WGPU: &str = "/v1/sample/sobol?precision=f32&format=raw&engine=wgpu";

#[test]
fn a_device_computes_and_the_answer_says_so() {
    let service = Service::start("--software-gpu");
    for count in [0, 10, 100_000] {
        let Some(answer) = on_device(&service, &format!("{WGPU}&count={count}")) else { return };
        assert_eq!(answer.header("x-sphere-engine"), Some("wgpu"));
        assert_eq!(answer.header("x-sphere-draws"), Some("1"));
        let length = (12 * count).to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
        let path = format!("/v1/sample/sobol?precision=f32&format=raw&count={count}");
        let expected = service.get(&path);
        assert_eq!(expected.header("x-sphere-engine"), Some("cpu"), "auto changes no bit");
        let (a, b) = (values(&answer.body), values(&expected.body));
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= SINGLE_BOUND), "{count}");
    }
    let ready = service.get("/ready").json();
    assert_eq!(ready["engines"]["wgpu"], "ready");
}

#[test]
fn what_a_device_decides_is_not_to_be_kept_nor_cut() {
    let service = Service::start("--software-gpu");
    let path = format!("{WGPU}&count=1000");
    let Some(answer) = on_device(&service, &path) else { return };
    let head = service.send("HEAD", &path, "");
    assert!(head.body.is_empty());
    for seen in [&answer, &head] {
        assert_eq!((seen.header("etag"), seen.header("cache-control")), (None, Some("no-store")));
        assert_eq!(seen.header("accept-ranges"), Some("none"));
        assert_eq!(seen.header("x-sphere-engine"), Some("wgpu"));
        assert_eq!(seen.header("content-length"), Some("12000"));
    }
    // The tag of the exact points is no tag of these.
    let exact = service.get("/v1/sample/sobol?precision=f32&format=raw&count=1000");
    let tag = exact.header("etag").unwrap();
    assert!(exact.header("cache-control").unwrap().contains("immutable"));
    for headers in [
        format!("if-none-match: {tag}\r\n"),
        "if-none-match: *\r\n".to_string(),
        "range: bytes=0-9\r\n".to_string(),
        format!("range: bytes=0-9\r\nif-range: {tag}\r\n"),
        "range: bytes=99999-\r\n".to_string(),
    ] {
        let answer = service.send("GET", &path, &headers);
        assert_eq!((answer.status, answer.body.len()), (200, 12_000), "{headers}");
    }
    assert!(service.metric("sphere_sample_kept_total") < 0.5);
}

#[test]
fn an_engine_that_is_not_here_is_told() {
    let service = Service::start("");
    let unavailable = |answer: &Answer| {
        let problem = answer.json();
        assert_eq!((answer.status, problem["code"].as_str()), (503, Some("engine_unavailable")));
        assert_eq!(problem["parameter"], "engine");
        assert!(problem["detail"].as_str().unwrap().contains("engine=auto"), "{problem}");
    };
    let path = "/v1/sample/random?count=10&precision=f32&engine=cuda";
    // Asked for by many at once, it is looked for once, and nobody waits for long.
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| service.get(path))).collect();
        asked.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    if answers[0].status == 200 {
        eprintln!("SKIPPED, this machine has CUDA");
        return;
    }
    answers.iter().for_each(unavailable);
    let nearest = "/v1/nearest/fibonacci?total=9&engine=cuda";
    unavailable(&service.post(nearest, "text/csv", b"1,0,0\n"));
    assert_eq!(service.get("/ready").json()["engines"]["cuda"], "unavailable");
    assert_eq!(service.get("/v1/sample/random?count=10&engine=auto").status, 200);
}

#[test]
fn what_an_engine_cannot_do_says_what_to_change() {
    let service = Service::start("--software-gpu");
    let sample = "/v1/sample/random?count=5&engine=wgpu";
    for (path, parameter, advice) in [
        (sample.to_string(), "precision", "precision=f32"),
        (format!("{sample}&precision=f32&columns=lonlat-deg"), "columns", "columns=xyz"),
    ] {
        let answer = service.get(&path);
        let problem = answer.json();
        assert_eq!(answer.status, 400, "{problem}");
        assert_eq!(problem["code"], "parameter_not_for_engine");
        assert_eq!(problem["parameter"], parameter);
        assert!(problem["detail"].as_str().unwrap().contains(advice), "{problem}");
    }
    let wide = "/v1/sample/sobol?count=5&dimensions=1001&precision=f32&engine=wgpu";
    let answer = service.get(wide);
    // Software ends long loops early and refuses such points; hardware computes them.
    assert!(matches!(answer.status, 200 | 400 | 503), "{answer:?}");
    let named = service.get("/v1/sample/random?count=5&engine=abacus").json();
    assert!(named["detail"].as_str().unwrap().contains("auto, cpu, wgpu, cuda"), "{named}");
}

#[test]
fn nearest_points_say_where_they_were_found() {
    let service = Service::start("");
    for engine in ["auto", "cpu"] {
        let path = format!("/v1/nearest/fibonacci?total=9&engine={engine}&format=csv");
        let answer = service.post(&path, "text/csv", b"0,0,1\n");
        assert_eq!((answer.status, answer.header("x-sphere-engine")), (200, Some("cpu")));
        assert_eq!(answer.text(), "index\n0\n");
    }
}

#[test]
fn the_document_names_every_engine() {
    let document = Service::start("").get("/openapi.json").json();
    for (path, method) in [("/v1/sample/disk", "get"), ("/v1/nearest/fibonacci", "post")] {
        let operation = &document["paths"][path][method];
        let parameters = operation["parameters"].as_array().unwrap();
        let engine = parameters.iter().find(|parameter| parameter["name"] == "engine").unwrap();
        let names = serde_json::json!(["auto", "cpu", "wgpu", "cuda"]);
        assert_eq!(engine["schema"]["enum"], names, "{path}");
        assert!(operation["responses"]["200"]["headers"]["x-sphere-engine"].is_object(), "{path}");
    }
}
