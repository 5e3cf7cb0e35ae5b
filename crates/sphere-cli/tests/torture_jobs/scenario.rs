//! What is broken, how often, and on which queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sphere_offload::queue::{Address, JobResult, Limits, Queue, SystemClock};
use tempfile::TempDir;

use crate::chance::Chance;
use crate::fleet::Fleet;
use crate::ledger::Row;
use crate::load::{Seen, client};

const CLIENTS: usize = 3;
const WORKERS: usize = 2;
/// Between blows, at most. A process that comes back takes a fifth of it.
const MOST_PAUSE: Duration = Duration::from_millis(900);
/// By then everything has ended: leases of 10 s, pauses between attempts of 1 s, 2 s, 4 s.
const PATIENCE: Duration = Duration::from_mins(3);

/// A way to break things.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Faults that servers and workers are started with, each life anew.
    faults: &'static str,
    /// Blows, in `make test` and in full.
    blows: (usize, usize),
}

/// All of them.
pub(crate) const SCENARIOS: [Scenario; 4] = [
    Scenario { name: "sqlite: kills", faults: "", blows: (16, 1000) },
    Scenario { name: "sqlite: disk full", faults: "disk-full:1.5@1", blows: (8, 100) },
    Scenario { name: "sqlite: fsync refused", faults: "fsync-fail:1.5@1", blows: (8, 100) },
    Scenario {
        name: "sqlite: clocks jump",
        faults: "clock-jump:3600@1,clock-jump:-7200@2",
        blows: (8, 100),
    },
];

impl Scenario {
    /// Breaks things, and tells what came of it.
    pub(crate) fn run(&self, is_full: bool) -> Row {
        let began = Instant::now();
        let folder = tempfile::tempdir().unwrap();
        let address = address(&folder, "queue.sqlite");
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
            while row.kills.values().sum::<u64>() < blows as u64 {
                thread::sleep(chance.pause(MOST_PAUSE));
                if let Some(victim) = fleet.strike(&mut chance) {
                    *row.kills.entry(victim).or_default() += 1;
                }
                row.other += fleet.revive() as u64;
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
