//! The service, as its clients see it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;
use common::http::Service;

#[test]
fn every_byte_is_that_of_the_command() {
    let service = Service::start("");
    let sphere = Sphere::new();
    let requests = [
        ("fibonacci", "count=100"),
        ("fibonacci", "total=1e6&start=1000&count=200_000&placement=offset:0.36"),
        ("disk", "count=1000&precision=f32"),
        ("random", "count=100_001&seed=18446744073709551615&method=ball"),
        ("random", "count=1000&columns=lonlat-deg"),
        ("sobol", "count=4096&scramble=owen&seed=3&randomisation=2"),
        ("sobol", "count=10&dimensions=500"),
        ("pixels", "order=4&ordering=nested&columns=theta-phi&precision=f32"),
        ("random", "count=0"),
    ];
    for (scheme, query) in requests {
        for format in ["csv", "npy", "raw", "json", "parquet", "arrow", "ply"] {
            let path = format!("/v1/sample/{scheme}?{query}&format={format}");
            let answer = service.get(&path);
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            let options: Vec<String> =
                query.split('&').map(|pair| format!("--{}", pair.replacen('=', " ", 1))).collect();
            let words = format!("sample {scheme} {} --format {format}", options.join(" "));
            assert!(answer.body == sphere.run(&words).success().stdout, "{path}");
            assert_eq!(answer.header("x-sphere-engine"), Some("cpu"));
            assert_eq!(answer.header("x-sphere-draws"), Some("1"));
            if matches!(format, "npy" | "raw" | "ply") {
                let length = answer.body.len().to_string();
                assert_eq!(answer.header("content-length"), Some(length.as_str()), "{path}");
            }
        }
    }
}

#[test]
fn what_is_refused() {
    let service = Service::start("--max-points 1000000");
    let sample = |rest: &str| format!("/v1/sample/{rest}");
    let table = [
        (sample("spiral?count=1"), 404, "invalid_value", "scheme"),
        (sample("fibonacci"), 400, "missing_parameter", "count"),
        (sample("fibonacci?count=ten"), 400, "invalid_value", "count"),
        (sample("fibonacci?count=-1"), 400, "invalid_value", "count"),
        (sample("fibonacci?count=1&count=2"), 400, "duplicate_parameter", "count"),
        (sample("fibonacci?count=1&colour=red"), 400, "unknown_parameter", "colour"),
        (sample("fibonacci?count=1000001"), 400, "too_many_points", "count"),
        (sample("fibonacci?count=11&total=10"), 400, "past_the_end", "count"),
        (sample("fibonacci?count=5&placement=offset:nan"), 400, "out_of_range", "placement"),
        (sample("random?count=5&seed=x"), 400, "invalid_value", "seed"),
        (sample("random?count=5&format=xlsx"), 400, "invalid_value", "format"),
        (sample("random?count=5&format=csv&format=csv"), 400, "duplicate_parameter", "format"),
        (sample("random?count=5&engine=abacus"), 400, "invalid_value", "engine"),
        (sample("random?count=5&engine=cpu&engine=cpu"), 400, "duplicate_parameter", "engine"),
        (sample("random?count=5&engine=wgpu"), 400, "parameter_not_for_engine", "precision"),
        (
            sample("random?count=5&engine=cuda&columns=theta-phi"),
            400,
            "parameter_not_for_engine",
            "columns",
        ),
        (sample("sobol?count=5&order=3"), 400, "parameter_not_for_scheme", "order"),
        (sample("sobol?count=5&dimensions=21202"), 400, "out_of_range", "dimensions"),
        (sample("sobol?count=5&seed=1"), 400, "needs_scramble", "seed"),
        (sample("pixels?order=30"), 400, "out_of_range", "order"),
        (sample("pixels?order=29"), 400, "too_many_points", "count"),
        ("/v1/samples/fibonacci".to_string(), 404, "unknown_route", ""),
        ("/healthz".to_string(), 404, "unknown_route", ""),
        ("/../etc/passwd".to_string(), 404, "unknown_route", ""),
        ("/web/../page.rs".to_string(), 404, "unknown_route", ""),
    ];
    for (path, status, code, parameter) in table {
        let answer = service.get(&path);
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        assert!(answer.header("x-request-id").is_some());
        let problem = answer.json();
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(problem["code"], code, "{path}");
        assert_eq!(problem["parameter"].as_str().unwrap_or(""), parameter, "{path}");
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{path}");
    }
    let nearest = service.get("/healthz").json();
    assert!(nearest["detail"].as_str().unwrap().contains("did you mean /health?"));
}

