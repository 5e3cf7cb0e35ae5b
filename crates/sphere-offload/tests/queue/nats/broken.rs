//! Servers end, freeze and come back under load: what was acknowledged ends once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use sphere_offload::queue::nats::NatsOptions;
use sphere_offload::queue::{
    JobId, JobState, Limits, NatsQueue, Outcome, Queue, QueueError, SystemClock,
};

use super::server::{Cluster, SYNCED, is_there};
use crate::stand::{chunks, job, keyed};

const SUBMITTERS: usize = 3;
const WORKERS: usize = 3;
const PAUSE: Duration = Duration::from_millis(10);

/// A process of its own, as far as the servers know.
pub(super) fn opened(servers: &Cluster, name: &str) -> NatsQueue {
    // Long enough that nobody loses a job while servers elect one.
    let limits = Limits { lease: Duration::from_secs(3), ..Limits::default() };
    let options = NatsOptions::new(&servers.address()).name(name);
    options.open(limits, Arc::new(SystemClock::default())).unwrap()
}

/// What was said to be kept, and how often each job was done.
#[derive(Debug, Default)]
struct Ledger {
    acknowledged: Mutex<Vec<JobId>>,
    done: Mutex<BTreeMap<JobId, usize>>,
    /// Nobody submits any more.
    stop: AtomicBool,
    /// And all that was submitted is known to every process.
    known: AtomicBool,
}

impl Ledger {
    /// Says the same until it is heard.
    fn insist<T>(mut call: impl FnMut() -> Result<T, QueueError>) -> Result<T, QueueError> {
        let began = Instant::now();
        loop {
            match call() {
                Err(QueueError::Storage { what }) => {
                    assert!(began.elapsed() < Duration::from_mins(1), "{what}");
                }
                ended => return ended,
            }
        }
    }

    fn submit(&self, queue: &dyn Queue, submitter: usize) {
        let name = format!("submitter {submitter}");
        for number in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let batch = match number % 3 {
                0 => vec![job(&name)],
                1 => vec![keyed(&name, &number.to_string())],
                _ => vec![job(&name), keyed(&name, &number.to_string()), job(&name)],
            };
            // With a key it may be said again; without it there may be another job then.
            let has_key = number % 3 == 1;
            let kept = if has_key {
                Self::insist(|| queue.submit(batch.clone()))
            } else {
                queue.submit(batch)
            };
            let ids = kept.into_iter().flatten().map(|kept| kept.id);
            self.acknowledged.lock().unwrap().extend(ids);
            // No more than the workers get done.
            thread::sleep(PAUSE);
        }
    }

    fn work(&self, queue: &dyn Queue, worker: usize) {
        let worker = format!("worker {worker}");
        loop {
            let leased = Self::insist(|| queue.lease(&worker, Duration::from_millis(50))).unwrap();
            let Some(leased) = leased else {
                let counts = Self::insist(|| queue.counts()).unwrap().jobs;
                let left = counts[&JobState::Queued] + counts[&JobState::Running];
                if left == 0 && self.known.load(Ordering::Relaxed) {
                    return;
                }
                continue;
            };
            let finish = || queue.finish(leased.token, chunks(0, 10), Outcome::Recipe);
            match Self::insist(finish) {
                Ok(()) => *self.done.lock().unwrap().entry(leased.job.id).or_default() += 1,
                // It was silent for too long, or an earlier answer did not arrive.
                Err(QueueError::LeaseLost { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Runs a load while something happens, and compares.
pub(super) fn under_load(queues: &[NatsQueue], happens: impl FnOnce()) {
    let ledger = Ledger::default();
    thread::scope(|scope| {
        let submitters: Vec<_> = (0..SUBMITTERS)
            .map(|number| {
                let (ledger, queue) = (&ledger, &queues[number % queues.len()]);
                scope.spawn(move || ledger.submit(queue, number))
            })
            .collect();
        for number in 0..WORKERS {
            let (ledger, queue) = (&ledger, &queues[number % queues.len()]);
            scope.spawn(move || ledger.work(queue, number));
        }
        happens();
        ledger.stop.store(true, Ordering::Relaxed);
        for submitter in submitters {
            submitter.join().unwrap();
        }
        for queue in queues {
            for id in &*ledger.acknowledged.lock().unwrap() {
                Ledger::insist(|| queue.view(*id)).unwrap();
            }
        }
        ledger.known.store(true, Ordering::Relaxed);
    });
    let acknowledged = ledger.acknowledged.into_inner().unwrap();
    let done = ledger.done.into_inner().unwrap();
    assert!(acknowledged.len() > 20, "no load: {}", acknowledged.len());
    let twice: Vec<_> = done.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "done twice: {twice:?}");
    for queue in queues {
        for id in &acknowledged {
            assert_eq!(queue.view(*id).unwrap().state, JobState::Done, "{id}");
        }
        let counts = queue.counts().unwrap().jobs;
        assert!(counts[&JobState::Done] >= acknowledged.len() as u64);
        assert_eq!(counts[&JobState::Done], counts.values().sum::<u64>());
    }
}

fn pass(millis: u64) {
    thread::sleep(Duration::from_millis(millis));
}

#[test]
fn a_server_is_killed_and_comes_back() {
    if !is_there() {
        return;
    }
    let mut servers = Cluster::start(1, SYNCED, "");
    let queues = [opened(&servers, "killed"), opened(&servers, "killed")];
    under_load(&queues, || {
        for _ in 0..3 {
            pass(400);
            servers.nodes[0].kill();
            pass(100);
            servers.nodes[0].start();
        }
        servers.nodes[0].wait();
        pass(700);
    });
}

#[test]
fn one_of_three_servers_is_killed() {
    if !is_there() {
        return;
    }
    let mut servers = Cluster::start(3, SYNCED, "");
    let queues = [opened(&servers, "killed"), opened(&servers, "killed")];
    under_load(&queues, || {
        pass(500);
        // The one that decides about the entries, sooner or later.
        for node in 0..2 {
            servers.nodes[node].kill();
            pass(1500);
            servers.nodes[node].start();
            servers.nodes[node].wait();
            pass(1500);
        }
    });
}

#[test]
#[ignore = "ends in two runs of three, and does not end in the third: a defect that is not found yet"]
fn one_of_three_servers_is_cut_off() {
    if !is_there() {
        return;
    }
    let servers = Cluster::start(3, SYNCED, "");
    let queues = [opened(&servers, "frozen"), opened(&servers, "frozen")];
    under_load(&queues, || {
        pass(500);
        servers.nodes[0].signal("STOP");
        pass(6000);
        servers.nodes[0].signal("CONT");
        pass(500);
    });
}

#[test]
fn a_connection_is_cut() {
    if !is_there() {
        return;
    }
    let servers = Cluster::start(1, SYNCED, "");
    let queues = [opened(&servers, "cut"), opened(&servers, "cut")];
    under_load(&queues, || {
        for length in [50, 300, 1000] {
            pass(200);
            queues[0].cut(Duration::from_millis(length));
            queues[1].cut(Duration::from_millis(length / 2));
            pass(length);
        }
        pass(300);
    });

    // Too long: an error, and soon.
    queues[0].cut(Duration::from_secs(20));
    let began = Instant::now();
    let error = queues[0].submit(vec![job("ada")]).unwrap_err();
    assert!(matches!(error, QueueError::Storage { .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}
