//! Jobs over HTTP: what is acknowledged is done, and its result is what the other routes say.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::http::{Answer, Service};
use common::jobs::{Kept, cpu, done, events, post, sample, submit, view, wait_for};
use serde_json::{Value, json};

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

/// Ids and states of an answer that is an array.
fn states(answer: &Answer) -> Vec<(String, String)> {
    let document = answer.json();
    let text = |job: &Value, name: &str| job[name].as_str().unwrap().to_string();
    let jobs = document.as_array().unwrap().iter();
    jobs.map(|job| (text(job, "id"), text(job, "state"))).collect()
}

#[test]
fn the_same_key_is_the_same_job() {
    let (_kept, service) = cpu();
    let mut job = sample(&json!({ "scheme": "disk", "count": 10 }));
    let with_key = |key: &str, job: &Value| {
        let headers = format!("content-type: application/json\r\nidempotency-key: {key}\r\n");
        service.post_with("/v1/jobs", &headers, job.to_string().as_bytes())
    };
    let first = with_key("a b", &job).json()["id"].clone();
    let first = first.as_str().unwrap();
    wait_for(&service, first, "done");
    let again = with_key("\"a b\"", &job);
    assert_eq!((again.status, again.json()), (202, json!({ "id": first, "state": "done" })));
    job["idempotency_key"] = "a b".into();
    assert_eq!(post(&service, &job).json()["id"], first, "the member says the same");
    let two = with_key("c", &job);
    assert_eq!((two.status, &two.json()["parameter"]), (400, &"idempotency_key".into()));
    job["parameters"]["count"] = 11.into();
    let other = post(&service, &job);
    assert_eq!((other.status, &other.json()["code"]), (409, &"idempotency_key_used".into()));
    job["submitter"] = "somebody else".into();
    assert_ne!(submit(&service, &job), first, "keys are a submitter's own");
    let batch = with_key("d", &json!([job]));
    assert_eq!((batch.status, &batch.json()["parameter"]), (400, &"idempotency-key".into()));
    let answer =
        post(&service, &json!([job, job, sample(&json!({ "scheme": "disk", "count": 1 }))]));
    assert_eq!((answer.status, answer.header("location")), (202, Some("/v1/jobs")));
    let states = states(&answer);
    assert!(states[0].0 == states[1].0 && states[2].0 != states[0].0, "{states:?}");
}

#[test]
fn many_jobs_are_listed_a_page_at_a_time() {
    let kept = Kept::new();
    let service = kept.start("--engines cpu --workers 0");
    let mut ids = Vec::new();
    for submitter in ["you", "me", "me"] {
        let job = |count: u32| {
            json!({ "kind": "sample", "submitter": submitter,
                    "parameters": { "scheme": "disk", "count": count } })
        };
        let answer = post(&service, &(1..=10).map(job).collect());
        ids.extend(states(&answer).into_iter().map(|(id, state)| {
            assert_eq!(state, "queued");
            id
        }));
    }
    ids.reverse();
    let cancelled = service.send("DELETE", &format!("/v1/jobs/{}", ids[3]), "");
    assert_eq!((cancelled.status, cancelled.body.len()), (204, 0));
    let page = |query: &str| {
        let answer = service.get(&format!("/v1/jobs?{query}"));
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        answer.json()
    };
    let mut seen = Vec::new();
    let mut after = String::new();
    for length in [12, 12, 6] {
        let page = page(&format!("limit=12{after}"));
        let jobs = page["jobs"].as_array().unwrap();
        assert_eq!(jobs.len(), length);
        seen.extend(jobs.iter().map(|job| job["id"].as_str().unwrap().to_string()));
        after = format!("&after={}", page["next"]);
    }
    assert_eq!((seen, after.as_str()), (ids.clone(), "&after=null"));
    let count = |query: &str| page(query)["jobs"].as_array().unwrap().len();
    assert_eq!(count("submitter=me"), 20);
    assert_eq!(count("submitter=me&state=queued"), 19);
    assert_eq!(page("state=cancelled")["jobs"][0]["id"], ids[3].as_str());
    assert_eq!(count("state=running"), 0);
    // The turns of submitters are not the order of the list.
    assert_eq!(view(&service, &ids[29])["position"], 0);
    assert_eq!(view(&service, &ids[19])["position"], 1);
    assert_eq!(service.send("HEAD", "/v1/jobs", "").status, 200);
}

