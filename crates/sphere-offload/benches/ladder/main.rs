//! What the ladder costs while all is well, and how soon it goes on when a worker ends:
//! `cargo bench --package sphere-offload --bench ladder`, with a name of a part to measure that alone.
//!
//! Prints Markdown tables. The engine is `scripted`, which computes what the CPU does, in this process or in
//! a worker: what is measured is the way there, not a device. This program is its own worker.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that measures, and has nobody to tell what went wrong but whoever runs it"
)]

#[cfg(target_os = "linux")]
mod failover;
#[cfg(target_os = "linux")]
mod healthy;
#[cfg(target_os = "linux")]
mod large;
#[cfg(target_os = "linux")]
mod restart;
#[cfg(target_os = "linux")]
mod setting;
mod statistics;

/// The parts by name.
#[cfg(target_os = "linux")]
const PARTS: [(&str, fn()); 4] = [
    ("healthy", healthy::measure),
    ("large", large::measure),
    ("restart", restart::measure),
    ("failover", failover::measure),
];

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == setting::SERVE {
        return setting::serve();
    }
    for (name, measure) in PARTS {
        // `cargo bench` adds a flag of its own.
        if argument.starts_with('-') || name.contains(&argument) {
            measure();
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("engines have no processes of their own on this system");
}
