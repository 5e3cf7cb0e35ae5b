//! Permits of many threads: one probe at a time, and no state from which nobody gets out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use shuttle::thread;

use crate::breaker::{Backoff, Fault, Gate, Permit, State, Tolerance};
use crate::{check, join};

const PAUSE: Duration = Duration::from_secs(1);

/// A gate that one failure opens, for a second.
fn gate() -> Gate {
    let backoff = Backoff { first: PAUSE, most: PAUSE, seed: 7 };
    Gate::new(Tolerance { failures: 1, backoff })
}

/// How a job ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Well,
    Failed,
    Dropped,
}

fn end(permit: Permit, how: End, now: Instant) {
    match how {
        End::Well => permit.succeeded(),
        End::Failed => permit.failed(Fault::Passing, now),
        End::Dropped => drop(permit),
    }
}

pub(super) fn one_probes_at_a_time_and_the_gate_is_never_stuck() {
    for ends in [[End::Well, End::Failed, End::Dropped], [End::Failed; 3], [End::Dropped; 3]] {
        check(move || {
            let (gate, start) = (gate(), Instant::now());
            end(gate.enter(start).unwrap(), End::Failed, start);
            let (later, probes) = (start + PAUSE, Arc::new(AtomicUsize::new(0)));
            let jobs = ends.map(|how| {
                let (gate, probes) = (gate.clone(), Arc::clone(&probes));
                thread::spawn(move || {
                    for _ in 0..2 {
                        let Ok(permit) = gate.enter(later) else { continue };
                        if permit.is_probe() {
                            assert_eq!(probes.fetch_add(1, Ordering::Relaxed), 0, "two at a time");
                            thread::yield_now();
                            probes.fetch_sub(1, Ordering::Relaxed);
                        }
                        end(permit, how, later);
                    }
                })
            });
            join(jobs);
            assert_ne!(gate.state(), State::HalfOpen, "a probe was forgotten");
            let permit = gate.enter(later + 2 * PAUSE).unwrap();
            end(permit, End::Well, later);
            assert_eq!(gate.state(), State::Closed { failures: 0 });
        });
    }
}

pub(super) fn what_was_admitted_before_the_engine_failed_closes_nothing() {
    check(|| {
        let (gate, now) = (gate(), Instant::now());
        let permits = [End::Failed, End::Well, End::Dropped];
        let permits = permits.map(|how| (how, gate.enter(now).unwrap()));
        let jobs = permits.map(|(how, permit)| thread::spawn(move || end(permit, how, now)));
        join(jobs);
        assert!(matches!(gate.state(), State::Open { until } if until > now), "{:?}", gate.state());
    });
}

/// Jobs of an engine that was lost hear of it sooner or later; by then there may be a new one.
pub(super) fn what_was_admitted_before_the_engine_failed_opens_nothing_afterwards() {
    check(|| {
        let (gate, now) = (gate(), Instant::now());
        let (first, late) = (gate.enter(now).unwrap(), gate.enter(now).unwrap());
        end(first, End::Failed, now);
        let late = thread::spawn(move || end(late, End::Failed, now));
        end(gate.enter(now + PAUSE).unwrap(), End::Well, now + PAUSE);
        late.join().unwrap();
        assert_eq!(gate.state(), State::Closed { failures: 0 });
    });
}
