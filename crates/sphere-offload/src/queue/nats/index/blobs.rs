//! The stored bytes of an index.

use std::collections::{BTreeSet, HashMap};

use super::super::super::BlobId;
use super::super::entry::{BlobHead, Stage};
use super::is_news;

/// All of them, and who needs which.
#[derive(Debug, Default)]
pub(in super::super) struct Blobs {
    known: HashMap<BlobId, (BlobHead, u64)>,
    users: HashMap<BlobId, i64>,
    /// Those that no job needs, by when they were stored last.
    unused: BTreeSet<(u64, BlobId)>,
    dropped: BTreeSet<BlobId>,
    pub(in super::super) stored: u64,
    pub(in super::super) bytes: u64,
    /// Bytes on their way.
    pub(in super::super) reserved: u64,
}

impl Blobs {
    /// What is known of some, and the number of the message that says it.
    pub(in super::super) fn get(&self, id: BlobId) -> Option<(BlobHead, u64)> {
        self.known.get(&id).copied()
    }

    pub(super) fn see(&mut self, id: BlobId, head: BlobHead, number: u64) {
        if is_news(self.known.get(&id).map(|(_, number)| *number), number) {
            self.take_out(id);
            self.known.insert(id, (head, number));
            self.put_in(id, &head);
        }
    }

    pub(super) fn forget(&mut self, id: BlobId, number: u64) {
        if self.known.get(&id).is_some_and(|(_, known)| *known <= number) {
            self.take_out(id);
            self.known.remove(&id);
        }
    }

    /// So many jobs more need these.
    pub(super) fn used(&mut self, id: BlobId, more: i64) {
        let users = self.users.entry(id).or_default();
        *users += more;
        let users = *users;
        if users == 0 {
            self.users.remove(&id);
        }
        if let Some((head, _)) = self.known.get(&id).copied() {
            if users == 0 && head.stage != Stage::Dropped {
                self.unused.insert((head.touched, id));
            } else {
                self.unused.remove(&(head.touched, id));
            }
        }
    }

    fn put_in(&mut self, id: BlobId, head: &BlobHead) {
        match head.stage {
            Stage::Dropped => {
                self.dropped.insert(id);
                return;
            }
            Stage::Stored => {
                self.stored += 1;
                self.bytes += head.size;
            }
            Stage::Storing => {}
        }
        if !self.users.contains_key(&id) {
            self.unused.insert((head.touched, id));
        }
    }

    fn take_out(&mut self, id: BlobId) {
        let Some((head, _)) = self.known.get(&id) else { return };
        if head.stage == Stage::Stored {
            self.stored -= 1;
            self.bytes -= head.size;
        }
        self.unused.remove(&(head.touched, id));
        self.dropped.remove(&id);
    }

    /// Those that no job needs, stored last before then.
    pub(in super::super) fn unused(&self, before: u64, most: usize) -> Vec<BlobId> {
        let due = self.unused.iter().take_while(|(touched, _)| *touched <= before);
        due.take(most).map(|(_, id)| *id).collect()
    }

    /// Those whose bytes are to be removed.
    pub(in super::super) fn dropped(&self, most: usize) -> Vec<BlobId> {
        self.dropped.iter().take(most).copied().collect()
    }
}
