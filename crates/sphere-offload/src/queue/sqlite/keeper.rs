//! The threads that write, one after the other: each has a connection, and ends with it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;

use rusqlite::Connection;

use super::super::time::Time;
use super::super::wake::Bell;
use super::super::{Drill, Limits, QueueError};
use super::serve::{End, serve};
use super::writer::Call;

/// What they work with.
#[derive(Debug)]
pub(super) struct Tools {
    pub(super) path: PathBuf,
    pub(super) limits: Limits,
    pub(super) time: Arc<Time>,
    pub(super) bell: Arc<Bell>,
    pub(super) drill: Drill,
}

/// Has one thread write until all calls are done. Where it ends before, for what the disk has done to it or
/// to rid itself of what it is refused, the next one opens the file again.
pub(super) fn keep(tools: &Tools, connection: Connection, mut calls: Receiver<Box<dyn Call>>) {
    let mut handed_on = (Some(connection), None);
    loop {
        let (connection, first) = std::mem::take(&mut handed_on);
        let serve = || serve(tools, connection, first, &mut calls);
        let ended = thread::scope(|scope| {
            let thread = thread::Builder::new().name("queue-writer".to_owned());
            thread.spawn_scoped(scope, serve).map(thread::ScopedJoinHandle::join)
        });
        match ended {
            Ok(Ok(End::Closed)) => return,
            Ok(Ok(End::Anew(call))) => handed_on.1 = call,
            // It has panicked, and who waited for it knows.
            Ok(Err(_)) => {}
            Err(error) => {
                let Ok(call) = calls.recv() else { return };
                call.answer(&Err(QueueError::Storage { what: format!("no thread: {error}") }));
            }
        }
    }
}
