//! What the calls of a queue and its watch share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::time::Time;
use super::super::wake::Bell;
use super::super::{Limits, QueueError};
use super::connection::ANSWER;
use super::entry::{Head, Name};
use super::index::Index;
use super::publish::{Entry, Put};
use super::store::{Loaded, Store};

/// A watch that is not behind has seen by then what is stored.
const SOON: Duration = Duration::from_millis(500);

/// An open queue.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) store: Store,
    pub(super) time: Time,
    pub(super) limits: Limits,
    pub(super) bell: Bell,
    index: Mutex<Index>,
    /// How far the watch has come.
    pub(super) seen: tokio::sync::watch::Sender<u64>,
}

impl Core {
    pub(super) fn new(store: Store, time: Time, limits: Limits) -> Self {
        let (bell, index) = (Bell::default(), Mutex::default());
        Self { store, time, limits, bell, index, seen: tokio::sync::watch::Sender::new(0) }
    }

    /// Never kept while something is awaited.
    pub(super) fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees an entry that is stored.
    pub(super) fn see(&self, name: Name, head: &Head, number: u64) {
        self.time.not_before(head.age);
        let now = self.time.now().steady;
        if self.index().apply(name, head, number, now) {
            self.bell.ring();
        }
    }

    /// Sees entries that were stored one after the other.
    pub(super) fn saw_put(&self, entries: Vec<Entry>, first: u64) {
        for (entry, number) in entries.into_iter().zip(first..) {
            let Entry { name, mut head, .. } = entry;
            head.numbered(number);
            self.see(name, &head, number);
        }
    }

    /// Stores entries, and sees them; where they are not as expected, sees what they are.
    pub(super) async fn put(&self, mut entries: Vec<Entry>) -> Result<Put, QueueError> {
        let put = self.store.put(&mut entries).await?;
        if let Put::At(first) = put {
            self.saw_put(entries, first);
        } else {
            for entry in entries {
                self.look(entry.name).await?;
            }
        }
        Ok(put)
    }

    /// Looks what an entry is now.
    pub(super) async fn look(&self, name: Name) -> Result<Option<Loaded>, QueueError> {
        let found = self.store.newest(name, 0).await?;
        match &found {
            Some(found) => self.see(name, &found.head, found.number),
            None => self.index().absent(name),
        }
        Ok(found)
    }

    /// Until all is seen that is stored by now: somebody may have been told by another process of what this
    /// one has not seen.
    pub(super) async fn catch_up(&self) -> Result<(), QueueError> {
        let last = self.store.last().await?;
        let mut seen = self.seen.subscribe();
        for patience in [SOON, ANSWER] {
            if tokio::time::timeout(patience, seen.wait_for(|seen| *seen >= last)).await.is_ok() {
                break;
            }
            self.store.connection.heard.behind.notify_one();
        }
        Ok(())
    }
}
