//! Waits, measured by whoever watches.
//!
//! A lease is not stored with the time at which it ends: that would be a time of day, and clocks are set
//! back and forth, or a time since the start of one machine or process, which means nothing to the next.
//! Stored is how long it is, and a number of the last change of its job. Who sees the same number for so
//! long, by a clock of their own that never jumps, knows that nothing was heard in that time.
//!
//! So no change of the time of day ends a lease that lives or keeps one that does not. A process that opens
//! a queue of another that died waits one lease, and needs to know nothing about the other. A lease is
//! never ended early: it was seen after it began. It is ended late by no more than the watcher looked late.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What is seen to wait, and since when. As many as jobs run or pause.
#[derive(Debug, Default)]
pub(super) struct Waits {
    by_job: BTreeMap<i64, Seen>,
    by_end: BTreeSet<(Duration, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    change: u64,
    end: Duration,
}

impl Waits {
    /// This job waits, since a change of this number. Seen again it is no news.
    pub(super) fn see(&mut self, job: i64, change: u64, wait: Duration, now: Duration) {
        if self.by_job.get(&job).is_some_and(|seen| seen.change == change) {
            return;
        }
        self.forget(job);
        let end = now.saturating_add(wait);
        self.by_job.insert(job, Seen { change, end });
        self.by_end.insert((end, job));
    }

    /// It does not wait any more, or is seen anew.
    pub(super) fn forget(&mut self, job: i64) {
        if let Some(seen) = self.by_job.remove(&job) {
            self.by_end.remove(&(seen.end, job));
        }
    }

    /// One whose time is over, with the change from which on it was seen to wait. Forgotten here.
    pub(super) fn over(&mut self, now: Duration) -> Option<(i64, u64)> {
        let (_, job) = *self.by_end.first().filter(|(end, _)| *end <= now)?;
        let change = self.by_job.get(&job).map(|seen| seen.change);
        self.forget(job);
        change.map(|change| (job, change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_change_begins_a_wait_anew() {
        let mut waits = Waits::default();
        waits.see(7, 1, 10 * SECOND, SECOND);
        waits.see(7, 1, 10 * SECOND, 5 * SECOND);
        waits.see(8, 2, 3 * SECOND, 5 * SECOND);
        assert_eq!(waits.over(7 * SECOND), None);
        assert_eq!(waits.over(8 * SECOND), Some((8, 2)));
        waits.see(7, 3, 10 * SECOND, 9 * SECOND);
        assert_eq!(waits.over(18 * SECOND), None, "it was heard of at 9");
        assert_eq!(waits.over(19 * SECOND), Some((7, 3)));
        assert_eq!(waits.over(99 * SECOND), None);
        waits.see(7, 4, SECOND, SECOND);
        waits.forget(7);
        assert!(waits.by_end.is_empty() && waits.by_job.is_empty());
    }
}
