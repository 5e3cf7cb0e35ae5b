//! Calls on their way to the thread that writes, and their answers back.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::super::time::Time;
use super::super::{Moment, QueueError};
use super::keeper::{self, Tools};
use super::trouble::{Halt, of_storage};
use super::work::Work;

/// Calls that wait for the writer; who comes then waits for a place.
pub(super) const WAITING: usize = 1024;

/// Where calls are sent. Dropped, it waits for those that were.
#[derive(Debug)]
pub(super) struct Writer {
    calls: Option<SyncSender<Box<dyn Call>>>,
    time: Arc<Time>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// On a thread of its own.
    pub(super) fn start(tools: Tools, connection: Connection) -> std::io::Result<Self> {
        let (calls, received) = sync_channel(WAITING);
        let time = Arc::clone(&tools.time);
        let thread = thread::Builder::new()
            .name("queue".to_owned())
            .spawn(move || keeper::keep(&tools, connection, received))?;
        Ok(Self { calls: Some(calls), time, thread: Some(thread) })
    }

    /// Runs a call in a transaction, and returns when that is on disk.
    pub(super) fn call<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Work<'_>) -> Result<T, Halt> + Send + 'static,
    ) -> Result<T, QueueError> {
        let (answers, answer) = sync_channel(1);
        let call = Typed { asked: self.time.now(), body: Some(body), answer: None, answers };
        let calls = self.calls.as_ref().ok_or(QueueError::Closed)?;
        calls.send(Box::new(call)).map_err(|_| QueueError::Closed)?;
        answer.recv().unwrap_or(Err(QueueError::Closed))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.calls.take());
        if let Some(thread) = self.thread.take() {
            // A writer that has panicked has answered nobody.
            let _ = thread.join();
        }
    }
}

/// A call on its way, whatever it answers.
pub(super) trait Call: Send {
    fn asked(&self) -> Moment;

    /// Whether what it has written is to be kept; an error ends the transaction.
    fn run(&mut self, work: &mut Work<'_>) -> Result<bool, Halt>;

    /// The transaction is on disk, or is not.
    fn answer(self: Box<Self>, ended: &Result<(), QueueError>);
}

struct Typed<T, F> {
    asked: Moment,
    body: Option<F>,
    answer: Option<Result<T, QueueError>>,
    answers: SyncSender<Result<T, QueueError>>,
}

impl<T: Send, F: FnOnce(&mut Work<'_>) -> Result<T, Halt> + Send> Call for Typed<T, F> {
    fn asked(&self) -> Moment {
        self.asked
    }

    fn run(&mut self, work: &mut Work<'_>) -> Result<bool, Halt> {
        let Some(body) = self.body.take() else { return Ok(true) };
        let answer = match body(work) {
            Err(Halt::Call(error)) if !of_storage(&error) => Err(error),
            Err(halt) => return Err(halt),
            Ok(answer) => Ok(answer),
        };
        let keep = answer.is_ok();
        self.answer = Some(answer);
        Ok(keep)
    }

    fn answer(self: Box<Self>, ended: &Result<(), QueueError>) {
        let answer = match ended {
            Ok(()) => self.answer.unwrap_or(Err(QueueError::Closed)),
            Err(error) => Err(error.clone()),
        };
        // Who does not wait any more needs no answer.
        let _ = self.answers.send(answer);
    }
}
