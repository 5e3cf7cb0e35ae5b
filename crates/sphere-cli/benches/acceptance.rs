//! How soon a request that no engine serves is on disk and answered 202:
//! `cargo bench --package sphere-cli --bench acceptance`.
//!
//! Prints a Markdown table. The queue lies in the folder for temporary files, or in the one that is named.
//! Beside it stand the syncs of the same disk, taken by turns with the requests, because disks have moods.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that measures, and has nobody to tell what went wrong but whoever runs it"
)]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Requests of each kind in each round.
const REQUESTS: usize = 400;
const ROUNDS: usize = 5;
/// About what a commit of one job writes to the journal.
const SYNCED: usize = 16 << 10;
/// The journal is written anew from its beginning after so many bytes.
const LAP: usize = 4 << 20;
const AT_ONCE: usize = 8;

/// `sphere serve` without an engine, ended when dropped.
struct Service {
    child: Child,
    address: SocketAddr,
}

impl Service {
    fn start(queue: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sphere"))
            .args(["serve", "--listen", "127.0.0.1:0", "--engines", "cuda", "--log", "error"])
            .arg(format!("--queue=sqlite:{}", queue.display()))
            // No device is seen, whatever the machine has.
            .env("CUDA_VISIBLE_DEVICES", "-1")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().parse().unwrap();
        Self { child, address }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let folder = std::env::args().nth(1).filter(|text| !text.starts_with('-'));
    let folder = tempfile::tempdir_in(folder.map_or_else(std::env::temp_dir, PathBuf::from));
    let folder = folder.unwrap();
    let service = Service::start(&folder.path().join("queue.sqlite"));
    let at = service.address;
    let parts: [(&str, &dyn Fn() -> Vec<Duration>); 6] = [
        ("write 16 KiB over others, and sync", &|| syncs(folder.path(), LAP)),
        ("add 16 KiB to a file, and sync", &|| syncs(folder.path(), 0)),
        ("`GET /v1/sample`, one by one", &|| ask(at, 1, sample)),
        ("`GET /v1/sample`, 8 at once", &|| ask(at, AT_ONCE, sample)),
        ("`POST /v1/jobs`, one by one", &|| ask(at, 1, job)),
        ("`POST /v1/jobs`, 8 at once", &|| ask(at, AT_ONCE, job)),
    ];
    // Caches and the allocator settle.
    for (_, measure) in &parts {
        drop(measure());
    }
    let mut times = [(); 6].map(|()| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, measure), times) in parts.iter().zip(&mut times) {
            times.extend(measure());
        }
    }
    println!("| what | median, ms | p99, ms | of the p99 of the first | largest, ms |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for times in &mut times {
        times.sort();
    }
    let of = |times: &[Duration], part: f64| {
        times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3
    };
    let sync = of(&times[0], 0.99);
    for ((name, _), times) in parts.iter().zip(&times) {
        let [median, p99, most] = [0.5, 0.99, 1.0].map(|part| of(times, part));
        println!("| {name} | {median:.2} | {p99:.2} | {:.2} | {most:.2} |", p99 / sync);
    }
}

/// How long each write takes to be on disk, in a file that has so many bytes before.
fn syncs(folder: &Path, length: usize) -> Vec<Duration> {
    let mut file = File::create(folder.join("syncs")).unwrap();
    file.write_all(&vec![0; length]).unwrap();
    file.sync_all().unwrap();
    let bytes = vec![7; SYNCED];
    let one = |number: usize| {
        if number.is_multiple_of(LAP / SYNCED) {
            file.seek(SeekFrom::Start(0)).unwrap();
        }
        let began = Instant::now();
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        began.elapsed()
    };
    (0..REQUESTS).map(one).collect()
}

/// How long each request takes, by so many clients at once, each with a connection of its own.
fn ask(at: SocketAddr, clients: usize, request: fn(u64) -> String) -> Vec<Duration> {
    thread::scope(|scope| {
        let client = || {
            let mut stream = BufReader::new(TcpStream::connect(at).unwrap());
            stream.get_ref().set_nodelay(true).unwrap();
            let times = (0..REQUESTS / clients).map(|_| one(&mut stream, request));
            times.collect::<Vec<_>>()
        };
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

fn one(stream: &mut BufReader<TcpStream>, request: fn(u64) -> String) -> Duration {
    /// Each request is another, so that each is a job.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let request = request(NEXT.fetch_add(1, Ordering::Relaxed));
    let began = Instant::now();
    stream.get_mut().write_all(request.as_bytes()).unwrap();
    let (mut line, mut length, mut status) = (String::new(), 0, String::new());
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).unwrap();
        if line.starts_with("HTTP/") {
            status.clone_from(&line);
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    let took = began.elapsed();
    assert!(status.contains(" 202 "), "{status}{}", String::from_utf8_lossy(&body));
    took
}

fn sample(number: u64) -> String {
    format!("GET /v1/sample/random?count=1000&seed={number} HTTP/1.1\r\nhost: bench\r\n\r\n")
}

fn job(number: u64) -> String {
    let body = format!(
        "{{\"kind\":\"sample\",\"parameters\":{{\"scheme\":\"random\",\"count\":1000,\"seed\":{number}}}}}"
    );
    format!(
        "POST /v1/jobs HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