#[test]
fn nobody_computes_what_nobody_wants() {
    let kept = Kept::new();
    let service = kept.start("--engines cpu --fault slow:cpu:40");
    let id = submit(&service, &sample(&json!({ "scheme": "random", "count": "1e11" })));
    wait_for(&service, &id, "running");
    let path = format!("/v1/jobs/{id}");
    let early = service.get(&format!("{path}/result"));
    assert_eq!((early.status, &early.json()["code"]), (409, &"not_done".into()));
    assert_eq!(early.json()["state"], "running");
    assert!(early.header("retry-after").is_some());
    for _ in 0..2 {
        assert_eq!(service.send("DELETE", &path, "").status, 204, "again is no error");
    }
    assert_eq!(view(&service, &id)["state"], "cancelled");
    let gone = service.get(&format!("{path}/result"));
    assert_eq!((gone.status, &gone.json()["code"]), (410, &"job_cancelled".into()));
    // The worker is free for others.
    let other = done(&service, &sample(&json!({ "scheme": "random", "count": 10 })));
    let late = service.send("DELETE", &format!("/v1/jobs/{other}"), "");
    assert_eq!((late.status, &late.json()["code"]), (409, &"job_state".into()));
    assert_eq!(late.json()["state"], "done");
}

#[test]
fn whoever_watches_a_job_sees_it_end() {
    let kept = Kept::new();
    let service = kept.start("--engines cpu --fault slow:cpu:40");
    // Some 115 blocks.
    let id = submit(&service, &sample(&json!({ "scheme": "random", "count": "5e6" })));
    let seen = events(&service, &id);
    let last = seen.last().unwrap();
    assert_eq!((&last["state"], &last["progress"]["done"]), (&"done".into(), &5_000_000.into()));
    assert_eq!(*last, view(&service, &id));
    let done: Vec<u64> = seen.iter().map(|job| job["progress"]["done"].as_u64().unwrap()).collect();
    assert!(done.is_sorted() && done.len() >= 3, "progress is shown meanwhile: {done:?}");
    assert!(done.iter().any(|done| (1..5_000_000).contains(done)), "{done:?}");
    assert_eq!(events(&service, &id), std::slice::from_ref(last), "of what has ended there is one");
    let head = service.send("HEAD", &format!("/v1/jobs/{id}/events"), "");
    assert_eq!((head.status, head.body.len()), (200, 0));
    service.wait_for("sphere_queue_watchers", 0.0);
    // Somebody who leaves is no watcher any more, and nobody keeps a service from ending.
    let endless = submit(&service, &sample(&json!({ "scheme": "random", "count": "1e11" })));
    let path = format!("GET /v1/jobs/{endless}/events HTTP/1.1\r\nhost: test\r\n\r\n");
    let watcher = service.ask(&path);
    service.wait_for("sphere_queue_watchers", 1.0);
    drop(watcher);
    service.wait_for("sphere_queue_watchers", 0.0);
}

