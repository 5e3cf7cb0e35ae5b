//! What a queue on three servers takes, always synced: `cargo bench --package sphere-offload --bench queue_nats`.
//!
//! Prints a Markdown table. Beside each figure stand those of a bare client in the same seconds, taken by
//! turns: messages of the same size, as many of them on their way, to streams of three replicas of the same
//! servers. One stream is plain; the other has the settings of a queue, and each message has a subject of its
//! own, and the condition that nothing is there. Neither is watched, as a queue is by every process.

#![allow(
    missing_docs,
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that measures, and has nobody to tell what went wrong but whoever runs it"
)]

#[path = "../../tests/queue/nats/server.rs"]
mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use bytes::Bytes;
use serde_json::json;
use sphere_offload::queue::nats::NatsOptions;
use sphere_offload::queue::{Limits, NatsQueue, NewJob, Queue as _, SystemClock};
use tokio::runtime::Runtime;

const ROUNDS: usize = 7;
const LASTS: Duration = Duration::from_millis(500);

/// Threads that submit, and jobs of one submission.
const PARTS: [(&str, usize, usize); 4] = [
    ("one by one", 1, 1),
    ("one each, 16 threads", 16, 1),
    ("batches of 100", 1, 100),
    ("batches of 100, 16 threads", 16, 100),
];

fn main() {
    if !server::is_there() {
        return;
    }
    let servers = server::Cluster::start(3, server::SYNCED, "");
    let limits = Limits {
        unfinished: u64::MAX / 4,
        per_submitter: u64::MAX / 4,
        kept: u64::MAX / 4,
        ..Limits::default()
    };
    let options = NatsOptions::new(&servers.address()).name("bench");
    let queue = options.open(limits, Arc::new(SystemClock::default())).unwrap();
    let bare = Bare::open(&servers.address(), &queue);
    let mut rates = PARTS.map(|_| (Vec::new(), Vec::new(), Vec::new()));
    for round in 0..ROUNDS {
        for ((_, threads, batch), (ours, plain, same)) in PARTS.iter().zip(&mut rates) {
            let mut queue = || ours.push(rate(*threads, &|| submit(&queue, *batch)));
            // By turns who is first.
            if round % 2 == 0 {
                queue();
            }
            plain.push(bare.rate(threads * batch, false));
            same.push(bare.rate(threads * batch, true));
            if round % 2 == 1 {
                queue();
            }
        }
    }
    println!("| submit | jobs a second | of a plain stream | of one with the same settings |");
    println!("| --- | ---: | ---: | ---: |");
    for ((name, _, _), (ours, plain, same)) in PARTS.iter().zip(rates) {
        let (ours, plain, same) = (median(ours), median(plain), median(same));
        let (of_plain, of_same) = (ours / plain, ours / same);
        println!("| {name} | {ours:.0} | {of_plain:.2} ({plain:.0}) | {of_same:.2} ({same:.0}) |");
    }
    println!("\nMessages of {} bytes.", bare.payload.len());
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

/// How many are done in a second, by so many threads.
fn rate(threads: usize, work: &(dyn Fn() -> usize + Sync)) -> f64 {
    let began = Instant::now();
    let busy = || {
        let mut count = 0;
        while began.elapsed() < LASTS {
            count += work();
        }
        count
    };
    let counts = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(busy)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    counts as f64 / began.elapsed().as_secs_f64()
}

fn submit(queue: &NatsQueue, jobs: usize) -> usize {
    let job = NewJob {
        kind: "sample".to_owned(),
        parameters: json!({"scheme": "fibonacci", "count": 1000000}),
        submitter: "ada".to_owned(),
        idempotency_key: None,
        expires_after: Duration::from_hours(1),
        total: 1_000_000,
        inputs: Vec::new(),
    };
    queue.submit(vec![job; jobs]).unwrap().len()
}

/// A client that publishes and waits, and nothing else.
struct Bare {
    runtime: Runtime,
    context: jetstream::Context,
    payload: Bytes,
}

impl Bare {
    fn open(address: &str, queue: &NatsQueue) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
        submit(queue, 100);
        let (context, bytes) = runtime.block_on(async {
            let addresses: Vec<_> = address.split(',').collect();
            let client = async_nats::connect(addresses.as_slice()).await.unwrap();
            let context = jetstream::new(client);
            let config = stream::Config {
                name: "bare".to_owned(),
                subjects: vec!["bare.>".to_owned()],
                num_replicas: 3,
                ..stream::Config::default()
            };
            context.create_stream(config).await.unwrap();
            let mut config =
                context.get_stream("bench").await.unwrap().cached_info().config.clone();
            "same".clone_into(&mut config.name);
            config.subjects = vec!["same.>".to_owned()];
            context.create_stream(config).await.unwrap();
            let state = context.get_stream("bench").await.unwrap().cached_info().state.clone();
            (context, state.bytes / state.messages)
        });
        Self { runtime, context, payload: Bytes::from(vec![b'x'; bytes as usize]) }
    }

    /// With so many acknowledgements outstanding.
    fn rate(&self, outstanding: usize, same: bool) -> f64 {
        static SUBJECT: AtomicUsize = AtomicUsize::new(0);
        let (began, count) = (Instant::now(), Arc::new(AtomicUsize::new(0)));
        self.runtime.block_on(async {
            let mut tasks = tokio::task::JoinSet::new();
            for _ in 0..outstanding {
                let (context, payload) = (self.context.clone(), self.payload.clone());
                let count = Arc::clone(&count);
                tasks.spawn(async move {
                    while began.elapsed() < LASTS {
                        let sent = if same {
                            let number = SUBJECT.fetch_add(1, Ordering::Relaxed);
                            let mut headers = async_nats::HeaderMap::new();
                            headers.insert("Nats-Expected-Last-Subject-Sequence", "0");
                            let subject = format!("same.job.{:032x}", number * 7919);
                            context.publish_with_headers(subject, headers, payload.clone()).await
                        } else {
                            context.publish("bare.message", payload.clone()).await
                        };
                        sent.unwrap().await.unwrap();
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            tasks.join_all().await;
        });
        count.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
    }
}
