//! What befalls a queue in a file: a disk that is full, one that does not sync, a clock that is set.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sphere_offload::fault::Fault;
use sphere_offload::queue::{
    Beat, Drill, Filter, Held, JobId, JobState, Kept, Limits, NewJob, Outcome, Queue as _,
    QueueError, SqliteQueue, SystemClock,
};
use tempfile::tempdir;

use crate::stand::{MINUTE, chunks, job, keyed};

const THREADS: usize = 4;
/// No worker here is silent for so long, but one.
const LEASE: Duration = Duration::from_secs(1);

fn open(path: &Path, faults: &[&str]) -> SqliteQueue {
    let faults: Vec<Fault> = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let drill = Drill::of(&faults, Kept::InFile, Instant::now()).unwrap();
    let limits = Limits { lease: LEASE, ..Limits::default() };
    SqliteQueue::drilled(path, limits, Arc::new(SystemClock::default()), drill).unwrap()
}

/// What was heard of submissions.
#[derive(Debug, Default)]
struct Heard {
    kept: BTreeSet<JobId>,
    refused: Vec<NewJob>,
    /// As the queue said it.
    why: BTreeSet<String>,
    done: BTreeSet<JobId>,
}

impl Heard {
    /// Two jobs at a time, and one of them done, until so long after the beginning.
    fn load(queue: &SqliteQueue, thread: usize, lasts: Duration) -> Self {
        let (mut heard, began) = (Self::default(), Instant::now());
        for number in 0.. {
            if began.elapsed() > lasts {
                break;
            }
            let batch = [0, 1].map(|half| keyed("ada", &format!("{thread} {number} {half}")));
            match queue.submit(batch.to_vec()) {
                Ok(kept) => heard.kept.extend(kept.iter().map(|kept| kept.id)),
                Err(error) => heard.failed(error, batch),
            }
            let Ok(Some(leased)) = queue.lease("worker", Duration::ZERO) else { continue };
            match queue.finish(leased.token, chunks(0, 10), Outcome::Recipe) {
                Ok(()) => assert!(heard.done.insert(leased.job.id)),
                Err(error) => heard.failed(error, []),
            }
        }
        heard
    }

    fn failed(&mut self, error: QueueError, jobs: impl IntoIterator<Item = NewJob>) {
        assert!(matches!(error, QueueError::Storage { .. }), "{error}");
        self.why.insert(error.to_string());
        self.refused.extend(jobs);
        thread::sleep(Duration::from_millis(1));
    }

    fn add(&mut self, mut other: Self) {
        self.kept.append(&mut other.kept);
        self.refused.append(&mut other.refused);
        self.why.append(&mut other.why);
        self.done.append(&mut other.done);
    }

    /// All that was acknowledged is there, and nothing else.
    fn check(&self, queue: &SqliteQueue) {
        let (mut there, mut after) = (BTreeSet::new(), None);
        loop {
            let page = queue.list(&Filter { after, limit: 1000, ..Filter::default() }).unwrap();
            for view in &page.jobs {
                assert_eq!(view.state == JobState::Done, self.done.contains(&view.id), "{view:?}");
            }
            there.extend(page.jobs.iter().map(|view| view.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(there == self.kept, "{} there, {} acknowledged", there.len(), self.kept.len());
    }
}

fn integrity(path: &Path) -> String {
    let other = Connection::open(path).unwrap();
    other.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap()
}

/// Submits and works while the disk refuses for a while.
fn disk_that_refuses(fault: &str, says: &str) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let queue = open(&path, &[fault]);
    let mut heard = Heard::default();
    thread::scope(|scope| {
        let lasts = Duration::from_millis(900);
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let queue = &queue;
                scope.spawn(move || Heard::load(queue, thread, lasts))
            })
            .collect();
        for thread in threads {
            heard.add(thread.join().unwrap());
        }
    });
    assert!(!heard.refused.is_empty() && !heard.done.is_empty());
    assert!(heard.why.iter().any(|why| why.contains(says)), "{:?}", heard.why);
    heard.check(&queue);
    assert_eq!(integrity(&path), "ok");
    // What was refused can be had now, and was not there.
    for batch in heard.refused.chunks(1000) {
        let kept = queue.submit(batch.to_vec()).unwrap();
        assert!(kept.iter().all(|kept| kept.new), "refused, and kept");
        heard.kept.extend(kept.iter().map(|kept| kept.id));
    }
    heard.check(&queue);
    drop(queue);
    assert_eq!(integrity(&path), "ok");
    heard.check(&open(&path, &[fault]));
}

#[test]
fn a_disk_that_does_not_sync_is_answered_and_got_over() {
    disk_that_refuses("fsync-fail:0.4@0.2", "disk I/O error");
}

#[test]
fn a_full_disk_is_answered_and_got_over() {
    disk_that_refuses("disk-full:0.4@0.2", "the disk is full");
}

/// The time of day goes an hour forth and two back. Leases and results last as long as they do.
#[test]
fn a_clock_that_jumps_changes_nothing_but_what_is_shown() {
    let folder = tempdir().unwrap();
    let faults = ["clock-jump:3600@0.5", "clock-jump:-7200@0.8"];
    let queue = open(&folder.path().join("queue.sqlite"), &faults);
    let submit = |expires_after| {
        let id = queue.submit(vec![NewJob { expires_after, ..job("ada") }]).unwrap()[0].id;
        let leased = queue.lease("worker", Duration::ZERO).unwrap().unwrap();
        assert_eq!(leased.job.id, id);
        (leased, Instant::now())
    };
    let (done, ended) = submit(Duration::from_millis(1_500));
    queue.finish(done.token, chunks(0, 10), Outcome::Recipe).unwrap();
    let ((lives, _), (silent, heard)) = (submit(MINUTE), submit(MINUTE));
    let (mut lost, mut expired, mut shown) = (None, None, BTreeSet::new());
    while lost.is_none() || expired.is_none() {
        thread::sleep(Duration::from_millis(20));
        assert_eq!(queue.heartbeat(lives.token, Beat::default()), Ok(Held::Yes));
        shown.insert(queue.view(lives.job.id).unwrap().updated.0 / 1_800_000);
        let asked = Instant::now();
        let forgotten = queue.expire().unwrap().jobs == 1;
        if queue.view(silent.job.id).unwrap().state == JobState::Queued {
            lost.get_or_insert(asked - heard);
        }
        if forgotten {
            expired = Some(asked - ended);
        }
        assert!(ended.elapsed() < MINUTE);
    }
    let (lost, expired) = (lost.unwrap(), expired.unwrap());
    // A result is as old as whole milliseconds.
    let least = Duration::from_millis(1_490);
    assert!(lost + Duration::from_millis(10) >= LEASE && expired >= least, "{lost:?} {expired:?}");
    assert!(lost < 10 * LEASE && expired < 10 * LEASE, "{lost:?} {expired:?}");
    assert!(shown.len() >= 3, "no jump was seen: {shown:?}");
}
