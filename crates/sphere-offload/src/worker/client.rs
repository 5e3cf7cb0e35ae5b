//! The service's side of a worker: jobs out, points in slots back.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::io::BufReader;
use std::net::Shutdown;
use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sphere_engine::{Block, Cause, EngineError, Harm, Job, Report, Sink, Stop, Stopped};
use sphere_math::sampling::Tally;

use super::frame::{receive, send};
use super::message::{Answer, Failure, Order};
use super::process::Process;
use super::shared::{Shared, Slot};

/// So soon a stop is seen while the worker computes.
pub(super) const LOOK: Duration = Duration::from_millis(20);

/// How long one who finds the socket closed waits to hear why.
const UNTIL_TOLD: Duration = Duration::from_secs(2);

/// Those who wait for a worker that has gone wait so long to hear how.
const UNTIL_KNOWN: Duration = Duration::from_millis(3);

/// Slots of one job at most: one is filled, one on its way, one with the sink, one to spare.
pub(super) const MOST_SLOTS: usize = 4;

/// A connection to a worker that is ready.
pub(super) struct Link {
    orders: Mutex<UnixStream>,
    shared: Arc<Shared>,
    state: Mutex<State>,
    /// The loss is known.
    told: Condvar,
    /// Who else is told of it.
    on_loss: OnLoss,
}

/// What is done once a worker is lost and its process has ended, by the thread that finds out.
pub type OnLoss = Box<dyn Fn() + Send + Sync>;

#[derive(Debug)]
struct State {
    running: HashMap<u64, Running>,
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
    Filled(Slot, Range<u64>),
    Done { attempts: u64 },
    NoDirection { row: u64 },
    Failed { error: EngineError },
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Link").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Link {
    pub(super) fn new(orders: UnixStream, shared: Arc<Shared>, on_loss: OnLoss) -> Self {
        let (running, lost, asked) = (HashMap::new(), None, None);
        let state = Mutex::new(State { running, next: 0, lost, ended: false, asked });
        Self { orders: Mutex::new(orders), shared, state, told: Condvar::new(), on_loss }
    }

    /// Passes on what the worker says, until it says no more, or what it must not. Then all that is under
    /// way is lost, and the process is ended.
    pub(super) fn listen(&self, answers: UnixStream, process: &Process) {
        let mut answers = BufReader::new(answers);
        let wrong = loop {
            match receive(&mut answers) {
                Ok(Some(answer)) => match self.heard(answer) {
                    Ok(()) => {}
                    Err(what) => break Some(what),
                },
                Ok(None) => break None,
                Err(error) => break Some(error.to_string()),
            }
        };
        let because = |ended: String| match &wrong {
            None => ended,
            Some(wrong) => format!("{wrong}; {ended}"),
        };
        self.lose(&because(process.end(UNTIL_KNOWN)));
        let buried = because(process.bury());
        let mut state = self.state();
        (state.lost, state.ended) = (Some(buried), true);
        drop(state);
        (self.on_loss)();
    }

    /// Whether nothing is left of the process of a worker that is lost.
    pub(super) fn has_ended(&self) -> bool {
        self.state().ended
    }

    /// Why the worker is no more, if it is not.
    pub(super) fn lost(&self) -> Option<String> {
        self.state().lost.clone()
    }

    /// Asks the worker to say something, unless it has not answered yet, and how long it has not. The time
    /// before it was asked says nothing about it: who asks may have slept.
    pub(super) fn silence(&self) -> Duration {
        let mut state = self.state();
        if let Some(asked) = state.asked {
            return asked.elapsed();
        }
        state.asked = Some(Instant::now());
        drop(state);
        // A worker that is gone is silent, too.
        let _ = self.order(&Order::Ping);
        Duration::ZERO
    }

