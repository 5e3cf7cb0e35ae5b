//! The worker: opens an engine, and computes jobs into the memory of the service.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use sphere_engine::{
    Block, Cause, Engine, EngineError, Job, LentWords as _, Sink, SinkError, Stop, Stopped, Window,
};

use super::frame::{receive, send};
use super::message::{Answer, Order, VERSION};
use super::shared::{Layout, Shared, Slot};

/// Serves as the worker of the process that started this one: its socket is standard input, its memory
/// standard output, which nothing else may use. Returns when the service closes the socket.
///
/// `open` makes the engine that the service asks for by name.
///
/// # Errors
/// A socket or memory that is none, or a service that speaks something else.
pub fn serve(open: impl FnOnce(&str) -> Result<Arc<dyn Engine>, EngineError>) -> io::Result<()> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let memory = io::stdout().as_fd().try_clone_to_owned()?;
    // A worker whose service is gone serves nobody.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let mut orders = socket.try_clone()?;
    let Some(Order::Start { version, engine, slot_bytes, slots }) = receive(&mut orders)? else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no start of a service"));
    };
    let answers = Answers(Mutex::new(socket));
    if version != VERSION {
        let reason = format!("the worker is Sphere {VERSION}, the service {version}");
        return answers
            .send(&Answer::Unready { error: EngineError::Unavailable { reason }.into() });
    }
    let shared = Shared::adopt(memory, Layout { slots, slot_bytes })?;
    let engine = match open(&engine) {
        Ok(engine) => engine,
        Err(error) => return answers.send(&Answer::Unready { error: error.into() }),
    };
    let told = engine.capability().into();
    answers.send(&Answer::Ready { version: VERSION.to_string(), engine: told })?;
    Desk { engine, shared, answers: Arc::new(answers), jobs: HashMap::new() }.work(&mut orders)
}

/// The way back, which jobs share.
#[derive(Debug)]
struct Answers(Mutex<UnixStream>);

impl Answers {
    fn send(&self, answer: &Answer) -> io::Result<()> {
        send(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), answer)
    }
}

/// A job under way, as far as orders go.
struct Running {
    slots: Sender<usize>,
    stop: Stop,
    thread: JoinHandle<()>,
}

/// Where orders arrive.
struct Desk {
    engine: Arc<dyn Engine>,
    shared: Arc<Shared>,
    answers: Arc<Answers>,
    jobs: HashMap<u64, Running>,
}

impl Desk {
    fn work(mut self, orders: &mut UnixStream) -> io::Result<()> {
        while let Some(order) = receive(orders)? {
            match order {
                Order::Start { .. } => {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a second start"));
                }
                Order::Ping => self.answers.send(&Answer::Pong)?,
                Order::Run { job, parameters, block_bytes, slots } => match parameters.job() {
                    Ok(what) => self.start(job, what, block_bytes, slots)?,
                    Err(error) => {
                        let error = EngineError::Rejected { reason: error.to_string() };
                        let error = error.into();
                        self.answers.send(&Answer::Failed { job, error })?;
                    }
                },
                // A job may have ended while the order was on its way.
                Order::Lend { job, slot } => {
                    if let Some(running) = self.jobs.get(&job) {
                        let _ = running.slots.send(slot);
                    }
                }
                Order::Stop { job } => {
                    if let Some(running) = self.jobs.remove(&job) {
                        running.stop.request();
                    }
                }
            }
            self.jobs.retain(|_, running| !running.thread.is_finished());
        }
        Ok(())
    }

    /// Each job has a thread, which waits for slots; engines have threads of their own.
    fn start(
        &mut self,
        number: u64,
        job: Job,
        block_bytes: usize,
        slots: Vec<usize>,
    ) -> io::Result<()> {
        let (sender, lent) = channel();
        let blocks = slots.len();
        slots.into_iter().try_for_each(|slot| sender.send(slot)).map_err(io::Error::other)?;
        let stop = Stop::never();
        let (engine, watched) = (Arc::clone(&self.engine), stop.clone());
        let mut desk = Points {
            number,
            shared: Arc::clone(&self.shared),
            answers: Arc::clone(&self.answers),
            window: Window { blocks, block_bytes },
            lent,
            held: BTreeSet::new(),
        };
        let thread = thread::Builder::new().name(format!("job-{number}"));
        let thread = thread.spawn(move || desk.work(&*engine, &job, &watched))?;
        self.jobs.insert(number, Running { slots: sender, stop, thread });
        Ok(())
    }
}

/// The sink of one job: blocks are slots.
struct Points {
    number: u64,
    shared: Arc<Shared>,
    answers: Arc<Answers>,
    window: Window,
    lent: Receiver<usize>,
    /// The slots that this side has for the job.
    held: BTreeSet<usize>,
}

impl Points {
    fn work(&mut self, engine: &dyn Engine, job: &Job, stop: &Stop) {
        let ran = catch_unwind(AssertUnwindSafe(|| engine.run(job, self, stop)));
        let number = self.number;
        let answer = match ran {
            Ok(Ok(report)) => Answer::Done { job: number, attempts: report.tally.attempts },
            Ok(Err(Stopped { cause, .. })) => {
                Answer::Failed { job: number, error: told(cause).into() }
            }
            Err(_) => {
                let error = EngineError::Failed { reason: "the engine panicked".to_string() };
                Answer::Failed { job: number, error: error.into() }
            }
        };
        // Threads of the engine may still be filling blocks that nobody wants: the slots are the
        // service's again only when all of them have come back.
        self.shared.give_back(&self.held);
        // Where this fails the service is gone, and so will this process be.
        let _ = self.answers.send(&answer);
    }

    /// The next slot from the service.
    fn next_slot(&mut self) -> Option<Slot> {
        let index = self.lent.recv().ok()?;
        let slot = self.shared.received(index)?;
        self.held.insert(index);
        Some(slot)
    }

    /// The slot that a block is in. An engine may have taken other memory: then there is a slot that it
    /// has let go of, and the points are copied.
    fn slot_of(&self, block: Block) -> Option<Slot> {
        match block.into_lent::<Slot>() {
            Ok(slot) => Some(slot),
            Err(block) => {
                let mut slot = self.shared.take_one_of(&self.held)?;
                let into: &mut [u8] = bytemuck::cast_slice_mut(slot.words_mut());
                into.get_mut(..block.bytes().len())?.copy_from_slice(block.bytes());
                Some(slot)
            }
        }
    }
}

impl Sink for Points {
    fn window(&self) -> Window {
        self.window
    }

    fn lend(&mut self) -> Block {
        let bytes = self.shared.layout().slot_bytes;
        self.next_slot().map_or_else(Block::default, |slot| Block::in_lent(Box::new(slot), bytes))
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let slot = self.slot_of(block).ok_or("the service lends no slots any more")?;
        let slot = slot.give_away();
        self.held.remove(&slot);
        let (job, Range { start, end }) = (self.number, points);
        Ok(self.answers.send(&Answer::Filled { job, slot, start, end })?)
    }
}

/// A cause, for the service. What is its own doing it knows by itself.
fn told(cause: Cause) -> EngineError {
    match cause {
        Cause::Engine(error) => error,
        Cause::Input(error) => EngineError::Rejected { reason: error.to_string() },
        cause @ (Cause::Requested | Cause::Sink(_)) => {
            EngineError::Failed { reason: cause.to_string() }
        }
    }
}
