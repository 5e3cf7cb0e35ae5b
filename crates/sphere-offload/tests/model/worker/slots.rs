//! No slot is had twice, none is lost, and nobody waits for ever for one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use shuttle::sync::mpsc::{Receiver, Sender, channel};
use shuttle::thread;

use super::numbers::{Number, Numbers};
use crate::{check, join};

/// Who has what, on both sides together: at most one each.
#[derive(Default)]
pub(super) struct Board([AtomicBool; 6]);

/// A number that is on the board while somebody has it.
pub(super) struct Had {
    number: Option<Number>,
    board: Arc<Board>,
}

impl Board {
    pub(super) fn had(self: &Arc<Self>, number: Number) -> Had {
        let twice = self.0[number.index()].swap(true, Ordering::Relaxed);
        assert!(!twice, "slot {} is had twice", number.index());
        // Used for a while, in which others may go on.
        thread::yield_now();
        Had { number: Some(number), board: Arc::clone(self) }
    }
}

impl Had {
    /// From here on the slot is a number on its way, which nobody has. To be sure of that it is off the
    /// board only when it has been given away.
    fn give_away(mut self) -> usize {
        let index = self.number.take().unwrap().give_away();
        self.board.0[index].store(false, Ordering::Relaxed);
        index
    }
}

impl Drop for Had {
    fn drop(&mut self) {
        if let Some(number) = self.number.take() {
            self.board.0[number.index()].store(false, Ordering::Relaxed);
        }
    }
}

pub(super) fn all_of(numbers: &Arc<Numbers>) -> Vec<usize> {
    let taken: Vec<Number> = std::iter::from_fn(|| numbers.take()).collect();
    taken.iter().map(Number::index).collect()
}

/// Fills slots until there are no more.
fn fill(
    there: &Arc<Numbers>,
    board: &Arc<Board>,
    orders: &Receiver<usize>,
    answers: &Sender<usize>,
) {
    while let Ok(index) = orders.recv() {
        let had = board.had(there.received(index).unwrap());
        answers.send(had.give_away()).unwrap();
    }
}

pub(crate) fn slots_go_to_and_fro_and_nobody_has_one_twice() {
    check(|| {
        let (here, there) = (Numbers::here(3), Numbers::there(3));
        let board = Arc::new(Board::default());
        let jobs: Vec<_> = (0..2)
            .map(|_| {
                let (order, orders) = channel();
                let (answer, answers) = channel();
                let (numbers, on) = (Arc::clone(&there), Arc::clone(&board));
                let filler = thread::spawn(move || fill(&numbers, &on, &orders, &answer));
                let (numbers, on) = (Arc::clone(&here), Arc::clone(&board));
                let client = thread::spawn(move || {
                    for _ in 0..2 {
                        let Some(number) = numbers.take() else { continue };
                        order.send(on.had(number).give_away()).unwrap();
                        let index = answers.recv().unwrap();
                        drop(on.had(numbers.received(index).unwrap()));
                    }
                });
                [filler, client]
            })
            .collect();
        join(jobs.into_iter().flatten());
        assert_eq!(all_of(&here), [0, 1, 2]);
        assert_eq!(all_of(&there), []);
    });
}

pub(crate) fn what_threads_of_an_engine_still_fill_is_given_back_when_they_let_go() {
    check(|| {
        let there = Numbers::there(3);
        let board = Arc::new(Board::default());
        let fillers: Vec<_> = (0..2)
            .map(|index| {
                let had = board.had(there.received(index).unwrap());
                thread::spawn(move || drop(had))
            })
            .collect();
        // Another job of the same worker is under way.
        let had = board.had(there.received(2).unwrap());
        let other = thread::spawn(move || had.give_away());
        there.give_back(&BTreeSet::from([0, 1]));
        for index in 0..2 {
            assert!(!board.0[index].load(Ordering::Relaxed), "slot {index} was in use");
            assert!(there.received(index).is_some(), "slot {index} is not on the other side");
        }
        join(fillers);
        assert_eq!(other.join().unwrap(), 2);
        assert!(there.received(2).is_some());
    });
}

pub(crate) fn a_slot_that_an_engine_let_go_of_is_used_by_its_job_alone() {
    check(|| {
        let there = Numbers::there(2);
        let board = Arc::new(Board::default());
        let jobs: Vec<_> = (0..2)
            .map(|index| {
                let (there, board) = (Arc::clone(&there), Arc::clone(&board));
                thread::spawn(move || {
                    let held = BTreeSet::from([index]);
                    drop(board.had(there.received(index).unwrap()));
                    // Points in other memory are copied into a slot of the job.
                    let had = board.had(there.take_one_of(&held).unwrap());
                    assert_eq!(had.give_away(), index);
                    there.give_back(&BTreeSet::new());
                })
            })
            .collect();
        join(jobs);
        assert_eq!(all_of(&there), []);
    });
}

pub(crate) fn slots_of_a_worker_that_is_gone_come_back_once() {
    check(|| {
        let here = Numbers::here(2);
        let board = Arc::new(Board::default());
        let away: BTreeSet<usize> = (0..2).map(|_| here.take().unwrap().give_away()).collect();
        // One slot arrives as the loss is told: whoever comes second gets nothing.
        let (numbers, on) = (Arc::clone(&here), Arc::clone(&board));
        let arrives = thread::spawn(move || drop(numbers.received(0).map(|number| on.had(number))));
        let (numbers, on) = (Arc::clone(&here), Arc::clone(&board));
        let taker = thread::spawn(move || drop(numbers.take().map(|number| on.had(number))));
        here.come_back(&away);
        arrives.join().unwrap();
        taker.join().unwrap();
        assert_eq!(all_of(&here), [0, 1]);
    });
}
