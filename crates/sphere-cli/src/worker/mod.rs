//! `sphere worker`: does the jobs of a queue until it is told to end.

mod engines;
mod told;

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use sphere_jobs::{Housekeeper, QueueWorker, worker_name};
use sphere_offload::Offload;
use sphere_offload::queue::Queue;

use self::told::Told;
use crate::cli::WorkerArguments;
use crate::failure::Failure;
use crate::queue::Asked;

/// Within this time all jobs are given back. A block of points stops in milliseconds; other work, which does not, is
/// given back while it goes on, and ends with the process.
const GIVING_BACK: Duration = Duration::from_secs(5);
/// Between looks whether trouble is over.
const LOOK: Duration = Duration::from_secs(1);
/// The exit status of a second interrupt, as shells have it.
const INTERRUPTED: i32 = 130;

/// What the main thread waits for.
enum Signal {
    /// The engines are there, or known to be absent.
    Settled,
    /// The process is to end.
    End,
}

pub(crate) fn run(arguments: &WorkerArguments) -> Result<(), Failure> {
    let asked = Asked::of(&arguments.queue)?;
    let told = Arc::new(Told::new(arguments.quiet));
    let (signals, signal) = channel();
    listen(signals.clone())?;
    let offload = engines::start(arguments, &told)?;
    let queue = asked.drilled(&arguments.fault)?;
    engines::look_after(&offload, move || {
        // Fails where this process is about to end.
        let _ = signals.send(Signal::Settled);
    })?;
    if let Ok(Signal::End) = signal.recv() {
        return Ok(());
    }
    let workers = start(arguments.workers.into(), &queue, &offload, &told)?;
    let keeper = Housekeeper::start(queue, told.clone()).map_err(Failure::work)?;
    // The line that scripts wait for. Somebody who closed standard output waits for nothing.
    let _ = writeln!(io::stdout(), "Sphere worker waiting for jobs of {}", asked.address);
    while let Err(RecvTimeoutError::Timeout) = signal.recv_timeout(LOOK) {
        told.look();
    }
    end(workers, keeper)
}

/// From here on, an interrupt is heard by the main thread. A second one ends the process at once.
fn listen(signals: Sender<Signal>) -> Result<(), Failure> {
    let mut heard = false;
    ctrlc::set_handler(move || {
        if std::mem::replace(&mut heard, true) || signals.send(Signal::End).is_err() {
            std::process::exit(INTERRUPTED);
        }
    })
    .map_err(|error| Failure::work(format!("cannot handle interrupts: {error}")))
}

fn start(
    count: usize,
    queue: &Arc<dyn Queue>,
    offload: &Arc<Offload>,
    told: &Arc<Told>,
) -> Result<Vec<QueueWorker>, Failure> {
    let one = |number| {
        let (queue, offload) = (Arc::clone(queue), Arc::clone(offload));
        QueueWorker::start(queue, offload, worker_name(number), told.clone())
    };
    (0..count).map(one).collect::<io::Result<_>>().map_err(Failure::work)
}

/// Gives all jobs back.
fn end(workers: Vec<QueueWorker>, keeper: Housekeeper) -> Result<(), Failure> {
    workers.iter().for_each(QueueWorker::stop);
    let (ended, end): (Sender<()>, Receiver<()>) = channel();
    let waiting = thread::Builder::new().name("ending".to_owned()).spawn(move || {
        drop((workers, keeper));
        drop(ended);
    });
    waiting.map_err(Failure::work)?;
    // Whatever still goes on then does not count any more.
    let _ = end.recv_timeout(GIVING_BACK);
    Ok(())
}
