//! The worker: opens an engine, and computes jobs into the memory of the service.

use std::collections::HashMap;
use std::ffi::CString;
use std::io::{self, BufReader, Read};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde::Serialize;
use sphere_engine::{Cause, Engine, EngineError, Harm, Job, SampleParameters, Stop, Window};

use super::crew::Crew;
use super::find::Find;
use super::frame::{receive, send, send_all};
use super::message::{Answer, Hello, Order, VERSION};
use super::points::Points;
use super::shared::{Layout, Shared};

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
    let mut orders = BufReader::new(socket.try_clone()?);
    let answers = Answers(Mutex::new(socket));
    let Some(Hello { version }) = receive(&mut orders)? else { return Ok(()) };
    answers.send(&Hello::own())?;
    // The service has heard the same, and says so where somebody reads it.
    if version != VERSION {
        return Ok(());
    }
    let (engine, layout) = match receive(&mut orders)? {
        Some(Order::Start { engine, slot_bytes, slots }) => (engine, Layout { slots, slot_bytes }),
        Some(_) => return Err(wrong("an order before the start")),
        // It only wanted to know who is here.
        None => return Ok(()),
    };
    name(&engine);
    let shared = Shared::adopt(memory, layout)?;
    let engine = match open(&engine) {
        Ok(engine) => engine,
        Err(error) => return answers.send(&Answer::Unready { error: error.into() }),
    };
    // Where a device has no use for it, or no room, it computes without: points are copied then.
    let _ = engine.keep(Arc::<Shared>::clone(&shared));
    answers.send(&Answer::Ready { engine: engine.capability().into() })?;
    let (answers, jobs, crew) = (Arc::new(answers), HashMap::new(), Crew::default());
    Desk { engine, shared, answers, jobs, crew }.work(&mut orders)
}

/// What lists of processes call this one. They show fifteen letters.
fn name(engine: &str) {
    if let Ok(name) = CString::new(format!("sphere-{engine}")) {
        // A worker without a name works as well.
        let _ = rustix::thread::set_name(&name);
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// The way back, which jobs share.
#[derive(Debug)]
pub(super) struct Answers(Mutex<UnixStream>);

impl Answers {
    pub(super) fn send(&self, answer: &impl Serialize) -> io::Result<()> {
        send(&mut *self.socket(), answer)
    }

    pub(super) fn send_all<'a>(
        &self,
        answers: impl IntoIterator<Item = &'a Answer>,
    ) -> io::Result<()> {
        send_all(&mut *self.socket(), answers)
    }

    fn socket(&self) -> MutexGuard<'_, UnixStream> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job under way, as far as orders go.
struct Running {
    slots: Sender<usize>,
    stop: Stop,
    /// Nobody has it any more when the job has ended.
    alive: Weak<()>,
}

/// Where orders arrive.
struct Desk {
    engine: Arc<dyn Engine>,
    shared: Arc<Shared>,
    answers: Arc<Answers>,
    jobs: HashMap<u64, Running>,
    crew: Crew,
}

impl Desk {
    fn work(mut self, orders: &mut impl Read) -> io::Result<()> {
        while let Some(order) = receive(orders)? {
            match order {
                Order::Start { .. } => return Err(wrong("a second start")),
                Order::Ping => self.answers.send(&Answer::Pong)?,
                Order::Run { job, parameters, block_bytes, slots } => match parameters.job() {
                    Ok(what) => self.start(job, what, block_bytes, slots)?,
                    Err(error) => {
                        let error = EngineError::Rejected { reason: error.to_string() };
                        let error = error.into();
                        self.answers.send(&Answer::Failed { job, error })?;
                    }
                },
                Order::Nearest { job, lattice, slot, rows } => {
                    self.find(job, lattice, slot, rows)?;
                }
                Order::Harm { job, harm } => self.harm(job, harm)?,
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
            self.jobs.retain(|_, running| running.alive.strong_count() > 0);
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
        let (shared, answers) = (Arc::clone(&self.shared), Arc::clone(&self.answers));
        let window = Window { blocks, block_bytes };
        let mut points = Points::new(number, shared, answers, window, lent);
        self.spawn(number, sender, stop, move || points.work(&*engine, &job, &watched))
    }

    fn find(
        &mut self,
        number: u64,
        lattice: SampleParameters,
        slot: usize,
        rows: usize,
    ) -> io::Result<()> {
        let (engine, stop) = (Arc::clone(&self.engine), Stop::never());
        let (shared, answers) = (Arc::clone(&self.shared), Arc::clone(&self.answers));
        let (find, watched) = (Find { number, lattice, slot, rows, shared, answers }, stop.clone());
        self.spawn(number, channel().0, stop, move || find.work(&*engine, &watched))
    }

    /// A device that is harmed may take its time to notice.
    fn harm(&mut self, number: u64, harm: Harm) -> io::Result<()> {
        let (engine, answers) = (Arc::clone(&self.engine), Arc::clone(&self.answers));
        self.spawn(number, channel().0, Stop::never(), move || {
            let answer = match engine.harm(harm) {
                Ok(()) => Answer::Done { job: number, attempts: 0 },
                Err(error) => Answer::Failed { job: number, error: error.into() },
            };
            // Where this fails the service is gone, and so will this process be.
            let _ = answers.send(&answer);
        })
    }

    fn spawn(
        &mut self,
        number: u64,
        slots: Sender<usize>,
        stop: Stop,
        work: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        let at_work = Arc::new(());
        let alive = Arc::downgrade(&at_work);
        self.jobs.insert(number, Running { slots, stop, alive });
        self.crew.run(Box::new(move || {
            work();
            drop(at_work);
        }))
    }
}

pub(super) fn panicked() -> EngineError {
    EngineError::Failed { reason: "the engine panicked".to_string() }
}

/// A cause, for the service. What is its own doing it knows by itself.
pub(super) fn told(cause: Cause) -> EngineError {
    match cause {
        Cause::Engine(error) => error,
        Cause::Input(error) => EngineError::Rejected { reason: error.to_string() },
        cause @ (Cause::Requested | Cause::Sink(_)) => {
            EngineError::Failed { reason: cause.to_string() }
        }
    }
}
