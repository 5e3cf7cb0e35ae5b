//! Model check: what threads share is run under a scheduler that decides at every lock, wait and message
//! who goes next, and tries many such orders. Times never run out here: who would be woken by a clock
//! alone waits for ever, and is found.
//!
//! The files are those of the crate, compiled with locks of the checker (`sync` below) in place of the
//! system's; nothing of it is in the crate. `SPHERE_MODEL_ROUNDS` says how many orders of each model are
//! tried.

#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "files of the crate, of which a part is used here, and a runner of its own"
)]

use std::time::Instant;

#[path = "../../src/breaker/mod.rs"]
mod breaker;
mod gate;
mod replaced;
#[path = "../../src/supervisor/mod.rs"]
mod supervisor;
#[path = "../../src/ladder/supply.rs"]
mod supply;
mod worker;

/// As `crate::ladder` of the crate, as far as supervisors know it.
mod ladder {
    pub use crate::supply::{Ending, Supply};
}

/// As `crate::sync` of the crate.
mod sync {
    pub(crate) use shuttle::sync::mpsc::{Receiver, Sender, channel};
    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use shuttle::thread::{self, JoinHandle};
}

/// Models by name. A runner of their own, because that of Rust would run the tests that stand in those
/// files as well, outside of the scheduler.
const MODELS: [(&str, fn()); 15] = [
    ("one_probes_at_a_time", gate::one_probes_at_a_time_and_the_gate_is_never_stuck),
    ("earlier_closes_nothing", gate::what_was_admitted_before_the_engine_failed_closes_nothing),
    (
        "earlier_opens_nothing",
        gate::what_was_admitted_before_the_engine_failed_opens_nothing_afterwards,
    ),
    ("slots_to_and_fro", worker::slots::slots_go_to_and_fro_and_nobody_has_one_twice),
    (
        "slots_given_back",
        worker::slots::what_threads_of_an_engine_still_fill_is_given_back_when_they_let_go,
    ),
    ("slots_of_a_job", worker::slots::a_slot_that_an_engine_let_go_of_is_used_by_its_job_alone),
    ("slots_come_back", worker::slots::slots_of_a_worker_that_is_gone_come_back_once),
    ("jobs_are_done", worker::ends::jobs_of_a_worker_that_stays_are_done),
    ("jobs_go_away", worker::ends::jobs_that_go_away_leave_no_slot_behind),
    ("jobs_of_a_killed_worker", worker::ends::jobs_of_a_worker_that_is_killed_hear_it_once),
    ("jobs_of_a_lost_engine", worker::ends::jobs_of_a_worker_whose_engine_is_lost_hear_it_once),
    ("who_waits_gets_the_next", replaced::who_waits_gets_the_next_worker),
    ("replaced_unasked", replaced::a_worker_that_ends_is_replaced_where_nobody_asks),
    ("a_start_that_fails", replaced::a_start_that_fails_is_tried_again_for_who_waits),
    ("absent", replaced::nobody_waits_for_an_engine_that_is_not_here),
];

fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    for (name, model) in MODELS {
        // As runners of Rust's tests are filtered.
        if argument.starts_with('-') || name.contains(&argument) {
            let started = Instant::now();
            model();
            println!("model {name} ... ok, {:.1} s", started.elapsed().as_secs_f64());
        }
    }
}

/// Orders of a model that are tried, unless the environment says otherwise.
const ROUNDS: usize = 40_000;

/// Tries orders: half at random, half with few changes of thread at random places, which finds what
/// needs a thread to be held up for long.
fn check(model: impl Fn() + Clone + Send + Sync + 'static) {
    let rounds = std::env::var("SPHERE_MODEL_ROUNDS").ok().map(|text| text.parse().unwrap());
    let rounds = rounds.unwrap_or(ROUNDS) / 2;
    shuttle::check_random_with_seed(model.clone(), 7, rounds);
    for changes in 2..=3 {
        shuttle::check_pct(model.clone(), rounds / 2, changes);
    }
}

fn join(threads: impl IntoIterator<Item = shuttle::thread::JoinHandle<()>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}
