//! Who is killed.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use sphere_offload::breaker::Backoff;
use sphere_offload::queue::{
    Beat, JobId, JobState, JobView, Limits, NewChunks, NewJob, Outcome, Queue as _, QueueError,
    SqliteQueue, SystemClock,
};

use crate::newcomers;

const THREADS: u64 = 4;

pub(crate) fn open(path: &Path) -> SqliteQueue {
    let pause = Duration::from_millis(20);
    let limits = Limits {
        lease: Duration::from_millis(200),
        // Each kill is an attempt that failed, and no job dies of them here.
        attempts: u32::MAX,
        backoff: Backoff { first: pause, most: pause, seed: 0 },
        ..Limits::default()
    };
    SqliteQueue::open(path, limits, Arc::new(SystemClock::default())).unwrap()
}

/// Until it is killed.
pub(crate) fn play(role: &str, path: &Path, round: u64) {
    if role == "--as-newcomer" {
        return newcomers::play(path, round);
    }
    let queue = open(path);
    say("up\n");
    if role == "--as-full" {
        return fill(&queue, path);
    }
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let queue = &queue;
            match role {
                "--as-submitter" => scope.spawn(move || submit(queue, round * THREADS + thread)),
                // Also when there is nothing yet.
                _ => scope.spawn(move || {
                    loop {
                        work(queue, |id| say(&format!("{id}\n")));
                    }
                }),
            };
        }
    });
}

/// In one piece, and after what it says has happened.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).unwrap();
    output.flush().unwrap();
}

pub(crate) fn job(key: &str) -> NewJob {
    NewJob {
        kind: "sample".to_owned(),
        parameters: json!(key),
        submitter: "torture".to_owned(),
        idempotency_key: Some(key.to_owned()),
        expires_after: Duration::from_hours(1),
        total: 1000,
        inputs: Vec::new(),
    }
}

fn submit(queue: &SqliteQueue, writer: u64) {
    for number in 0.. {
        let keys: Vec<String> =
            (0..=number % 4).map(|i| format!("{writer}-{number}-{i}")).collect();
        let kept = queue.submit(keys.iter().map(|key| job(key)).collect()).unwrap();
        let lines = kept.iter().zip(&keys).map(|(kept, key)| format!("{} {key}\n", kept.id));
        say(&lines.collect::<String>());
        thread::sleep(Duration::from_millis(1));
    }
}

/// Goes on when it is refused: nothing else breaks. After a hundred times there is room again, if something
/// lies there that can go.
fn fill(queue: &SqliteQueue, path: &Path) {
    let mut refusals = 0;
    for number in 0..3000 {
        let key = number.to_string();
        match queue.submit(vec![job(&key)]) {
            Ok(kept) => say(&format!("{} {key}\n", kept[0].id)),
            Err(QueueError::Storage { .. }) => {
                say(&format!("refused {key}\n"));
                refusals += 1;
            }
            Err(error) => panic!("{error}"),
        }
        queue.counts().unwrap();
        if refusals == 100 {
            let _ = std::fs::remove_file(path.with_file_name("ballast"));
        }
    }
}

/// Ten checksums that only this job has.
pub(crate) fn checksums(job: &JobView) -> Vec<u64> {
    let key = job.parameters.as_str().unwrap();
    let hash = key.bytes().fold(7, |hash: u64, byte| hash.wrapping_mul(31) ^ u64::from(byte));
    (0..10).map(|chunk| hash.wrapping_add(chunk)).collect()
}

/// Does jobs until there are none, in two steps; the second goes on where the first was, whoever did that.
fn work(queue: &SqliteQueue, told: impl Fn(JobId)) {
    loop {
        let Some(leased) = queue.lease("worker", Duration::from_millis(50)).unwrap() else {
            let counts = queue.counts().unwrap().jobs;
            if counts[&JobState::Queued] + counts[&JobState::Running] == 0 {
                return;
            }
            continue;
        };
        let known = leased.job.chunks.as_ref().map_or(0, |chunks| chunks.checksums.0.len());
        let sums = checksums(&leased.job);
        let beat = |from: usize, to: usize| Beat {
            done: 100 * to as u64,
            chunks: Some(NewChunks { points: 100, from, checksums: sums[from..to].to_vec() }),
            executed: Vec::new(),
        };
        let middle = known.max(5);
        queue.heartbeat(leased.token, beat(known, middle)).unwrap();
        thread::sleep(Duration::from_millis(1));
        // A lease may have been lost on a machine that had no time for this; then nothing is said.
        if queue.finish(leased.token, beat(middle, 10), Outcome::Recipe).is_ok() {
            told(leased.job.id);
        }
    }
}

/// Does all that is left.
pub(crate) fn drain(queue: &SqliteQueue) {
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| work(queue, |_| {}));
        }
    });
}