#[test]
fn what_is_wrong_with_a_request_itself() {
    let service = Service::start("");
    let path = "/v1/sample/random?count=5";
    let table = [
        ("POST", "content-length: 0\r\n", 405, "method_not_allowed"),
        ("DELETE", "", 405, "method_not_allowed"),
        ("POST", "content-length: 5\r\n", 413, "body_too_large"),
        ("GET", "content-length: 5\r\n", 413, "body_too_large"),
        ("GET", "transfer-encoding: chunked\r\n", 413, "body_too_large"),
        ("GET", "accept: image/png\r\n", 406, "not_acceptable"),
    ];
    for (method, headers, status, code) in table {
        let answer = service.send(method, path, headers);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)));
    }
    assert_eq!(service.send("POST", path, "").header("allow"), Some("GET, HEAD"));
    let range = "range: bytes=120-\r\n";
    let answer = service.send("GET", &format!("{path}&format=raw"), range);
    assert_eq!((answer.status, answer.header("content-range")), (416, Some("bytes */120")));
    // Heads beyond the limits are refused by the protocol layer.
    let many = "x: y\r\n".repeat(200);
    assert_eq!(service.send("GET", path, &many).status, 431);
    let long = format!("x: {}\r\n", "y".repeat(100_000));
    assert_eq!(service.send("GET", path, &long).status, 431);
    assert_eq!(service.get(path).status, 200, "and the service goes on");
}

#[test]
fn answers_can_be_kept_and_asked_for_in_parts() {
    let service = Service::start("");
    for format in ["raw", "npy"] {
        for count in [500, 50_000] {
            let path = format!("/v1/sample/random?count={count}&seed=4&format={format}");
            let whole = service.get(&path);
            let tag = whole.header("etag").unwrap().to_string();
            assert!(whole.header("cache-control").unwrap().contains("immutable"));
            let known = service.send("GET", &path, &format!("if-none-match: {tag}\r\n"));
            assert_eq!((known.status, known.body.len()), (304, 0));
            assert_eq!(known.header("etag"), Some(tag.as_str()));

            let head = service.send("HEAD", &path, "");
            for name in ["content-length", "content-type", "etag", "accept-ranges", "vary"] {
                assert_eq!(head.header(name), whole.header(name), "{name}");
            }
            assert!(head.body.is_empty());

            let total = whole.body.len();
            for (first, last) in
                [(0, 0), (0, 9), (5, 130), (127, 129), (1_000, total - 1), (77, 7_777)]
            {
                let range = format!("range: bytes={first}-{last}\r\nif-range: {tag}\r\n");
                let part = service.send("GET", &path, &range);
                assert_eq!(part.status, 206, "{first}-{last}");
                assert!(part.body == whole.body[first..=last], "{path} {first}-{last}");
                let range = format!("bytes {first}-{last}/{total}");
                assert_eq!(part.header("content-range"), Some(range.as_str()));
            }
            let stale = "range: bytes=0-9\r\nif-range: \"other\"\r\n";
            assert_eq!(service.send("GET", &path, stale).body.len(), total);
            let suffix = service.send("GET", &path, "range: bytes=-100\r\n");
            assert!(suffix.body == whole.body[total - 100..]);
        }
    }
}

#[test]
fn text_is_compressed_for_those_who_ask_and_random_bits_never() {
    use std::io::Read as _;

    let service = Service::start("");
    let gzip = "accept-encoding: br, gzip\r\n";
    for (count, format) in [(10, "json"), (100_000, "csv")] {
        let path = format!("/v1/sample/random?count={count}&format={format}");
        let packed = service.send("GET", &path, gzip);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut text).unwrap();
        assert!(text == service.get(&path).body, "{path}");
        let refused = service.send("GET", &path, "accept-encoding: gzip;q=0\r\n");
        assert_eq!(refused.header("content-encoding"), None);
    }
    let raw = service.send("GET", "/v1/sample/random?count=100&format=raw", gzip);
    assert_eq!((raw.header("content-encoding"), raw.body.len()), (None, 2_400));
}

#[test]
fn the_format_is_what_accept_prefers() {
    let service = Service::start("");
    let path = "/v1/sample/disk?count=3";
    let table = [
        ("", "application/json"),
        ("accept: text/csv\r\n", "text/csv; charset=utf-8; header=present"),
        ("accept: application/octet-stream\r\n", "application/octet-stream"),
        ("accept: text/html, */*;q=0.1\r\n", "application/json"),
    ];
    for (accept, media_type) in table {
        let answer = service.send("GET", path, accept);
        assert_eq!(answer.header("content-type"), Some(media_type), "{accept}");
    }
}

