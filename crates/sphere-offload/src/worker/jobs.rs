//! The jobs that a worker has under way, and what each of them hears.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use sphere_engine::EngineError;

use super::numbers::{Number, Numbers};
use crate::sync::{Condvar, Mutex, MutexGuard, Receiver, Sender, channel};

/// How long one who finds the socket closed waits to hear why.
const UNTIL_TOLD: Duration = Duration::from_secs(2);

/// What is done once a worker is lost and its process has ended, by the thread that finds out.
pub type OnLoss = Box<dyn Fn() + Send + Sync>;

/// All jobs of a worker. Each hears one end: the worker's, or that the worker is no more.
pub(super) struct Jobs {
    numbers: Arc<Numbers>,
    state: Mutex<State>,
    /// The loss is known.
    told: Condvar,
    /// Who else is told of it.
    on_loss: OnLoss,
}

#[derive(Debug)]
struct State {
    running: BTreeMap<u64, Running>,
    next: u64,
    /// Why there will be no more.
    lost: Option<String>,
    /// Nothing is left of its process.
    ended: bool,
    /// When the worker was asked to say something, if it has said nothing since.
    asked: Option<Instant>,
}

/// A job that the worker has not ended.
#[derive(Debug)]
struct Running {
    events: Sender<Event>,
    /// Slots that are with the worker.
    away: BTreeSet<usize>,
}

/// What a job hears.
#[derive(Debug)]
pub(super) enum Event {
    /// These points are in a slot.
    Filled(Number, Range<u64>),
    /// The end.
    Done {
        /// Candidates that were looked at.
        attempts: u64,
    },
    /// A direction that is none: its row.
    NoDirection {
        /// Counted from the first of the job.
        row: u64,
    },
    /// An end before the end.
    Failed {
        /// Why.
        error: EngineError,
    },
}

impl Jobs {
    pub(super) fn new(numbers: Arc<Numbers>, on_loss: OnLoss) -> Self {
        let (running, lost, asked) = (BTreeMap::new(), None, None);
        let state = Mutex::new(State { running, next: 0, lost, ended: false, asked });
        Self { numbers, state, told: Condvar::new(), on_loss }
    }

    /// A new job, with these slots, which are given away. If the worker is no more, they come back.
    pub(super) fn begin(&self, slots: &[usize]) -> Result<(u64, Receiver<Event>), EngineError> {
        let mut state = self.state();
        let away: BTreeSet<usize> = slots.iter().copied().collect();
        if let Some(reason) = state.lost.clone() {
            self.numbers.come_back(&away);
            return Err(lost(&reason));
        }
        let (events, receiver) = channel();
        let number = state.next;
        state.next += 1;
        state.running.insert(number, Running { events, away });
        Ok((number, receiver))
    }

    /// Gives one more slot to a job: the number that the worker is to be told. `None` where the job has
    /// ended, which it hears next.
    pub(super) fn lend(&self, job: u64, slot: Number) -> Option<usize> {
        // Under the lock: an end has all slots come back that are away by then.
        let mut state = self.state();
        let running = state.running.get_mut(&job)?;
        let slot = slot.give_away();
        running.away.insert(slot);
        Some(slot)
    }

    /// The worker is alive.
    pub(super) fn heard(&self) {
        self.state().asked = None;
    }

    /// The worker says that it has filled a slot of a job.
    pub(super) fn filled(&self, job: u64, slot: usize, points: Range<u64>) -> Result<(), String> {
        let mut state = self.state();
        let running = state.running.get_mut(&job).ok_or("points of no job")?;
        if !running.away.remove(&slot) {
            return Err("points in a slot that the worker had not got".to_string());
        }
        let slot = self.numbers.received(slot).ok_or("no such slot")?;
        // Where nobody wants the points any more, the slot is dropped, and free.
        let _ = running.events.send(Event::Filled(slot, points));
        Ok(())
    }

    /// The worker says that a job has come to an end: it has let go of all its slots.
    pub(super) fn ended(&self, job: u64, event: Event) -> Result<(), String> {
        let mut state = self.state();
        let Running { events, away } = state.running.remove(&job).ok_or("an end of no job")?;
        self.numbers.come_back(&away);
        let _ = events.send(event);
        Ok(())
    }

    /// The worker says that a job has lost its engine, which is so for the life of its process. Nobody
    /// knows what its device still does: the slots do not come back.
    pub(super) fn lost_by(&self, job: u64, reason: &str) -> Result<(), String> {
        let mut state = self.state();
        let Running { events, .. } = state.running.remove(&job).ok_or("an end of no job")?;
        state.lost = Some(reason.to_string());
        let _ = events.send(Event::Failed { error: lost(reason) });
        Ok(())
    }

    /// All that is under way is lost. Slots that the worker has may still be written to, and nobody
    /// gets them any more: they go with their memory, which no other worker has.
    pub(super) fn lose(&self, reason: &str) {
        let mut state = self.state();
        state.lost = Some(reason.to_string());
        self.told.notify_all();
        for Running { events, .. } in std::mem::take(&mut state.running).into_values() {
            let _ = events.send(Event::Failed { error: lost(reason) });
        }
    }

    /// Nothing is left of the process of a worker that is lost, which ended as `reason` says.
    pub(super) fn end(&self, reason: &str) {
        let mut state = self.state();
        (state.lost, state.ended) = (Some(reason.to_string()), true);
        drop(state);
        (self.on_loss)();
    }

    /// Why there is no worker: what became of its process, which is about to be told, or else `what`.
    pub(super) fn gone(&self, what: &str) -> EngineError {
        let unknown = |state: &mut State| state.lost.is_none();
        let told = self.told.wait_timeout_while(self.state(), UNTIL_TOLD, unknown);
        let state = told.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        EngineError::Lost { reason: state.lost.clone().unwrap_or_else(|| what.to_string()) }
    }

    /// Why the worker is no more, if it is not.
    pub(super) fn lost(&self) -> Option<String> {
        self.state().lost.clone()
    }

    /// Whether nothing is left of the process of a worker that is lost.
    pub(super) fn has_ended(&self) -> bool {
        self.state().ended
    }

    /// How long the worker has not answered, and whether it is to be asked now.
    pub(super) fn silence(&self) -> (Duration, bool) {
        let mut state = self.state();
        if let Some(asked) = state.asked {
            return (asked.elapsed(), false);
        }
        state.asked = Some(Instant::now());
        (Duration::ZERO, true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Jobs").field("state", &self.state).finish_non_exhaustive()
    }
}

fn lost(reason: &str) -> EngineError {
    EngineError::Lost { reason: reason.to_string() }
}