    pub(super) fn order(&self, order: &Order) -> Result<(), EngineError> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = send(&mut *orders, order);
        if sent.is_err() {
            // Half of it may be on its way: nothing can follow it. Who listens ends the worker.
            let _ = orders.shutdown(Shutdown::Both);
        }
        drop(orders);
        sent.map_err(|error| self.gone(&error.to_string()))
    }

    /// Has the engine of the worker harmed, and waits until it is: told so, or lost.
    pub(super) fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        let (job, events) = self.begin(&[])?;
        self.order(&Order::Harm { job, harm })?;
        match events.recv() {
            // A job that has found out may have been faster than the answer.
            Ok(Event::Done { .. } | Event::Failed { error: EngineError::Lost { .. } }) => Ok(()),
            Ok(Event::Failed { error }) => Err(error),
            Ok(Event::Filled(..) | Event::NoDirection { .. }) => {
                Err(EngineError::Failed { reason: "the worker answers something else".to_string() })
            }
            Err(_) => Err(self.gone("the worker is gone")),
        }
    }

    /// Why there is no worker: what became of its process, which the listener is about to say, or else
    /// `what`.
    pub(super) fn gone(&self, what: &str) -> EngineError {
        let unknown = |state: &mut State| state.lost.is_none();
        let told = self.told.wait_timeout_while(self.state(), UNTIL_TOLD, unknown);
        let state = told.map_or_else(|poisoned| poisoned.into_inner().0, |(state, _)| state);
        EngineError::Lost { reason: state.lost.clone().unwrap_or_else(|| what.to_string()) }
    }

    fn heard(&self, answer: Answer) -> Result<(), String> {
        let mut state = self.state();
        state.asked = None;
        match answer {
            Answer::Pong => {}
            Answer::Ready { .. } | Answer::Unready { .. } => {
                return Err("the worker began again".to_string());
            }
            Answer::Filled { job, slot, start, end } => {
                let running = state.running.get_mut(&job).ok_or("points of no job")?;
                if !running.away.remove(&slot) {
                    return Err("points in a slot that the worker had not got".to_string());
                }
                let slot = self.shared.received(slot).ok_or("no such slot")?;
                // Where nobody wants the points any more, the slot is dropped, and free.
                let _ = running.events.send(Event::Filled(slot, start..end));
            }
            Answer::Done { job, attempts } => {
                state.end(job, &self.shared, Event::Done { attempts })?;
            }
            Answer::NoDirection { job, row } => {
                state.end(job, &self.shared, Event::NoDirection { row })?;
            }
            Answer::Failed { job, error: Failure::Lost(reason) } => {
                // An engine that is lost is so for the life of its process. Nobody knows what its device
                // still does: the slots do not come back.
                let Running { events, .. } =
                    state.running.remove(&job).ok_or("an end of no job")?;
                state.lost = Some(reason.clone());
                let error = EngineError::Lost { reason: reason.clone() };
                let _ = events.send(Event::Failed { error });
                return Err(reason);
            }
            Answer::Failed { job, error } => {
                let error = error.into();
                state.end(job, &self.shared, Event::Failed { error })?;
            }
        }
        Ok(())
    }

    /// All that is under way is lost. Slots that the worker has may still be written to, and nobody
    /// gets them any more: they go with this memory, which no other worker has.
    fn lose(&self, reason: &str) {
        let mut state = self.state();
        state.lost = Some(reason.to_string());
        self.told.notify_all();
        for (_, Running { events, .. }) in state.running.drain() {
            let error = EngineError::Lost { reason: reason.to_string() };
            let _ = events.send(Event::Failed { error });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a job in the worker.
    pub(super) fn run(
        &self,
        job: &Job,
        out: &mut dyn Sink,
        stop: &Stop,
    ) -> Result<Report, Stopped> {
        let started = Instant::now();
        let mut passage = Passage { link: self, job, next: job.range().start };
        let ended = passage.pass_on(out, stop);
        let attempts = ended.map_err(|cause| Stopped { next: passage.next, cause })?;
        let tally = Tally { attempts, accepted: job.points() };
        Ok(Report { points: job.points(), tally, elapsed: started.elapsed() })
    }

    pub(super) fn begin(&self, slots: &[usize]) -> Result<(u64, Receiver<Event>), EngineError> {
        let mut state = self.state();
        let away: BTreeSet<usize> = slots.iter().copied().collect();
        if let Some(reason) = state.lost.clone() {
            self.shared.come_back(&away);
            return Err(EngineError::Lost { reason });
        }
        let (events, receiver) = channel();
        let number = state.next;
        state.next += 1;
        state.running.insert(number, Running { events, away });
        Ok((number, receiver))
    }

    /// A slot that nobody uses.
    pub(super) fn free_slot(&self) -> Option<Slot> {
        self.shared.take()
    }

    /// The slot that a block of a sink is in, or another.
    fn slot(&self, block: Block) -> Option<Slot> {
        match block.into_lent::<Slot>() {
            Ok(slot) if slot.is_of(&self.shared) => Some(slot),
            _ => self.shared.take(),
        }
    }
}

impl State {
    fn end(&mut self, job: u64, shared: &Shared, event: Event) -> Result<(), String> {
        let Running { events, away } = self.running.remove(&job).ok_or("an end of no job")?;
        // At its end the worker has let go of all slots of a job.
        shared.come_back(&away);
        let _ = events.send(event);
        Ok(())
    }
}

/// The points of one job on their way to its sink.
struct Passage<'a> {
    link: &'a Link,
    job: &'a Job,
    next: u64,
}