#[test]
fn operators_see_what_happens() {
    let service = Service::start("--threads 2");
    let health = service.get("/health").json();
    assert_eq!(health["status"], "ok");
    assert!(health["timestamp"].as_u64().unwrap() > 1_700_000_000_000);
    let ready = service.get("/ready");
    assert_eq!((ready.status, ready.json()["engines"]["cpu"].as_str()), (200, Some("ready")));
    for engine in ["wgpu", "cuda"] {
        assert!(ready.json()["engines"][engine].is_string(), "{engine}");
    }
    service.get("/v1/sample/random?count=1000&method=ball");
    service.get("/v1/sample/random?count=200000&method=ball&format=raw");
    service.get("/v1/sample/spiral?count=1000");
    service.wait_for("sphere_sample_points_total{scheme=\"random\"}", 201_000.0);
    let attempts = service.metric("sphere_sample_attempts_total{scheme=\"random\"}");
    let accepted = service.metric("sphere_sample_accepted_total{scheme=\"random\"}");
    assert_eq!(accepted, 201_000.0);
    assert!((accepted / attempts - std::f64::consts::FRAC_PI_6).abs() < 0.01);
    let requests = "http_requests_total{route=\"/v1/sample/{scheme}\",status=\"200\"}";
    assert_eq!(service.metric(requests), 2.0);
    let id = service.send("GET", "/health", "x-request-id: mine-1\r\n");
    assert_eq!(id.header("x-request-id"), Some("mine-1"));
    let id = service.send("GET", "/health", "x-request-id: not <mine>\r\n");
    assert_ne!(id.header("x-request-id"), Some("not <mine>"));
    let document = service.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    assert!(service.get("/").text().contains("curl"));
}

#[test]
fn the_page_is_served_whole_and_under_its_policy() {
    let service = Service::start("");
    let browser = "accept: text/html,application/xhtml+xml\r\n";
    let mut seen = std::collections::BTreeSet::new();
    let mut waiting = vec!["/".to_string(), "/docs".to_string()];
    while let Some(path) = waiting.pop() {
        let answer = service.send("GET", &path, browser);
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{policy}");
        // What a file of the page names is part of the page.
        for name in answer.text().split(['"', '\'']).filter(|name| name.starts_with("/web/")) {
            if seen.insert(name.to_string()) {
                waiting.push(name.to_string());
            }
        }
        let is_html = answer.header("content-type").unwrap().starts_with("text/html");
        assert_eq!(is_html, matches!(path.as_str(), "/" | "/docs"), "{path}");
        if is_html {
            let text = answer.text();
            assert!(
                !text.contains("<style") && !text.contains(" style=") && !text.contains("onclick")
            );
        }
    }
    assert!(seen.len() >= 8, "{seen:?}");
    assert_eq!(service.get("/web/nothing.js").status, 404);
}

#[test]
fn a_token_keeps_strangers_out() {
    let sphere = Sphere::new();
    std::fs::write(sphere.path("token"), "correct-horse-battery\n").unwrap();
    let service = Service::start(&format!("--token-file {}", sphere.path("token").display()));
    let path = "/v1/sample/random?count=5";
    let stranger = service.get(path);
    assert_eq!((stranger.status, stranger.header("www-authenticate")), (401, Some("Bearer")));
    assert_eq!(service.get("/metrics").status, 401);
    assert_eq!(service.send("GET", path, "authorization: Bearer wrong\r\n").status, 401);
    let friend = service.send("GET", path, "authorization: Bearer correct-horse-battery\r\n");
    assert_eq!(friend.status, 200);
    assert!(friend.header("cache-control").unwrap().starts_with("private"));
    assert_eq!(service.get("/health").status, 200);
}

#[test]
fn what_cannot_be_served_is_said_in_one_line() {
    let service = Service::start("");
    let sphere = Sphere::new();
    let taken = sphere.run(&format!("serve --listen {}", service.address));
    assert_eq!(taken.status, Some(1), "{}", taken.stderr);
    assert_eq!(taken.stderr.lines().count(), 1, "{}", taken.stderr);
    assert!(taken.stderr.contains(&service.address.to_string()));
    let exposed = sphere.run("serve --listen 0.0.0.0:0");
    assert_eq!(exposed.status, Some(2));
    assert!(exposed.stderr.contains("--token-file"), "{}", exposed.stderr);
    std::fs::write(sphere.path("short"), "secret").unwrap();
    let short = sphere.run("serve --token-file short");
    assert_eq!(short.status, Some(1));
    assert!(short.stderr.contains("16 characters") && !short.stderr.contains("secret"));
    std::fs::write(sphere.path("wrong.toml"), "max_point = 3\n").unwrap();
    let wrong = sphere.run("serve --config wrong.toml");
    assert_eq!(wrong.status, Some(2));
    assert!(wrong.stderr.contains("max_points"), "{}", wrong.stderr);
    assert_eq!(sphere.run("serve --max-points 0").status, Some(2));
    assert_eq!(sphere.run("serve --config missing.toml").status, Some(2));
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let sphere = Sphere::new();
    let file = "max_points = 1\nmax_streams = 1\nthreads = 1\n";
    std::fs::write(sphere.path("sphere.toml"), file).unwrap();
    let mut command = sphere.command("serve --config sphere.toml --max-points 3 --print-config");
    command.env("SPHERE_MAX_POINTS", "2").env("SPHERE_MAX_STREAMS", "2");
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    for line in ["max_points = 3", "max_streams = 2", "threads = 1", "listen = \"127.0.0.1:8080\""]
    {
        assert!(printed.lines().any(|found| found == line), "{line}: {printed}");
    }
}
