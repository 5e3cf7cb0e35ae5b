//! Jobs over HTTP while engines, services and results fail: nothing that was acknowledged is lost.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::time::{Duration, Instant};

use common::http::Service;
use common::jobs::{Kept, PATIENCE, cpu, done, events, post, sample, submit, view, wait_for};
use serde_json::{Value, json};

/// What an engine that is not here cannot compute becomes a job, and another service does it.
#[test]
fn without_an_engine_a_request_becomes_a_job() {
    let kept = Kept::new();
    let paths = [
        "/v1/sample/random?count=150000&seed=5&format=npy",
        "/v1/sample/pixels?order=1&format=csv",
    ];
    let nearest = "/v1/nearest/fibonacci?total=1000&format=csv";
    let mut results = Vec::new();
    {
        let service = kept.start_blind("");
        for path in paths {
            let answer = service.get(path);
            assert_eq!(answer.status, 202, "{answer:?}");
            let job = answer.json();
            let id = job["id"].as_str().unwrap();
            assert_eq!(answer.header("location"), Some(format!("/v1/jobs/{id}").as_str()));
            assert!(answer.header("retry-after").is_some());
            assert_eq!(job["state"], "queued");
            results.push(job["result"].as_str().unwrap().to_string());
            assert_eq!(service.get(path).json(), job, "a client that tries again has the same job");
            let other = service.send("GET", path, "x-sphere-submitter: other\r\n").json();
            assert_ne!(other["id"], job["id"]);
        }
        let found = service.post(nearest, "text/csv", b"1,2,3\n0,0,1\n");
        assert_eq!(found.status, 202, "{found:?}");
        let again = service.post(nearest, "text/csv", b"1,2,3\n0,0,1\n").json();
        assert_eq!(again, found.json());
        assert_ne!(service.post(nearest, "text/csv", b"1,2,4\n").json()["id"], again["id"]);
        results.push(again["result"].as_str().unwrap().to_string());
        // What is asked for besides points is not to be had later.
        let part = service.send("GET", paths[0], "range: bytes=0-9\r\n");
        let judged = service.get("/v1/sample/random?count=10&quality=true");
        let head = service.send("HEAD", paths[0], "");
        let named = service.get("/v1/sample/random?count=10&engine=cuda");
        assert_eq!([&part, &judged, &head, &named].map(|answer| answer.status), [503; 4]);
        assert_eq!(part.json()["code"], "engines_failed");
        // Nobody wanted it, and somebody wants it again.
        let id = again["id"].as_str().unwrap();
        assert_eq!(service.send("DELETE", &format!("/v1/jobs/{id}"), "").status, 204);
        let anew = service.post(nearest, "text/csv", b"1,2,3\n0,0,1\n").json();
        assert!(anew["id"] != again["id"] && anew["state"] == "queued", "{anew}");
        results[2] = anew["result"].as_str().unwrap().to_string();
    }
    let service = kept.start("--engines cpu");
    for (result, path) in results.iter().zip([paths[0], paths[1], nearest]) {
        let id = result.split('/').nth(3).unwrap();
        wait_for(&service, id, "done");
        let right = if path == nearest {
            service.post(nearest, "text/csv", b"1,2,3\n0,0,1\n")
        } else {
            service.get(path)
        };
        let result = service.get(result);
        assert_eq!((result.status, right.status), (200, 200));
        assert!(result.body == right.body, "{path}");
    }
}

/// An engine that fails a request under way, with nobody to go on, and is there again later.
#[cfg(target_os = "linux")]
#[test]
fn a_request_that_fails_before_its_first_point_becomes_a_job() {
    let kept = Kept::new();
    let service = kept.start("--engines scripted --fault worker-freeze@0.5 --engine-seconds 1");
    let path = "/v1/sample/fibonacci?count=1000&format=raw";
    let started = Instant::now();
    let answer = loop {
        let answer = service.get(path);
        if answer.status == 202 {
            break answer.json();
        }
        assert!(started.elapsed() < PATIENCE, "{answer:?}");
    };
    wait_for(&service, answer["id"].as_str().unwrap(), "done");
    let result = service.get(answer["result"].as_str().unwrap());
    assert!(result.body == Service::start("--engines cpu").get(path).body);
}

/// Sent before all was compared, an answer is cut; so is the part of a chunk.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_is_another_is_cut() {
    let (kept, service) = cpu();
    let id = done(&service, &sample(&json!({ "scheme": "random", "count": 100_000 })));
    let path = format!("/v1/jobs/{id}/result?format=raw");
    let right = service.get(&path);
    let wrong = kept.start("--engines scripted --fault corrupt:scripted:1/1 --workers 0");
    let tag = right.header("etag").unwrap();
    let started = Instant::now();
    while wrong.get("/ready").status != 200 {
        assert!(started.elapsed() < PATIENCE, "the engine starts");
    }
    for (headers, length) in [
        (String::new(), 2_400_000),
        (format!("range: bytes=0-9999\r\nif-range: {tag}\r\n"), 10_000),
    ] {
        let answer = wrong.send("GET", &path, &headers);
        assert!(answer.body.len() < length, "{} bytes of {length}", answer.body.len());
        if answer.status == 500 {
            assert_eq!(answer.json()["code"], "result_differs");
        }
    }
    assert!(wrong.metric("sphere_queue_results_different_total") >= 2.0);
    assert!(service.metric("sphere_queue_results_different_total") < 0.5);
}

