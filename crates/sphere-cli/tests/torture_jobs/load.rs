//! Clients that submit jobs, and are not content until each is acknowledged.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sphere_offload::queue::JobId;

/// Jobs that a client has under way.
const UNDER_WAY: usize = 6;
/// Nothing takes longer, whatever is killed.
const PATIENCE: Duration = Duration::from_mins(3);

/// What is submitted.
pub(crate) fn documents() -> Vec<Value> {
    let row = |index: u32| {
        let angle = f64::from(index);
        json!([angle.sin(), angle.cos(), 0.5])
    };
    let directions: Vec<Value> = (0..300).map(row).collect();
    vec![
        json!({"kind": "sample", "parameters": {"scheme": "random", "count": 1000, "seed": 3}}),
        json!({"kind": "sample", "parameters": {"scheme": "fibonacci", "count": 200_000}}),
        json!({"kind": "sample", "parameters": {"scheme": "sobol", "count": 3_000_000, "scramble": "owen"}}),
        json!({"kind": "sample", "parameters": {"scheme": "random", "count": 12_000_000, "method": "ball"}}),
        json!({"kind": "sample", "parameters": {"scheme": "pixels", "order": 6, "precision": "f32"}}),
        json!({"kind": "quality", "parameters": {"scheme": "fibonacci", "count": 3000}}),
        json!({"kind": "nearest", "parameters": {"scheme": "fibonacci", "total": 1_000_000, "directions": directions}}),
    ]
}

/// A job that was acknowledged, and which document it is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) id: JobId,
    pub(crate) document: usize,
}

/// What a client has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) acknowledged: Vec<Acknowledged>,
    /// Submissions that were made again, because there was no answer, or one that said so.
    pub(crate) again: u64,
}

/// Submits each document once.
pub(crate) fn each_once(server: SocketAddr) -> Vec<JobId> {
    let documents = documents();
    documents.iter().map(|one| acknowledged(server, &one.to_string(), &mut 0)).collect()
}

/// Submits jobs until it is told to end.
pub(crate) fn client(server: SocketAddr, number: usize, done: &AtomicBool) -> Seen {
    let documents = documents();
    let (mut seen, mut under_way) = (Seen::default(), VecDeque::new());
    for round in number.. {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let document = round % documents.len();
        let mut submitted = documents[document].clone();
        submitted["idempotency_key"] = format!("client {number} job {round}").into();
        submitted["submitter"] = format!("client {number}").into();
        let id = acknowledged(server, &submitted.to_string(), &mut seen.again);
        seen.acknowledged.push(Acknowledged { id, document });
        under_way.push_back(id);
        while under_way.len() >= UNDER_WAY && !done.load(Ordering::Relaxed) {
            under_way.retain(|id| !is_final(server, *id));
            thread::sleep(Duration::from_millis(20));
        }
    }
    seen
}

/// Asks until there is an answer that says yes.
fn acknowledged(server: SocketAddr, document: &str, again: &mut u64) -> JobId {
    let began = Instant::now();
    loop {
        match ask(server, "POST", "/v1/jobs", document) {
            Some((202, body)) => return body["id"].as_str().unwrap().parse().unwrap(),
            // Full, or it cannot be written: come again.
            Some((429 | 503, _)) | None => {
                *again += 1;
                thread::sleep(Duration::from_millis(30));
            }
            Some((status, body)) => panic!("{status}: {body}"),
        }
        assert!(began.elapsed() < PATIENCE, "never acknowledged: {document:.200}");
    }
}

fn is_final(server: SocketAddr, id: JobId) -> bool {
    match ask(server, "GET", &format!("/v1/jobs/{id}"), "") {
        Some((200, view)) => !matches!(view["state"].as_str(), Some("queued" | "running")),
        Some((404, body)) => panic!("an acknowledged job is gone: {body}"),
        _ => false,
    }
}

/// One request; nothing where the server went away.
fn ask(server: SocketAddr, method: &str, path: &str, body: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect_timeout(&server, Duration::from_secs(1)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let length = body.len();
    let described = if method == "POST" {
        format!("content-type: application/json\r\ncontent-length: {length}\r\n")
    } else {
        String::new()
    };
    let head =
        format!("{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{described}");
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let status = answer.get(9..12)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    // Whoever is killed while answering has said nothing.
    Some((status, serde_json::from_str(body).ok()?))
}
