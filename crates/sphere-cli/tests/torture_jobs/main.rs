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

mod chance;
mod fleet;
mod ledger;
mod load;
mod scenario;

use self::scenario::SCENARIOS;

fn main() {
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_full = std::env::var("SPHERE_TORTURE").is_ok_and(|size| size == "full");
    let chosen = SCENARIOS.iter().filter(|scenario| {
        wanted.is_empty() || wanted.iter().any(|word| scenario.name.contains(word.as_str()))
    });
    let mut rows = Vec::new();
    for scenario in chosen {
        rows.push(scenario.run(is_full));
    }
    println!("\n{}", ledger::HEAD);
    for row in &rows {
        println!("{row}");
    }
    let sound = rows.iter().all(ledger::Row::is_sound);
    assert!(sound, "jobs were lost, doubled, wrong or stuck");
}