#[test]
fn jobs_that_cannot_be_are_refused() {
    let (_kept, service) = cpu();
    let of = |kind: &str, parameters: Value| json!({ "kind": kind, "parameters": parameters });
    let named = |name: &str, value: Value| {
        let mut job = of("sample", json!({ "scheme": "disk", "count": 1 }));
        job[name] = value;
        job
    };
    let zero = json!({ "scheme": "fibonacci", "directions": [[1, 2, 3]] });
    let table = [
        (of("dance", json!({})), 400, "unknown_kind", "kind"),
        (of("sample", json!({})), 400, "invalid_value", "scheme"),
        (of("sample", json!({ "scheme": "cube" })), 400, "invalid_value", "scheme"),
        (of("sample", json!({ "scheme": "disk" })), 400, "missing_parameter", "count"),
        (
            of("sample", json!({ "scheme": "disk", "count": "2e12" })),
            400,
            "too_many_points",
            "count",
        ),
        (of("sample", json!({ "scheme": "disk", "count": [1] })), 400, "invalid_value", "count"),
        (of("sample", json!({ "scheme": "disk", "count": null })), 400, "invalid_value", "count"),
        (
            of("sample", json!({ "scheme": "disk", "format": "csv" })),
            400,
            "unknown_parameter",
            "format",
        ),
        (of("sample", zero.clone()), 400, "unknown_parameter", "directions"),
        (
            of("quality", json!({ "scheme": "disk", "count": "1e10" })),
            400,
            "too_many_points",
            "count",
        ),
        (
            of("quality", json!({ "scheme": "disk", "count": 9, "precision": "f32" })),
            400,
            "parameter_not_for_kind",
            "precision",
        ),
        (of("nearest", zero), 400, "missing_parameter", "total"),
        (
            of("nearest", json!({ "scheme": "fibonacci", "total": 9 })),
            400,
            "invalid_value",
            "directions",
        ),
        (
            of(
                "nearest",
                json!({ "scheme": "fibonacci", "total": 9, "directions": "0".repeat(64) }),
            ),
            400,
            "invalid_value",
            "directions",
        ),
        (of("sample", "disk".into()), 400, "invalid_body", ""),
        (named("colour", "red".into()), 400, "invalid_body", ""),
        (named("submitter", "".into()), 400, "invalid_value", "submitter"),
        (named("submitter", "x".repeat(257).into()), 400, "invalid_value", "submitter"),
        (named("idempotency_key", "".into()), 400, "invalid_value", "idempotency_key"),
        (named("expires_after_seconds", (-1).into()), 400, "invalid_body", ""),
        (
            named("expires_after_seconds", 2_592_001.into()),
            400,
            "invalid_value",
            "expires_after_seconds",
        ),
        (json!({ "kind": "sample" }), 400, "invalid_body", ""),
        (json!(5), 400, "invalid_body", ""),
        (json!([of("dance", json!({}))]), 400, "unknown_kind", "kind"),
        (vec![named("submitter", "x".repeat(2_000).into()); 600].into(), 413, "body_too_large", ""),
    ];
    for (job, status, code, parameter) in table {
        let answer = post(&service, &job);
        let problem = answer.json();
        let shown: String = job.to_string().chars().take(100).collect();
        assert_eq!((answer.status, &problem["code"]), (status, &code.into()), "{shown}: {problem}");
        assert_eq!(problem["parameter"].as_str().unwrap_or(""), parameter, "{shown}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(problem["detail"].as_str().unwrap().len() > 10, "{shown}");
    }
    for (media_type, body, status) in [
        ("application/json", "", 400),
        ("application/json", "{", 400),
        ("application/json", "\u{e9}", 400),
        ("text/csv", "{}", 415),
        ("application/x-www-form-urlencoded", "{}", 415),
    ] {
        assert_eq!(service.post("/v1/jobs", media_type, body.as_bytes()).status, status, "{body}");
    }
    let text = "submitter=\u{e9}";
    let strange = format!("content-type: application/json\r\nx-sphere-submitter: {text}\r\n");
    assert_eq!(service.post_with("/v1/jobs", &strange, b"{}").status, 400);
    assert_eq!(service.get("/v1/jobs").json()["jobs"], json!([]), "nothing was kept");
}

#[test]
fn places_that_are_not_there_say_so() {
    let (_kept, service) = cpu();
    let unknown = "0".repeat(32);
    for name in [unknown.as_str(), "5", "ABCDEF00112233445566778899AABBCC", "%00"] {
        for (method, below) in [
            ("GET", ""),
            ("DELETE", ""),
            ("GET", "/result"),
            ("GET", "/events"),
            ("POST", "/retry"),
        ] {
            let answer = service.send(method, &format!("/v1/jobs/{name}{below}"), "");
            let problem = answer.json();
            assert_eq!(
                (answer.status, &problem["code"]),
                (404, &"unknown_job".into()),
                "{name}{below}"
            );
            let is_id = name == unknown;
            let detail = problem["detail"].as_str().unwrap();
            assert_eq!(detail.contains("32 hexadecimal digits"), !is_id, "{detail}");
        }
    }
    for (method, path, allowed) in [
        ("DELETE", "/v1/jobs", "GET, HEAD, POST"),
        ("POST", "/v1/jobs/5", "GET, HEAD, DELETE"),
        ("POST", "/v1/jobs/5/events", "GET, HEAD"),
        ("GET", "/v1/jobs/5/retry", "POST"),
        ("TRACE", "/v1/nearest/fibonacci", "POST"),
    ] {
        // With a body as well, where the route takes one.
        let with = if path.contains('5') { "" } else { "content-length: 5\r\n" };
        let answer = service.send(method, path, with);
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{path}");
    }
    let body = service.send("GET", "/v1/jobs", "content-length: 5\r\n");
    assert_eq!((body.status, &body.json()["code"]), (413, &"body_too_large".into()));
    for (query, parameter) in [
        ("?state=lost", "state"),
        ("?limit=0", "limit"),
        ("?limit=1001", "limit"),
        ("?after=x", "after"),
        ("?state=done&state=done", "state"),
        ("?colour=red", "colour"),
    ] {
        let answer = service.get(&format!("/v1/jobs{query}"));
        assert_eq!(
            (answer.status, &answer.json()["parameter"]),
            (400, &parameter.into()),
            "{query}"
        );
    }
    let id = done(&service, &sample(&json!({ "scheme": "disk", "count": 10 })));
    for (query, status) in
        [("format=xlsx", 400), ("format=csv&format=csv", 400), ("count=5", 400), ("", 200)]
    {
        assert_eq!(service.get(&format!("/v1/jobs/{id}/result?{query}")).status, status, "{query}");
    }
    let accept = service.send("GET", &format!("/v1/jobs/{id}/result"), "accept: image/png\r\n");
    assert_eq!(accept.status, 406);
}

#[test]
fn a_service_without_a_queue_says_so() {
    let service = Service::start("--engines cpu");
    for path in ["/v1/jobs", "/v1/jobs/5", "/v1/jobs/5/result", "/v1/jobs/5/events"] {
        let answer = service.get(path);
        assert_eq!((answer.status, &answer.json()["code"]), (404, &"no_queue".into()), "{path}");
    }
    let refused = post(&service, &sample(&json!({ "scheme": "disk", "count": 1 })));
    assert_eq!((refused.status, &refused.json()["code"]), (404, &"no_queue".into()));
    assert_eq!(service.get("/ready").json()["queue"], "none");
    assert!(!service.get("/metrics").text().contains("sphere_queue"));
}

#[test]
fn jobs_need_the_token() {
    let kept = Kept::new();
    let token = kept.0.path().join("token");
    std::fs::write(&token, "correct-horse-battery\n").unwrap();
    let service = kept.start(&format!("--engines cpu --token-file {}", token.display()));
    for (method, path) in [
        ("GET", "/v1/jobs"),
        ("POST", "/v1/jobs"),
        ("GET", "/v1/jobs/5"),
        ("DELETE", "/v1/jobs/5"),
        ("GET", "/v1/jobs/5/result"),
        ("GET", "/v1/jobs/5/events"),
        ("POST", "/v1/jobs/5/retry"),
    ] {
        assert_eq!(service.send(method, path, "").status, 401, "{method} {path}");
    }
    let friend = "authorization: Bearer correct-horse-battery\r\n";
    assert_eq!(service.send("GET", "/v1/jobs", friend).status, 200);
}

/// Queues that cannot be: one line that says why, and nothing is changed.
#[test]
fn a_queue_that_cannot_be_is_told_at_start() {
    let kept = Kept::new();
    let sphere = common::Sphere::new();
    let foreign = kept.0.path().join("foreign");
    std::fs::write(&foreign, "not a queue, but somebody's letters").unwrap();
    let folder = kept.0.path().display();
    for (arguments, status, told) in [
        ("--queue here", 2, "sqlite:FILE"),
        ("--queue sqlite:", 2, "or none"),
        ("--workers 65", 2, "at most 64"),
        ("--workers -1", 2, "-1"),
        (&format!("--queue sqlite:{folder}"), 1, "is a folder"),
        (&format!("--queue sqlite:{}", foreign.display()), 1, "no queue of Sphere"),
        (&format!("--queue sqlite:{}/queue", foreign.display()), 1, "--queue none"),
    ] {
        let run = sphere.run(&format!("serve --listen 127.0.0.1:0 --engines cpu {arguments}"));
        assert_eq!(run.status, Some(status), "{arguments}: {run:?}");
        assert!(run.stderr.contains(told) && run.stdout.is_empty(), "{arguments}: {}", run.stderr);
    }
    assert_eq!(std::fs::read(&foreign).unwrap(), b"not a queue, but somebody's letters");
    // The default is a file of the user's, and is printed.
    let printed = sphere.run("serve --print-config").success();
    let line =
        format!("queue = \"sqlite:{}/data/sphere/queue.sqlite\"", sphere.folder.path().display());
    assert!(printed.text().lines().any(|found| found == line), "{}", printed.text());
    assert!(!sphere.path("data").exists(), "only printed");
    let none = sphere.run("serve --queue none --workers 3 --print-config").success();
    assert!(none.text().contains("queue = \"none\"\nworkers = 3\n"), "{}", none.text());
}

#[test]
fn a_service_says_which_queue_it_has() {
    use std::io::{BufRead as _, BufReader};

    let kept = Kept::new();
    let path = kept.0.path().join("queue.sqlite");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_sphere"))
        .args(["serve", "--listen", "127.0.0.1:0", "--engines", "cpu", "--log", "error"])
        .env("SPHERE_QUEUE", format!("sqlite:{}", path.display()))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines.take(2).map(Result::unwrap).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lines[0].starts_with("Sphere server listening on 127.0.0.1:"), "{lines:?}");
    assert_eq!(lines[1], format!("Queue: sqlite:{}", path.display()));
}
