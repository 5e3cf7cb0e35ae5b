//! Servers, workers and the processes of their engines are killed at random moments under load, with whatever
//! else a scenario breaks: every job that was acknowledged ends once, with the result of an undisturbed run.
//!
//! `SPHERE_TORTURE=full` is the size of the table in `docs/jobs.md`. An argument chooses scenarios by name.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, with a runner of its own"
)]

#[path = "../../../sphere-offload/tests/queue/nats/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the queue")]
mod brokers;
mod chance;
mod fleet;
mod ledger;
mod load;
mod scenario;

use std::thread;

use self::scenario::SCENARIOS;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_full = std::env::var("SPHERE_TORTURE").is_ok_and(|size| size == "full");
    let chosen = SCENARIOS.iter().filter(|scenario| scenario.is_possible()).filter(|scenario| {
        wanted.is_empty() || wanted.iter().any(|word| scenario.name.contains(word.as_str()))
    });
    let rows: Vec<_> = if is_full {
        chosen.map(|scenario| scenario.run(true)).collect()
    } else {
        // They wait for leases most of the time.
        thread::scope(|scope| {
            let runs: Vec<_> = chosen.map(|one| scope.spawn(|| one.run(false))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        })
    };
    println!("\n{}", ledger::HEAD);
    for row in &rows {
        println!("{row}");
    }
    let sound = rows.iter().all(ledger::Row::is_sound);
    assert!(sound, "jobs were lost, doubled, wrong or stuck");
}
