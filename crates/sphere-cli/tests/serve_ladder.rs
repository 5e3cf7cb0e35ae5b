//! Engines that fail under a service: the client gets its bytes, and everybody else is told.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use common::http::{Answer, Service};
use serde_json::Value;

/// Points of several blocks, in each kind of body.
const PATHS: [&str; 4] = [
    "/v1/sample/fibonacci?count=400000&format=raw",
    "/v1/sample/random?count=200000&start=7&seed=3&method=ball&format=npy",
    "/v1/sample/sobol?count=30000&format=csv",
    "/v1/sample/pixels?order=3&format=json",
];
const NEAREST: &str = "/v1/nearest/fibonacci?total=1000000&format=csv";

const PATIENCE: Duration = Duration::from_secs(20);

fn directions() -> String {
    let row = |index: u32| format!("{},{},0.5\n", f64::from(index).sin(), f64::from(index).cos());
    (0..40_000).map(row).collect()
}

/// What a service of the CPU alone says.
fn undisturbed() -> (Vec<Vec<u8>>, Vec<u8>) {
    let service = Service::start("--engines cpu");
    let bodies = PATHS.map(|path| service.get(path).body);
    let found = service.post(NEAREST, "text/csv", directions().as_bytes());
    assert_eq!(found.header("x-sphere-engine"), Some("cpu"));
    (bodies.into(), found.body)
}

fn engine(service: &Service, name: &str) -> Value {
    let document = service.get("/v1/engines").json();
    let engines = document["engines"].as_array().unwrap();
    engines.iter().find(|engine| engine["engine"] == name).unwrap().clone()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn start(arguments: &str, first: &str) -> Service {
    let service = Service::start(arguments);
    wait_until("the engine", || engine(&service, first)["state"] == "ready");
    service
}

/// Asks for everything again and again until the time is over, and compares every byte.
fn load(
    service: &Service,
    (bodies, found): &(Vec<Vec<u8>>, Vec<u8>),
    time: Duration,
    mut look: impl FnMut(&Answer) + Send,
) -> usize {
    let until = Instant::now() + time;
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let directions = directions();
            let mut count = 0;
            while Instant::now() < until {
                let answer = service.post(NEAREST, "text/csv", directions.as_bytes());
                assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                assert!(answer.body == *found, "other nearest points");
                count += 1;
            }
            count
        });
        let mut count = 0;
        while Instant::now() < until {
            for (path, body) in PATHS.iter().zip(bodies) {
                let answer = service.get(path);
                assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                assert!(answer.body == *body, "other points of {path}");
                look(&answer);
                count += 1;
            }
        }
        count + asking.join().unwrap()
    })
}

#[test]
fn a_drill_without_faults_computes_on_the_engine_of_first_choice() {
    let service = start("--engines scripted,cpu --verify 1/50", "scripted");
    for path in PATHS {
        let answer = service.send("GET", path, "te: trailers\r\n");
        assert_eq!(answer.header("x-sphere-engine"), Some("scripted"));
        assert_eq!(answer.header("trailer"), Some("x-sphere-executed"));
        assert_eq!(answer.header("content-length"), None, "a trailer needs chunks");
    }
    let scripted = engine(&service, "scripted");
    assert_eq!((&scripted["state"], &scripted["breaker"]), (&"ready".into(), &"closed".into()));
    assert_eq!(scripted["jobs"], PATHS.len());
    assert!(scripted["worker"]["process"].as_u64().unwrap() > 1, "{scripted}");
    let head = service.send("HEAD", PATHS[0], "");
    assert_eq!(head.header("x-sphere-engine"), Some("scripted"));
}

