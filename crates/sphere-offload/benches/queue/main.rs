//! What a queue in a file takes: `cargo bench --package sphere-offload --bench queue`.
//!
//! Prints a Markdown table. The file lies in the folder for temporary files, or in the one that is named.
//!
//! Beside it stands what one sync for each job allows: one write of 4 KiB at the end of a file and one
//! fdatasync, again and again, in the same folder, and nothing else. That is the least that a disk can be
//! asked for by whoever keeps one record durably without a transaction, an index or a second process that
//! may look. A job of the queue is about five pages of a journal. All take turns of some milliseconds, because
//! disks have moods; the last column is the median of the rates as parts of the syncs in the same round.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that measures, and has nobody to tell what went wrong but whoever runs it"
)]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use sphere_offload::queue::{Limits, NewJob, Queue as _, SqliteQueue, SystemClock};

const ROUNDS: usize = 101;
const LASTS: Duration = Duration::from_millis(25);
const THREADS: usize = 16;
/// The least that a sync can be asked for, and about what a commit of one job appends to the journal.
const SYNCED: [usize; 2] = [4096, 5 * 4096];

fn main() {
    let folder = std::env::args().nth(1).filter(|text| !text.starts_with('-'));
    let folder = folder.map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(folder).unwrap();
    let limits = Limits {
        unfinished: u64::MAX,
        per_submitter: u64::MAX,
        kept: u64::MAX,
        ..Limits::default()
    };
    let path = folder.path().join("queue.sqlite");
    let queue = SqliteQueue::open(&path, limits, Arc::new(SystemClock::default())).unwrap();
    let parts: [(&str, &dyn Fn() -> f64); 7] = [
        ("write and sync 4 KiB, one after the other", &|| syncs(folder.path(), SYNCED[0])),
        ("write and sync 20 KiB, one after the other", &|| syncs(folder.path(), SYNCED[1])),
        ("submit, one by one", &|| rate(1, &|| submit(&queue, 1))),
        ("submit, one each, 16 threads", &|| rate(THREADS, &|| submit(&queue, 1))),
        ("submit, batches of 100", &|| rate(1, &|| submit(&queue, 100))),
        ("submit, batches of 100, 16 threads", &|| rate(THREADS, &|| submit(&queue, 100))),
        ("lease and release, 16 threads", &|| rate(THREADS, &|| pass(&queue))),
    ];
    let mut rates = [(); 7].map(|()| Vec::new());
    for _ in 0..ROUNDS {
        for ((_, measure), rates) in parts.iter().zip(&mut rates) {
            rates.push(measure());
        }
    }
    println!("| what | a second | of the syncs of 4 KiB |\n| --- | ---: | ---: |");
    for ((name, _), of_part) in parts.iter().zip(&rates) {
        let ratios = of_part.iter().zip(&rates[0]).map(|(rate, syncs)| rate / syncs);
        println!("| {name} | {:.0} | {:.2} |", median(of_part.iter().copied()), median(ratios));
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How often a write of so many bytes is on disk, in a second.
fn syncs(folder: &Path, bytes: usize) -> f64 {
    let bytes = vec![7; bytes];
    let mut file = File::create(folder.join("syncs")).unwrap();
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < LASTS {
        file.write_all(&bytes).unwrap();
        file.sync_data().unwrap();
        count += 1;
    }
    f64::from(count) / began.elapsed().as_secs_f64()
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

fn submit(queue: &SqliteQueue, jobs: usize) -> usize {
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

fn pass(queue: &SqliteQueue) -> usize {
    let leased = queue.lease("worker", Duration::from_secs(1)).unwrap().unwrap();
    queue.release(leased.token).unwrap();
    1
}
