//! Jobs of a worker that is killed at any moment: every one hears one end, every slot of a job that was not
//! lost comes home, and none does that a worker may still write to.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use shuttle::sync::mpsc::{Receiver, RecvError, Sender, channel};
use shuttle::thread;
use sphere_engine::EngineError;

use super::jobs::{Event, Jobs};
use super::numbers::{Number, Numbers};
use super::slots::{Board, all_of};
use crate::{check, join};

/// Blocks of every job.
const BLOCKS: u64 = 2;

const ENDED: &str = "the worker ended";

/// Slots that a job begins with: of those that it is lent besides, one is of no use any more.
const SLOTS: usize = 2;

/// As those of the protocol.
enum Order {
    Run { job: u64, slots: Vec<usize> },
    Lend { job: u64, slot: usize },
    Stop { job: u64 },
}

/// What the threads of one model share.
struct Link {
    jobs: Jobs,
    numbers: Arc<Numbers>,
    board: Arc<Board>,
    killed: AtomicBool,
    poisoned: AtomicBool,
    losses: Arc<AtomicUsize>,
}

impl Link {
    fn new(slots: usize) -> Arc<Self> {
        let (numbers, losses) = (Numbers::here(slots), Arc::new(AtomicUsize::new(0)));
        let told = Arc::clone(&losses);
        let on_loss = Box::new(move || {
            told.fetch_add(1, Ordering::Relaxed);
        });
        let (jobs, board) = (Jobs::new(Arc::clone(&numbers), on_loss), Arc::default());
        let (killed, poisoned) = (AtomicBool::new(false), AtomicBool::new(false));
        Arc::new(Self { jobs, numbers, board, killed, poisoned, losses })
    }
}

/// A worker, and the thread that hears it: until nobody has orders, or it is killed, as it may be between
/// any two steps. The slots that it had then.
fn work(link: &Link, orders: Receiver<Order>) -> Vec<usize> {
    let mut running: BTreeMap<u64, (Vec<usize>, u64)> = BTreeMap::new();
    let is_killed = || link.killed.load(Ordering::Relaxed);
    while let Ok(order) = orders.recv() {
        if is_killed() {
            break;
        }
        let job = match order {
            Order::Run { job, slots } => {
                running.insert(job, (slots, 0));
                job
            }
            Order::Lend { job, slot } => {
                if let Some((slots, _)) = running.get_mut(&job) {
                    slots.push(slot);
                }
                job
            }
            Order::Stop { job } => {
                if running.remove(&job).is_some() {
                    let error = EngineError::Failed { reason: "stopped".to_string() };
                    link.jobs.ended(job, Event::Failed { error }).unwrap();
                }
                continue;
            }
        };
        let Some((slots, next)) = running.get_mut(&job) else { continue };
        if link.poisoned.load(Ordering::Relaxed) {
            link.jobs.lost_by(job, ENDED).unwrap();
            break;
        }
        while *next < BLOCKS && !is_killed() {
            let Some(slot) = slots.pop() else { break };
            link.jobs.filled(job, slot, *next..*next + 1).unwrap();
            *next += 1;
        }
        if *next == BLOCKS && !is_killed() {
            running.remove(&job);
            link.jobs.ended(job, Event::Done { attempts: 0 }).unwrap();
        }
    }
    // The socket is closed some time before it is known what became of the process.
    drop(orders);
    link.jobs.lose(ENDED);
    // Now its process is waited for.
    thread::yield_now();
    link.jobs.end(ENDED);
    running.into_values().flat_map(|(slots, _)| slots).collect()
}

/// How a job went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Lost,
    /// It went away by itself.
    Left,
}

