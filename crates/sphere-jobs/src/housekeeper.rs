//! Forgets what has expired, now and then.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use sphere_offload::queue::Queue;

use crate::worker::{WorkerEvent, WorkerEvents};

/// Between looks.
const EVERY: Duration = Duration::from_secs(10);
/// Between looks while there is more to forget: others have their turn.
const SOON: Duration = Duration::from_millis(50);

/// A thread that expires the jobs of a queue, and takes them from silent workers where no worker looks.
/// Any number of processes may have one. Dropped, it ends.
#[derive(Debug)]
pub struct Housekeeper {
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Housekeeper {
    /// Starts one.
    ///
    /// # Errors
    /// If there is no thread to be had.
    pub fn start(queue: Arc<dyn Queue>, events: Arc<dyn WorkerEvents>) -> io::Result<Self> {
        let (end, ended) = channel::<()>();
        let thread =
            thread::Builder::new().name("queue-housekeeper".to_owned()).spawn(move || {
                let mut pause = EVERY;
                while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                    pause = match queue.expire() {
                        Ok(expired) if expired.more => SOON,
                        Ok(_) => EVERY,
                        Err(error) => {
                            events.told(WorkerEvent::Trouble { error: &error });
                            EVERY
                        }
                    };
                }
            })?;
        Ok(Self { end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Housekeeper {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // One that has panicked has nothing left to end.
            let _ = thread.join();
        }
    }
}