#[test]
fn one_submitter_has_so_many_jobs_and_no_more() {
    let kept = Kept::new();
    let service = kept.start_blind("--workers 0");
    let job = sample(&json!({ "scheme": "disk", "count": 10 }));
    let batch: Value = vec![job.clone(); 1_000].into();
    for _ in 0..25 {
        assert_eq!(post(&service, &batch).status, 202);
    }
    let full = post(&service, &job);
    assert_eq!((full.status, &full.json()["code"]), (429, &"quota_used_up".into()));
    assert_eq!(full.header("retry-after"), Some("5"));
    let instead = service.get("/v1/sample/disk?count=10");
    assert_eq!((instead.status, &instead.json()["code"]), (429, &"quota_used_up".into()));
    let other = "x-sphere-submitter: other\r\n";
    assert_eq!(service.send("GET", "/v1/sample/disk?count=10", other).status, 202);
    let counts = "sphere_queue_jobs{state=\"queued\"}";
    service.wait_for(counts, 25_001.0);
    let large: Value = vec![job; 1_001].into();
    let large = post(&service, &large);
    assert_eq!((large.status, &large.json()["code"]), (413, &"too_large".into()));
}

/// A job that takes a few seconds, in a service that dies while it does it.
fn begun(kept: &Kept) -> (Service, String) {
    let service = kept.start("--engines cpu --fault slow:cpu:40");
    let parameters = json!({ "scheme": "random", "count": "8e6", "seed": 3 });
    let id = submit(&service, &sample(&parameters));
    let started = Instant::now();
    while view(&service, &id)["chunks"]["done"].as_u64().is_none_or(|done| done < 10) {
        assert!(started.elapsed() < PATIENCE, "it begins");
        std::thread::sleep(Duration::from_millis(20));
    }
    (service, id)
}

#[cfg(target_os = "linux")]
#[test]
fn a_job_goes_on_where_a_service_died() {
    let kept = Kept::new();
    let (mut service, id) = begun(&kept);
    let known = view(&service, &id)["progress"]["done"].as_u64().unwrap();
    service.signal("KILL");
    service.child.wait().unwrap();
    drop(service);
    // Another engine, so that it shows who computed what.
    let service = kept.start("--engines scripted,cpu");
    let started = Instant::now();
    let job = wait_for(&service, &id, "done");
    assert!(started.elapsed() > Duration::from_secs(8), "a lease is over when it is over");
    assert_eq!(job["failed_attempts"], 1, "{job}");
    assert!(job["attempts"][0]["cause"].as_str().unwrap().contains("silent"), "{job}");
    let spans = job["executed"].as_array().unwrap();
    assert_eq!((spans.len(), &spans[0]["engine"]), (2, &"cpu".into()), "{job}");
    let (end, last) = (spans[0]["to"].as_u64().unwrap(), &spans[1]);
    assert!(end % 65_536 == 0 && end + 65_536 > known, "not before {known}: {job}");
    assert_eq!((&last["engine"], &last["from"]), (&"scripted".into(), &end.into()));
    // On both sides of where the other went on.
    let border = 24 * end;
    let range = format!("range: bytes={}-{}\r\n", border - 1_000_000, border + 1_000_000);
    let result = service.send("GET", &format!("/v1/jobs/{id}/result?format=raw"), &range);
    let path = "/v1/sample/random?count=8000000&seed=3&format=raw";
    let right = Service::start("--engines cpu").send("GET", path, &range);
    assert_eq!((result.status, result.body.len()), (206, 2_000_001));
    assert!(result.body == right.body);
}

#[test]
fn a_service_that_ends_gives_its_job_back() {
    let kept = Kept::new();
    let (mut service, id) = begun(&kept);
    let watcher = service.ask(&format!("GET /v1/jobs/{id}/events HTTP/1.1\r\nhost: test\r\n\r\n"));
    let started = Instant::now();
    service.signal("TERM");
    assert!(service.child.wait().unwrap().success());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    drop(watcher);
    let service = kept.start("--engines cpu --workers 0");
    let job = view(&service, &id);
    assert_eq!((&job["state"], &job["worker"]), (&"queued".into(), &Value::Null), "{job}");
    assert_eq!((&job["failed_attempts"], &job["position"]), (&0.into(), &0.into()));
    drop(service);
    let service = kept.start("--engines cpu");
    let started = Instant::now();
    wait_for(&service, &id, "done");
    assert!(started.elapsed() < Duration::from_secs(8), "nobody waits for a lease");
}

#[test]
fn two_services_share_a_queue() {
    let kept = Kept::new();
    let front = kept.start("--engines cpu --workers 0");
    let job = sample(&json!({ "scheme": "sobol", "count": 100_000 }));
    let id = submit(&front, &job);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(view(&front, &id)["state"], "queued", "nobody does it");
    let back = kept.start("--engines cpu --workers 3");
    let seen = events(&front, &id);
    assert_eq!(seen.last().unwrap()["state"], "done");
    let path = format!("/v1/jobs/{id}/result?format=raw");
    assert!(front.get(&path).body == back.get(&path).body);
    assert!(!front.get("/metrics").text().contains("sphere_queue_leases_ended_total{"));
    assert!(back.metric("sphere_queue_leases_ended_total{state=\"done\"}") > 0.5);
}

#[test]
fn a_result_that_has_expired_is_nowhere() {
    let (_kept, service) = cpu();
    let mut job = sample(&json!({ "scheme": "disk", "count": 10 }));
    job["expires_after_seconds"] = 0.into();
    let id = submit(&service, &job);
    let started = Instant::now();
    let gone = loop {
        let answer = service.get(&format!("/v1/jobs/{id}/result"));
        if answer.status == 404 {
            break answer.json();
        }
        assert!(started.elapsed() < PATIENCE, "{answer:?}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(gone["code"], "unknown_job");
    assert!(gone["detail"].as_str().unwrap().contains("expired"), "{gone}");
}