/// Each of these faults is felt, and no client sees another byte.
#[test]
fn whatever_fails_the_bytes_are_those_of_an_undisturbed_run() {
    let right = undisturbed();
    for (fault, class) in [
        // One of them meets a job.
        ("worker-kill@0.3,worker-kill@0.7,worker-kill@1.1,worker-kill@1.6", "lost"),
        ("worker-freeze@0.3", "lost"),
        ("gpu-poison@0.3", "lost"),
        ("alloc-fail:4@0.2", "out_of_memory"),
        ("slow:scripted:40", ""),
        ("slow:cpu:5", ""),
    ] {
        let service = start(&format!("--engines scripted,cpu --fault {fault}"), "scripted");
        let mut engines = Vec::new();
        let jobs = load(&service, &right, Duration::from_millis(2_500), |answer| {
            engines.push(answer.header("x-sphere-engine").unwrap().to_string());
        });
        assert!(jobs > 0);
        if !class.is_empty() {
            let failures =
                format!("sphere_engine_failures_total{{engine=\"scripted\",class=\"{class}\"}}");
            assert!(service.metric(&failures) >= 1.0, "{fault}");
            assert!(engine(&service, "scripted")["last_failure"]["cause"].is_string(), "{fault}");
        }
        if class == "lost" {
            // It is trusted again, and no job had to find out.
            wait_until("trust", || service.get("/ready").json()["engines"]["scripted"] == "ready");
            assert_eq!(service.get(PATHS[2]).header("x-sphere-engine"), Some("scripted"));
            let closed = "sphere_engine_transitions_total{engine=\"scripted\",to=\"closed\"}";
            assert!(service.metric(closed) >= 1.0, "{fault}");
            assert!(engines.contains(&"cpu".to_string()), "{fault}: {engines:?}");
        }
    }
}

#[test]
fn a_stream_under_way_goes_on_and_its_trailer_says_where() {
    let service = start("--engines scripted,cpu --fault slow:scripted:20", "scripted");
    let path = "/v1/sample/fibonacci?count=2000000&format=raw";
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\nte: trailers\r\n\r\n");
    let stream = service.ask(&request);
    let process = engine(&service, "scripted")["worker"]["process"].as_u64().unwrap();
    // Some of its 46 blocks are there, 20 ms each.
    thread::sleep(Duration::from_millis(200));
    let kill = format!("kill -KILL {process}");
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut { stream }, &mut bytes).unwrap();
    let trailer = String::from_utf8_lossy(&bytes[bytes.len() - 120..]).to_string();
    let executed = trailer.split("x-sphere-executed: ").nth(1).unwrap().trim();
    let (scripted, cpu) = executed.split_once(", ").unwrap();
    let end: u64 = scripted.strip_prefix("scripted 0-").unwrap().parse().unwrap();
    assert_eq!(cpu, format!("cpu {}-1999999", end + 1));
    // And what a client gets that reads no trailers.
    let right = Service::start("--engines cpu").get(path);
    assert!(service.get(path).body == right.body);
}

#[test]
fn a_wrong_engine_is_caught_and_its_points_are_not_kept() {
    let service =
        start("--engines scripted,cpu --verify 1/1 --fault corrupt:scripted:1/1", "scripted");
    let right = Service::start("--engines cpu");
    let path = "/v1/sample/random?count=30000&format=raw";
    // The first block is wrong, so that nothing has been sent when it is caught; points at the seam of two
    // samples are not looked at.
    let caught = (0..20).find(|start| {
        let path = format!("{path}&start={start}");
        let answer = service.get(&path);
        let is_right = answer.body == right.get(&path).body;
        let engine = answer.header("x-sphere-engine").unwrap();
        assert!(is_right || engine == "scripted");
        engine == "cpu"
    });
    assert!(caught.is_some());
    let scripted = engine(&service, "scripted");
    let cause = scripted["last_failure"]["cause"].as_str().unwrap();
    assert!(cause.starts_with("engine wrong"), "{cause}");
    let opened = "sphere_engine_transitions_total{engine=\"scripted\",to=\"open\"}";
    assert!(service.metric(opened) >= 1.0);
    let wrong = "sphere_engine_failures_total{engine=\"scripted\",class=\"wrong\"}";
    assert!(service.metric(wrong) >= 1.0);
    // It is opened anew, which compares its kernels with their definitions.
    wait_until("another process", || engine(&service, "scripted")["worker"]["started"] != 1);
}