/// One job, as a client runs it; it goes away after so many blocks.
fn run(link: &Link, orders: &Sender<Order>, leave_after: u64) -> End {
    let slots = std::iter::from_fn(|| link.numbers.take()).take(SLOTS);
    let slots: Vec<usize> = slots.map(Number::give_away).collect();
    let (job, events) = match link.jobs.begin(&slots) {
        Ok(begun) => begun,
        Err(error) => return lost(&error),
    };
    if orders.send(Order::Run { job, slots }).is_err() {
        return lost(&link.jobs.gone("the socket is closed"));
    }
    let mut next = 0;
    loop {
        match events.recv() {
            Ok(Event::Filled(number, points)) => {
                assert_eq!(points, next..next + 1);
                next = points.end;
                drop(link.board.had(number));
                if next == leave_after {
                    let _ = orders.send(Order::Stop { job });
                    return End::Left;
                }
                if next < BLOCKS
                    && let Some(number) = link.numbers.take()
                    && let Some(slot) = link.jobs.lend(job, number)
                    && orders.send(Order::Lend { job, slot }).is_err()
                {
                    return lost(&link.jobs.gone("the socket is closed"));
                }
            }
            Ok(Event::Done { .. }) => {
                assert_eq!((next, events.recv().err()), (BLOCKS, Some(RecvError)), "two ends");
                return End::Done;
            }
            Ok(Event::NoDirection { row }) => panic!("{row} of points"),
            Ok(Event::Failed { error }) => {
                assert_eq!(events.recv().err(), Some(RecvError), "two ends");
                return lost(&error);
            }
            Err(RecvError) => panic!("no end"),
        }
    }
}

/// Says why.
fn lost(error: &EngineError) -> End {
    let EngineError::Lost { reason } = error else { panic!("{error}") };
    assert_eq!(reason, ENDED);
    End::Lost
}

/// What becomes of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    Killed,
    /// Its engine is lost, which it says.
    Poisoned,
}

/// Runs jobs at once, some of which go away early. There are slots for all.
fn together(leave_after: &'static [u64], fate: Fate) {
    check(move || {
        let slots = (SLOTS + 1) * leave_after.len();
        let (link, (order, orders)) = (Link::new(slots), channel());
        let worked = Arc::clone(&link);
        let worker = thread::spawn(move || work(&worked, orders));
        let jobs = leave_after.iter().map(|leave_after| {
            let (link, order) = (Arc::clone(&link), order.clone());
            thread::spawn(move || {
                let end = run(&link, &order, *leave_after);
                let left = *leave_after <= BLOCKS;
                let well = if left { End::Left } else { End::Done };
                assert!(end == well || fate != Fate::Stays && end == End::Lost, "{end:?}");
            })
        });
        let jobs: Vec<_> = jobs.collect();
        drop(order);
        thread::yield_now();
        link.killed.store(fate == Fate::Killed, Ordering::Relaxed);
        link.poisoned.store(fate == Fate::Poisoned, Ordering::Relaxed);
        join(jobs);
        let kept = worker.join().unwrap();
        assert_eq!(link.jobs.lost().as_deref(), Some(ENDED));
        assert!(link.jobs.has_ended());
        assert_eq!(link.losses.load(Ordering::Relaxed), 1, "told once");
        let home = all_of(&link.numbers);
        if fate == Fate::Stays {
            assert_eq!(home, (0..slots).collect::<Vec<_>>(), "slots at home");
        } else {
            assert!(kept.iter().all(|slot| !home.contains(slot)), "{kept:?}, {home:?} at home");
        }
        // Lost is lost, and the slots of who comes too late come back.
        let Some(number) = link.numbers.take() else { return };
        let error = link.jobs.begin(&[number.give_away()]).unwrap_err();
        assert_eq!(lost(&error), End::Lost);
        assert_eq!(all_of(&link.numbers), home);
    });
}

const STAYS: u64 = u64::MAX;

pub(crate) fn jobs_of_a_worker_that_stays_are_done() {
    together(&[STAYS, STAYS], Fate::Stays);
}

pub(crate) fn jobs_that_go_away_leave_no_slot_behind() {
    together(&[1, BLOCKS], Fate::Stays);
    together(&[1, STAYS], Fate::Stays);
}

pub(crate) fn jobs_of_a_worker_that_is_killed_hear_it_once() {
    together(&[STAYS, STAYS], Fate::Killed);
    together(&[1, STAYS], Fate::Killed);
}

pub(crate) fn jobs_of_a_worker_whose_engine_is_lost_hear_it_once() {
    together(&[STAYS, STAYS], Fate::Poisoned);
    together(&[1, STAYS], Fate::Poisoned);
}