impl Passage<'_> {
    fn pass_on(&mut self, out: &mut dyn Sink, stop: &Stop) -> Result<u64, Cause> {
        if let Some(cause) = stop.cause() {
            return Err(cause);
        }
        let (number, events) = self.begin(out).map_err(Cause::Engine)?;
        let passed = self.take(number, &events, out, stop);
        if passed.is_err() {
            // If it is under way still: its slots come back when the worker has ended it.
            let _ = self.link.order(&Order::Stop { job: number });
        }
        passed
    }

    fn begin(&self, out: &mut dyn Sink) -> Result<(u64, Receiver<Event>), EngineError> {
        let (window, layout) = (out.window(), self.link.shared.layout());
        let block_bytes = window.block_bytes.min(layout.slot_bytes);
        if self.job.row_bytes() > layout.slot_bytes {
            let (row, most) = (self.job.row_bytes(), layout.slot_bytes);
            let reason = format!("a point of {row} bytes; a slot of the worker has {most}");
            return Err(EngineError::Unavailable { reason });
        }
        let wanted = window.blocks.clamp(1, MOST_SLOTS);
        let slots: Vec<Slot> = (0..wanted).map_while(|_| self.link.slot(out.lend())).collect();
        if slots.is_empty() {
            return Err(EngineError::OutOfMemory);
        }
        let slots: Vec<usize> = slots.into_iter().map(Slot::give_away).collect();
        let (job, events) = self.link.begin(&slots)?;
        let parameters = self.job.into();
        self.link.order(&Order::Run { job, parameters, block_bytes, slots })?;
        Ok((job, events))
    }

    fn take(
        &mut self,
        number: u64,
        events: &Receiver<Event>,
        out: &mut dyn Sink,
        stop: &Stop,
    ) -> Result<u64, Cause> {
        let end = self.job.range().end;
        loop {
            match events.recv_timeout(LOOK) {
                Ok(Event::Filled(slot, points)) => {
                    self.hand_over(slot, points, out)?;
                    if self.next < end {
                        self.lend(number, out).map_err(Cause::Engine)?;
                    }
                }
                Ok(Event::Done { attempts }) if self.next == end => return Ok(attempts),
                Ok(Event::Done { .. } | Event::NoDirection { .. }) => {
                    return Err(wrong("the worker ended before the end"));
                }
                Ok(Event::Failed { error }) => return Err(Cause::Engine(error)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Cause::Engine(self.link.gone("the worker is gone")));
                }
            }
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
        }
    }

    fn hand_over(
        &mut self,
        slot: Slot,
        points: Range<u64>,
        out: &mut dyn Sink,
    ) -> Result<(), Cause> {
        let most = (self.link.shared.layout().slot_bytes / self.job.row_bytes()) as u64;
        let count = points.end.checked_sub(points.start).filter(|count| (1..=most).contains(count));
        let fits = points.start == self.next && points.end <= self.job.range().end;
        let Some(count) = count.filter(|_| fits) else {
            return Err(wrong("the worker sent other points than those that are next"));
        };
        let bytes = count as usize * self.job.row_bytes();
        out.accept(points.clone(), Block::in_lent(Box::new(slot), bytes)).map_err(Cause::Sink)?;
        self.next = points.end;
        Ok(())
    }

    /// Gives the worker one more slot to fill.
    fn lend(&self, job: u64, out: &mut dyn Sink) -> Result<(), EngineError> {
        let slot = self.link.slot(out.lend()).ok_or(EngineError::OutOfMemory)?;
        let slot = match self.link.state().running.get_mut(&job) {
            // It has ended, and will say so next.
            None => return Ok(()),
            Some(running) => {
                let slot = slot.give_away();
                running.away.insert(slot);
                slot
            }
        };
        self.link.order(&Order::Lend { job, slot })
    }
}

pub(super) fn wrong(what: &str) -> Cause {
    Cause::Engine(EngineError::Failed { reason: what.to_string() })
}
