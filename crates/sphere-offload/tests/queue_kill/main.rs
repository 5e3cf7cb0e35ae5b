//! Processes that submit and that work are killed at any moment, or find the disk full. What was acknowledged
//! is there afterwards, is done once, and is right. With a number as argument: so many rounds.
//!
//! This program is its own victim: started with `--as-submitter` or `--as-worker`, it plays that until it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, with a runner of its own"
)]

#[cfg(unix)]
mod full;
mod ledger;
mod newcomers;
mod roles;

use std::io::Read as _;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use ledger::{Ledger, Tally};

/// Fifty kills, some seconds.
const ROUNDS: u64 = 25;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, path, round] = &arguments[..]
        && role.starts_with("--as-")
    {
        return roles::play(role, Path::new(path), round.parse().unwrap());
    }
    let rounds = arguments.get(1).and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let mut sum = Tally::default();
    for first in (0..rounds).step_by(ROUNDS as usize) {
        sum.add(&campaign(first..rounds.min(first + ROUNDS)));
    }
    println!("test {rounds} rounds of two kills: {sum} ... ok");
    println!("test new files: {} ... ok", newcomers::check());
    #[cfg(unix)]
    full::check();
}

/// Some rounds with the same file, and what is left of it.
fn campaign(rounds: Range<u64>) -> Tally {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let mut ledger = Ledger::default();
    for round in rounds {
        let [submitted, done] = kill_both(&path, round);
        ledger.acknowledged(&submitted);
        ledger.done(&done);
        ledger.check(&roles::open(&path));
    }
    let queue = roles::open(&path);
    ledger.resubmit(&queue);
    roles::drain(&queue);
    ledger.settle(&queue)
}

/// What a submitter and a worker said until they were killed: neither with the other, nor at the same time in
/// each round.
fn kill_both(path: &Path, round: u64) -> [String; 2] {
    let after = |factor: u64| Duration::from_millis(40 + round * factor % 160);
    let [submitter, worker] =
        ["--as-submitter", "--as-worker"].map(|role| Victim::new(role, path, round));
    thread::scope(|scope| {
        let killed = [
            scope.spawn(|| submitter.said_until_killed(after(91))),
            scope.spawn(|| worker.said_until_killed(after(143))),
        ];
        killed.map(|said| said.join().unwrap())
    })
}

/// A process that will be killed.
struct Victim(Child);

impl Victim {
    fn new(role: &str, path: &Path, round: u64) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(role).arg(path).arg(round.to_string());
        Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// All that it said, until so long after its first word.
    fn said_until_killed(mut self, later: Duration) -> String {
        let mut said = vec![0];
        let mut output = self.0.stdout.take().unwrap();
        output.read_exact(&mut said).unwrap();
        let rest = thread::spawn(move || {
            output.read_to_end(&mut said).unwrap();
            String::from_utf8(said).unwrap()
        });
        thread::sleep(later);
        assert!(self.0.try_wait().unwrap().is_none(), "it ended by itself");
        drop(self);
        rest.join().unwrap()
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // SIGKILL: it cannot do anything any more.
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
