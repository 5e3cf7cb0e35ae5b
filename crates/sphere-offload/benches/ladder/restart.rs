//! A worker is killed: how soon there is another one.

use std::sync::Arc;
use std::time::Instant;

use crate::setting::{PATIENCE, supervisor};
use crate::statistics::{Times, millis};

const ROUNDS: usize = 100;

pub(crate) fn measure() {
    let supervisor = supervisor();
    let times = (0..ROUNDS).map(|_| {
        let worker = supervisor.wait(PATIENCE).unwrap();
        let started = Instant::now();
        worker.kill();
        loop {
            let next = supervisor.wait(PATIENCE).unwrap();
            if !Arc::ptr_eq(&next, &worker) {
                break started.elapsed();
            }
            // It has not died yet.
            std::thread::yield_now();
        }
    });
    let times = Times::new(times.collect());
    println!("| killed to ready | median, ms | p99, ms | longest, ms |");
    println!("| --- | --- | --- | --- |");
    println!(
        "| {ROUNDS} times | {:.2} | {:.2} | {:.2} |",
        millis(times.median()),
        millis(times.at(0.99)),
        millis(times.at(1.0)),
    );
    println!();
}
