//! The service under clients that are slow, rude or many.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is how a test fails")]

mod common;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use common::http::{Service, answer};

const STREAMS: &str = "sphere_sample_streams ";

fn request(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
}

/// A stream of which the first bytes were read, and no more.
fn started(service: &Service, path: &str) -> TcpStream {
    let mut stream = service.ask(&request(path));
    stream.read_exact(&mut [0; 1_000]).unwrap();
    stream
}

#[test]
fn clients_that_hang_up_stop_the_work() {
    let service = Service::start("");
    let descriptors = service.descriptors();
    for format in ["raw", "csv", "json"] {
        let path = format!("/v1/sample/random?count=1e9&format={format}");
        let streams: Vec<TcpStream> = (0..20).map(|_| started(&service, &path)).collect();
        assert!(service.metric(STREAMS) > 19.0);
        drop(streams);
        service.wait_for(STREAMS, 0.0);
    }
    assert!(service.metric("sphere_sample_streams_cut_total") > 59.0);
    service.wait_for("http_connections ", 1.0);
    assert!(service.descriptors() <= descriptors + 1, "{} are open", service.descriptors());
    // What was begun and not finished is not counted as drawn.
    assert_eq!(service.get("/v1/sample/random?count=10").status, 200);
    assert!((service.metric("sphere_sample_points_total") - 10.0).abs() < 0.5);
}

#[test]
fn slow_readers_hold_little_memory_and_nobody_up() {
    let service = Service::start("");
    let path = "/v1/sample/fibonacci?count=1e7&format=raw";
    let streams: Vec<TcpStream> = (0..200).map(|_| started(&service, path)).collect();
    assert!(service.metric(STREAMS) > 199.0);
    let resident = service.resident_megabytes();
    assert!(resident < 200, "{resident} MB for 200 streams");
    // The others are served meanwhile: small ones at once, and a large one to its end.
    for _ in 0..100 {
        assert_eq!(service.get("/v1/sample/random?count=100&format=raw").body.len(), 2_400);
    }
    let large = service.get("/v1/sample/random?count=1e6&format=raw");
    assert_eq!(large.body.len(), 24_000_000);
    drop(streams);
    service.wait_for(STREAMS, 0.0);
}

#[test]
#[ignore = "a thousand streams and ten thousand connections take a minute, and many descriptors"]
fn a_thousand_streams_and_ten_thousand_connections() {
    rlimit::increase_nofile_limit(16_000).unwrap();
    let service = Service::start("");
    let path = "/v1/sample/fibonacci?count=1e7&format=raw";
    let streams: Vec<TcpStream> = (0..1_000).map(|_| started(&service, path)).collect();
    // Until every stream holds all the blocks that it may.
    std::thread::sleep(Duration::from_secs(5));
    let resident = service.resident_megabytes();
    assert!(resident <= 300, "{resident} MB for 1,000 streams");
    drop(streams);
    service.wait_for(STREAMS, 0.0);

    let connections: Vec<TcpStream> = (0..10_000).map(|_| service.connect()).collect();
    assert_eq!(service.get("/health").status, 200);
    assert!(service.metric("http_connections ") > 9_999.0);
    // Those that ask nothing are let go.
    std::thread::sleep(Duration::from_secs(35));
    assert!(service.metric("http_connections ") < 10.0);
    drop(connections);
}

#[test]
fn more_streams_than_allowed_are_told_to_come_back() {
    let service = Service::start("--max-streams 2");
    let path = "/v1/sample/random?count=1e9&format=raw";
    let streams = [started(&service, path), started(&service, path)];
    let refused = service.get(path);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (503, Some("busy")));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(service.get("/v1/sample/random?count=100").status, 200, "small ones need no place");
    drop(streams);
    service.wait_for(STREAMS, 0.0);
    drop(started(&service, path));
}

#[test]
fn a_reader_that_takes_nothing_is_let_go() {
    let service = Service::start("--progress-seconds 1");
    let stream = started(&service, "/v1/sample/random?count=1e9&format=raw");
    service.wait_for(STREAMS, 0.0);
    drop(stream);
    assert_eq!(service.metric("sphere_sample_streams_cut_total"), 1.0);
}

#[test]
fn a_shutdown_finishes_what_is_under_way() {
    let mut service = Service::start("");
    let count = 20_000_000;
    let stream = service.ask(&request(&format!("/v1/sample/disk?count={count}&format=raw")));
    std::thread::sleep(Duration::from_millis(200));
    service.signal("TERM");
    let answer = answer(stream, false);
    assert_eq!((answer.status, answer.body.len()), (200, 16 * count));
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(service.address).is_err());
}

#[test]
fn a_shutdown_does_not_wait_for_ever() {
    let mut service = Service::start("--grace-seconds 1");
    let _stream = started(&service, "/v1/sample/random?count=1e9&format=raw");
    service.signal("INT");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
}

#[test]
fn half_requests_and_idle_connections_cost_little() {
    let service = Service::start("");
    let before = service.resident_megabytes();
    let mut connections: Vec<TcpStream> = (0..300).map(|_| service.connect()).collect();
    for (at, connection) in connections.iter_mut().enumerate() {
        if at % 2 == 0 {
            connection.write_all(b"GET /v1/sample/random?count=5 HTTP/1.1\r\nhost").unwrap();
        }
    }
    assert_eq!(service.get("/health").status, 200);
    let grown = service.resident_megabytes() - before;
    assert!(grown < 30, "{grown} MB for 300 connections");
    drop(connections);
    service.wait_for("http_connections ", 1.0);
}

#[test]
#[ignore = "waits for the half minute that a head may take"]
fn a_head_that_trickles_is_cut() {
    let service = Service::start("");
    let begun = std::time::Instant::now();
    let mut slow: Vec<TcpStream> = (0..50).map(|_| service.connect()).collect();
    let head = format!("GET /health HTTP/1.1\r\nhost: test\r\nx-slow: {}", "a".repeat(100));
    let mut bytes = head.bytes();
    // A byte twice a second each: never silent, and never done.
    while service.metric("http_connections ") > 1.5 {
        assert!(begun.elapsed() < Duration::from_secs(45), "slow writers are still connected");
        let byte = [bytes.next().unwrap()];
        for stream in &mut slow {
            // Fails once the service has closed its end.
            let _ = stream.write_all(&byte);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(begun.elapsed() > Duration::from_secs(25), "cut after {:?}", begun.elapsed());
}
