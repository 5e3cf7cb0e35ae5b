//! The service's side of a worker: jobs out, points in slots back.

use std::io::BufReader;
use std::net::Shutdown;
use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sphere_engine::{Block, Cause, EngineError, Harm, Job, Report, Sink, Stop, Stopped};
use sphere_math::sampling::Tally;

use super::frame::{receive, send_all};
use super::jobs::{Event, Jobs, OnLoss};
use super::message::{Answer, Failure, Order};
use super::numbers::Number;
use super::process::Process;
use super::shared::{Shared, Slot};

/// So soon a stop is seen while the worker computes.
pub(super) const LOOK: Duration = Duration::from_millis(20);

/// Those who wait for a worker that has gone wait so long to hear how.
const UNTIL_KNOWN: Duration = Duration::from_millis(3);

/// Slots of one job at most: half of them are filled, while the others are on their way and with the sink. More
/// leave the processor's cache (`docs/offload.md`).
pub(super) const MOST_SLOTS: usize = 8;

/// A connection to a worker that is ready.
#[derive(Debug)]
pub(super) struct Link {
    orders: Mutex<UnixStream>,
    shared: Arc<Shared>,
    jobs: Jobs,
}

impl Link {
    pub(super) fn new(orders: UnixStream, shared: Arc<Shared>, on_loss: OnLoss) -> Self {
        let jobs = Jobs::new(Arc::clone(shared.numbers()), on_loss);
        Self { orders: Mutex::new(orders), shared, jobs }
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
        self.jobs.lose(&because(process.end(UNTIL_KNOWN)));
        self.jobs.end(&because(process.bury()));
    }

    /// Whether nothing is left of the process of a worker that is lost.
    pub(super) fn has_ended(&self) -> bool {
        self.jobs.has_ended()
    }

    /// Why the worker is no more, if it is not.
    pub(super) fn lost(&self) -> Option<String> {
        self.jobs.lost()
    }

    /// Asks the worker to say something, unless it has not answered yet, and how long it has not. The time
    /// before it was asked says nothing about it: who asks may have slept.
    pub(super) fn silence(&self) -> Duration {
        let (silence, is_to_be_asked) = self.jobs.silence();
        if is_to_be_asked {
            // A worker that is gone is silent, too.
            let _ = self.order(&Order::Ping);
        }
        silence
    }

    pub(super) fn order(&self, order: &Order) -> Result<(), EngineError> {
        self.orders([order])
    }

