//! What is broken, how often, and on which queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sphere_offload::queue::{Address, JobResult, Limits, Queue, SystemClock};
use tempfile::TempDir;

use crate::brokers::{self, Cluster, SYNCED};
use crate::chance::Chance;
use crate::fleet::Fleet;
use crate::ledger::Row;
use crate::load::{Seen, client};

const CLIENTS: usize = 3;
const WORKERS: usize = 2;
/// Between blows, at most. A process that comes back takes a fifth of it.
const MOST_PAUSE: Duration = Duration::from_millis(900);
/// A broker is away so long at most.
const MOST_AWAY: Duration = Duration::from_secs(2);
/// Brokers that have lost one need up to 9 s to elect another leader; one that comes back needs time as well.
const ELECTION: Duration = Duration::from_secs(10);
/// By then everything has ended: leases of 10 s, pauses between attempts of 1 s, 2 s, 4 s.
const PATIENCE: Duration = Duration::from_mins(3);

/// A way to break things.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Brokers that keep the queue; none is a file.
    brokers: usize,
    /// Faults that servers and workers are started with, each life anew.
    faults: &'static str,
    /// Blows, in `make test` and in full.
    blows: (usize, usize),
}

/// All of them.
pub(crate) const SCENARIOS: [Scenario; 7] = [
    Scenario { name: "sqlite: kills", brokers: 0, faults: "", blows: (16, 1000) },
    Scenario { name: "sqlite: disk full", brokers: 0, faults: "disk-full:1.5@1", blows: (6, 100) },
    Scenario {
        name: "sqlite: fsync refused",
        brokers: 0,
        faults: "fsync-fail:1.5@1",
        blows: (6, 100),
    },
    Scenario {
        name: "sqlite: clocks jump",
        brokers: 0,
        faults: "clock-jump:3600@1,clock-jump:-7200@2",
        blows: (6, 100),
    },
    Scenario { name: "one broker: killed too", brokers: 1, faults: "", blows: (8, 1000) },
    Scenario { name: "three brokers: one cut off", brokers: 3, faults: "", blows: (8, 1000) },
    Scenario {
        name: "three brokers: cut from all",
        brokers: 3,
        faults: "broker-cut:2@1,clock-jump:3600@2",
        blows: (6, 100),
    },
];

impl Scenario {
    /// Whether there are brokers, if it needs some.
    pub(crate) fn is_possible(&self) -> bool {
        self.brokers == 0 || brokers::is_there()
    }

    /// Breaks things, and tells what came of it.
    pub(crate) fn run(&self, is_full: bool) -> Row {
        let began = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let mut brokers = Brokers::start(self.brokers);
        let address = match &brokers {
            Some(brokers) => brokers.cluster.address(),
            None => address(&folder, "queue.sqlite"),
        };
        let undisturbed = undisturbed(&folder);
        let further: &[&str] = if self.faults.is_empty() { &[] } else { &["--fault", self.faults] };
        let mut fleet = Fleet::start(&address, WORKERS, further);
        let mut row = Row { scenario: self.name, ..Row::default() };
        let done = AtomicBool::new(false);
        let (server, done) = (fleet.server, &done);
        let blows = if is_full { self.blows.1 } else { self.blows.0 };
        let seen: Vec<Seen> = thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|number| scope.spawn(move || client(server, number, done)))
                .collect();
            let mut chance = Chance(self.name.len() as u64);
            let mut next = Instant::now();
            while row.kills.values().sum::<u64>() < blows as u64 {
                thread::sleep(chance.pause(MOST_PAUSE));
                if let Some(victim) = fleet.strike(&mut chance) {
                    *row.kills.entry(victim).or_default() += 1;
                }
                row.other += fleet.revive() as u64;
                if let Some(brokers) = &mut brokers
                    && Instant::now() >= next
                {
                    brokers.strike(&mut chance);
                    row.other += 1;
                    next = Instant::now() + ELECTION + chance.pause(ELECTION);
                }
            }
            done.store(true, Ordering::Relaxed);
            clients.into_iter().map(|client| client.join().unwrap()).collect()
        });
        let queue = open(&address);
        row.settle(&*queue, &seen, &undisturbed, PATIENCE);
        row.took = began.elapsed();
        println!("{row}");
        row
    }
}

/// Those that keep a queue.
struct Brokers {
    cluster: Cluster,
}

impl Brokers {
    fn start(count: usize) -> Option<Self> {
        (count > 0).then(|| Self { cluster: Cluster::start(count, SYNCED, "") })
    }

    /// Kills one, or one of several is out of reach for a while; then it comes back.
    fn strike(&mut self, chance: &mut Chance) {
        let at = chance.below(self.cluster.nodes.len());
        let (is_alone, node) = (self.cluster.nodes.len() == 1, &mut self.cluster.nodes[at]);
        let away = chance.pause(MOST_AWAY);
        if is_alone || chance.below(2) == 0 {
            node.kill();
            thread::sleep(away);
            node.start();
        } else {
            node.signal("STOP");
            thread::sleep(away);
            node.signal("CONT");
        }
    }
}

fn address(folder: &TempDir, name: &str) -> String {
    format!("sqlite:{}", folder.path().join(name).display())
}

fn open(address: &str) -> Arc<dyn Queue> {
    let address: Address = address.parse().unwrap();
    address.open(Limits::default(), Arc::new(SystemClock::default())).unwrap()
}

/// The result of each document, of a server that nobody disturbs.
fn undisturbed(folder: &TempDir) -> Vec<JobResult> {
    let address = address(folder, "undisturbed.sqlite");
    let fleet = Fleet::start(&address, 0, &[]);
    let ids = crate::load::each_once(fleet.server);
    let queue = open(&address);
    let began = Instant::now();
    let result = |id| loop {
        let view = queue.view(id).unwrap();
        if let Some(result) = view.result {
            return result;
        }
        assert!(!view.state.is_final() && began.elapsed() < PATIENCE, "{view:?}");
        thread::sleep(Duration::from_millis(10));
    };
    ids.into_iter().map(result).collect()
}
