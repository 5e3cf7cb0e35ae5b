//! The thread that writes. Calls that come while it waits for the disk are the next transaction.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, TransactionBehavior};

use super::super::time::Time;
use super::super::wake::Bell;
use super::super::{Limits, Moment, QueueError};
use super::trouble::{Halt, of_storage};
use super::work::{Watch, Work};

/// Calls that wait for the writer; who comes then waits for a place.
const WAITING: usize = 1024;
/// No more changes in one transaction, but for a call that makes more: others wait for it.
const CHANGES: u64 = 4096;

/// Where calls are sent. Dropped, it waits for those that were.
#[derive(Debug)]
pub(super) struct Writer {
    calls: Option<SyncSender<Box<dyn Call>>>,
    time: Arc<Time>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) limits: Limits,
    pub(super) time: Arc<Time>,
    pub(super) bell: Arc<Bell>,
}

impl Writer {
    /// On a thread of its own.
    pub(super) fn start(tools: Tools) -> std::io::Result<Self> {
        let (calls, received) = sync_channel(WAITING);
        let time = Arc::clone(&tools.time);
        let thread = thread::Builder::new()
            .name("queue-writer".to_owned())
            .spawn(move || serve(tools, &received))?;
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
trait Call: Send {
    fn asked(&self) -> Moment;

    /// Whether what it has written is to be kept; an error ends the transaction.
    fn run(&mut self, work: &mut Work<'_>, path: &Path) -> Result<bool, QueueError>;

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

    fn run(&mut self, work: &mut Work<'_>, path: &Path) -> Result<bool, QueueError> {
        let Some(body) = self.body.take() else { return Ok(true) };
        let answer = body(work).map_err(|halt| halt.told(path));
        if let Err(error) = &answer
            && of_storage(error)
        {
            return Err(error.clone());
        }
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

fn serve(mut tools: Tools, calls: &Receiver<Box<dyn Call>>) {
    let mut watch = Watch::default();
    while let Ok(first) = calls.recv() {
        let mut group: Vec<Box<dyn Call>> = Vec::new();
        let ended = transaction(&mut tools, &mut watch, first, calls, &mut group);
        match &ended {
            Ok(true) => tools.bell.ring(),
            Ok(false) => {}
            Err(_) => {
                // What was seen may not be so. Seen anew, waits end later, never earlier.
                watch = Watch::default();
                make_room(&tools.connection);
            }
        }
        let ended = ended.map(drop);
        for call in group {
            call.answer(&ended);
        }
    }
}

/// On a disk that is full the journal cannot grow, but what it holds may have room in the file: then it begins
/// anew, and work goes on that needs no more. Waits for nobody.
fn make_room(connection: &Connection) {
    // Where this fails too, the next call is told.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
}

/// Runs a call and those that have come since, and says whether a job became ready.
fn transaction(
    tools: &mut Tools,
    watch: &mut Watch,
    first: Box<dyn Call>,
    calls: &Receiver<Box<dyn Call>>,
    group: &mut Vec<Box<dyn Call>>,
) -> Result<bool, QueueError> {
    group.push(first);
    let path = &tools.path;
    let told = |halt: Halt| halt.told(path);
    let sql = |error: rusqlite::Error| told(error.into());
    let transaction =
        tools.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
    let mut work = Work::begin(&transaction, &tools.limits, watch, &tools.time).map_err(told)?;
    let mut at = 0;
    while let Some(call) = group.get_mut(at) {
        work.turn_to(call.asked()).map_err(told)?;
        run(call.as_mut(), &mut work, path)?;
        work.look().map_err(told)?;
        at += 1;
        if at < WAITING && work.changes() < CHANGES {
            group.extend(calls.try_recv());
        }
    }
    let ready = work.end().map_err(told)?;
    transaction.commit().map_err(sql)?;
    Ok(ready)
}

/// Runs a call; what it has written is undone if it may not.
fn run(call: &mut dyn Call, work: &mut Work<'_>, path: &Path) -> Result<(), QueueError> {
    let connection = work.connection;
    let say = |text| {
        let statement = connection.prepare_cached(text);
        statement.and_then(|mut statement| statement.execute([])).map(drop)
    };
    let told = |error: rusqlite::Error| Halt::from(error).told(path);
    say("SAVEPOINT call").map_err(told)?;
    if !call.run(work, path)? {
        say("ROLLBACK TO call").map_err(told)?;
    }
    say("RELEASE call").map_err(told)
}