    fn orders<'a>(&self, all: impl IntoIterator<Item = &'a Order>) -> Result<(), EngineError> {
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = send_all(&mut *orders, all);
        if sent.is_err() {
            // Half of it may be on its way: nothing can follow it. Who listens ends the worker.
            let _ = orders.shutdown(Shutdown::Both);
        }
        drop(orders);
        sent.map_err(|error| self.jobs.gone(&error.to_string()))
    }

    /// Has the engine of the worker harmed, and waits until it is: told so, or lost.
    pub(super) fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        let (job, events) = self.jobs.begin(&[])?;
        self.order(&Order::Harm { job, harm })?;
        match events.recv() {
            // A job that has found out may have been faster than the answer.
            Ok(Event::Done { .. } | Event::Failed { error: EngineError::Lost { .. } }) => Ok(()),
            Ok(Event::Failed { error }) => Err(error),
            Ok(Event::Filled(..) | Event::NoDirection { .. }) => {
                Err(EngineError::Failed { reason: "the worker answers something else".to_string() })
            }
            Err(_) => Err(self.jobs.gone("the worker is gone")),
        }
    }

    fn heard(&self, answer: Answer) -> Result<(), String> {
        self.jobs.heard();
        match answer {
            Answer::Pong => Ok(()),
            Answer::Ready { .. } | Answer::Unready { .. } => {
                Err("the worker began again".to_string())
            }
            Answer::Filled { job, slot, start, end } => self.jobs.filled(job, slot, start..end),
            Answer::Done { job, attempts } => self.jobs.ended(job, Event::Done { attempts }),
            Answer::NoDirection { job, row } => self.jobs.ended(job, Event::NoDirection { row }),
            Answer::Failed { job, error: Failure::Lost(reason) } => {
                self.jobs.lost_by(job, &reason)?;
                Err(reason)
            }
            Answer::Failed { job, error } => {
                self.jobs.ended(job, Event::Failed { error: error.into() })
            }
        }
    }

    /// Runs a job in the worker.
    pub(super) fn run(
        &self,
        job: &Job,
        out: &mut dyn Sink,
        stop: &Stop,
    ) -> Result<Report, Stopped> {
        let started = Instant::now();
        let (kept, next) = (Vec::new(), job.range().start);
        let mut passage = Passage { link: self, job, next, kept };
        let ended = passage.pass_on(out, stop);
        let attempts = ended.map_err(|cause| Stopped { next: passage.next, cause })?;
        let tally = Tally { attempts, accepted: job.points() };
        Ok(Report { points: job.points(), tally, elapsed: started.elapsed() })
    }

    /// Jobs under way.
    pub(super) fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// The memory of a slot, for whoever has it.
    pub(super) fn slot_of(&self, number: Number) -> Slot {
        self.shared.slot(number)
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

/// The points of one job on their way to its sink.
struct Passage<'a> {
    link: &'a Link,
    job: &'a Job,
    next: u64,
    /// Slots that the worker is to have next.
    kept: Vec<Slot>,
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
        let wanted = self.wanted(window.blocks, block_bytes);
        let slots: Vec<Slot> = (0..wanted).map_while(|_| self.link.slot(out.lend())).collect();
        if slots.is_empty() {
            return Err(EngineError::OutOfMemory);
        }
        let slots: Vec<usize> = slots.into_iter().map(Slot::give_away).collect();
        let (job, events) = self.link.jobs.begin(&slots)?;
        let parameters = self.job.into();
        self.link.order(&Order::Run { job, parameters, block_bytes, slots })?;
        Ok((job, events))
    }

    /// How many slots the job begins with: no more than it has blocks, and half of those that are free, so
    /// that the next job gets some as well.
    fn wanted(&self, blocks: usize, block_bytes: usize) -> usize {
        let rows = (block_bytes / self.job.row_bytes()).max(1) as u64;
        let needed = usize::try_from(self.job.points().div_ceil(rows)).unwrap_or(usize::MAX);
        let share = self.link.shared.numbers().free().div_ceil(2);
        blocks.min(MOST_SLOTS).min(needed).min(share).max(1)
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
            match self.next_event(number, events).map_err(Cause::Engine)? {
                Ok(Event::Filled(filled, points)) => {
                    self.hand_over(self.link.slot_of(filled), points, out)?;
                    if self.next < end {
                        let slot = self.link.slot(out.lend());
                        let no_slot = || Cause::Engine(EngineError::OutOfMemory);
                        self.kept.push(slot.ok_or_else(no_slot)?);
                    }
                }
                Ok(Event::Done { attempts }) if self.next == end => return Ok(attempts),
                Ok(Event::Done { .. } | Event::NoDirection { .. }) => {
                    return Err(wrong("the worker ended before the end"));
                }
                Ok(Event::Failed { error }) => return Err(Cause::Engine(error)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Cause::Engine(self.link.jobs.gone("the worker is gone")));
                }
            }
            match stop.cause() {
                None => {}
                // A client that has its last point goes. What the job has counted is not known then.
                Some(_) if self.next == end => return Ok(0),
                Some(cause) => return Err(cause),
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

    /// What the job hears next. Before it has to be waited for, the worker gets slots to fill: those of all
    /// that was there, at once.
    fn next_event(
        &mut self,
        job: u64,
        events: &Receiver<Event>,
    ) -> Result<Result<Event, RecvTimeoutError>, EngineError> {
        if !self.kept.is_empty() {
            if let Ok(event) = events.try_recv() {
                return Ok(Ok(event));
            }
            let jobs = &self.link.jobs;
            // Where the job has ended, which it hears next, the slots are dropped, and free.
            let lent = self.kept.drain(..).map_while(|slot| jobs.lend(job, slot.into_number()));
            let orders: Vec<Order> = lent.map(|slot| Order::Lend { job, slot }).collect();
            self.link.orders(&orders)?;
        }
        Ok(events.recv_timeout(LOOK))
    }
}

pub(super) fn wrong(what: &str) -> Cause {
    Cause::Engine(EngineError::Failed { reason: what.to_string() })
}