#[test]
fn whatever_fails_on_wgpu_the_points_are_within_the_bound() {
    let path = "/v1/sample/sobol?count=200000&precision=f32&format=raw&engine=wgpu";
    let exact = Service::start("--engines cpu").get(&path.replace("&engine=wgpu", "")).body;
    let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap());
    for fault in
        ["wgpu-lost@0.2", "worker-kill@0.2", "worker-freeze@0.2", "alloc-fail:5", "slow:wgpu:20"]
    {
        let arguments = "--engines wgpu,cpu --software-gpu --verify 1/100 --engine-seconds 5";
        let service = start(&format!("{arguments} --fault {fault}"), "wgpu");
        let mut engines = Vec::new();
        wait_until("both engines, and wgpu again", || {
            let answer = service.get(path);
            assert_eq!((answer.status, answer.body.len()), (200, exact.len()), "{fault}");
            let mut pairs = answer.body.chunks_exact(4).zip(exact.chunks_exact(4));
            let bound = sphere_math::kernels::SINGLE_BOUND;
            assert!(pairs.all(|(a, b)| (value(a) - value(b)).abs() <= bound), "{fault}");
            assert_eq!(answer.header("etag"), None, "a device may have decided some of its bits");
            engines.push(answer.header("x-sphere-engine").unwrap().to_string());
            let failures = engine(&service, "wgpu")["failures"].as_u64().unwrap();
            let has_failed = failures > 0 || fault.starts_with("slow");
            has_failed && engines.last().unwrap() == "wgpu"
        });
    }
}

#[test]
fn without_an_engine_there_is_an_error_and_no_hang() {
    let service =
        start("--engines scripted --fault worker-freeze@0.5 --engine-seconds 1", "scripted");
    let mut seen = Vec::new();
    wait_until("an error, and points again", || {
        let started = Instant::now();
        let answer = service.get("/v1/sample/fibonacci?count=1000&format=raw");
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        seen.push(answer.status);
        if answer.status == 200 {
            assert_eq!(answer.body.len(), 24_000);
        } else {
            assert_eq!((answer.status, &answer.json()["code"]), (503, &"engines_failed".into()));
            assert!(answer.header("retry-after").is_some());
        }
        let failed = seen.iter().position(|status| *status == 503);
        failed.is_some_and(|failed| seen[failed..].contains(&200))
    });
    assert_eq!(service.get("/ready").status, 200);
}

#[test]
fn readiness_tells_at_once_that_no_engine_is_there() {
    let service = Service::start("--engines cuda");
    wait_until("the search for a device", || {
        service.get("/ready").json()["engines"]["cuda"] != "starting"
    });
    let ready = service.get("/ready");
    if ready.status == 200 {
        return assert_eq!(ready.json()["engines"]["cuda"], "ready", "this machine has CUDA");
    }
    assert_eq!((ready.status, ready.json()["status"].as_str()), (503, Some("no engine")));
    let answer = service.get("/v1/sample/fibonacci?count=10");
    assert_eq!((answer.status, &answer.json()["code"]), (503, &"engines_failed".into()));
}

/// One line of why the service did not start.
fn refusal(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_sphere"))
        .args(["serve", "--listen", "127.0.0.1:0", "--queue", "none"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(!run.status.success() && run.stdout.is_empty(), "{arguments:?}: {run:?}");
    String::from_utf8(run.stderr).unwrap()
}

#[test]
fn what_cannot_be_is_told_at_start() {
    let sphere = env!("CARGO_BIN_EXE_sphere");
    for (arguments, told) in [
        (&["--engines", "abacus"][..], "it must be one of cpu, wgpu, cuda, scripted"),
        (&["--engines", "cpu,cpu"], "engines names cpu twice"),
        (&["--verify", "1/0"], "write 1/1000"),
        (&["--fault", "gremlins"], "'gremlins' is no fault: one of gpu-poison"),
        (&["--engines", "cpu", "--fault", "worker-kill"], "felt on none of the engines cpu"),
        (&["--engines", "cpu", "--fault", "slow:cuda:5"], "felt on none of the engines cpu"),
        (&["--engine-seconds", "0"], "engine_seconds is 0"),
        (&["--worker-memory-bytes", "1000"], "in which no job fits"),
        (&["--worker-program", "/nowhere/sphere"], "cannot start /nowhere/sphere: "),
        (&["--worker-program", "/bin/true"], "engines=cpu does without"),
    ] {
        let error = refusal(arguments);
        assert!(error.contains(told), "{arguments:?}: {error}");
        assert!(error.starts_with("error: "), "{error}");
    }
    let open = ["serve", "--listen", "0.0.0.0:0", "--insecure-remote", "--fault", "slow:cpu:1"];
    let run = Command::new(sphere).args(open).output().unwrap();
    let error = String::from_utf8(run.stderr).unwrap();
    assert!(error.contains("loopback only"), "{error}");
    let by_hand = Command::new(sphere).arg("engine-worker").output().unwrap();
    assert!(!by_hand.status.success());
}
