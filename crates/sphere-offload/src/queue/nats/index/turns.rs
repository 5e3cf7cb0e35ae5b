//! Whose turn it is: of who was served least recently.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::super::{Limits, QueueError};
use super::super::entry::{Name, TurnHead};
use super::is_news;

/// All submitters who have jobs.
#[derive(Debug, Default)]
pub(in super::super) struct Turns {
    of: HashMap<Arc<str>, Submitter>,
    /// Those who have jobs that may run, by when they were served.
    order: BTreeSet<(u64, Arc<str>)>,
    /// The highest number so far.
    top: u64,
    /// What is reserved for jobs on their way.
    unfinished: u64,
    kept: u64,
}

#[derive(Clone, Debug, Default)]
struct Submitter {
    kept: i64,
    unfinished: i64,
    ready: BTreeSet<u64>,
    /// Who is new waits for one turn of everybody else, or newcomers without end would go first.
    first: Option<u64>,
    fence: u64,
    /// The message that says what does not follow from her jobs.
    entry: Option<u64>,
    reserved: u64,
}

impl Submitter {
    fn served(&self) -> u64 {
        self.fence.max(self.first.unwrap_or(0))
    }
}

/// Places for jobs that are on their way.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Places {
    pub(in super::super) unfinished: Vec<(Arc<str>, u64)>,
    pub(in super::super) kept: u64,
}

impl Turns {
    /// One text for all jobs of a submitter.
    pub(super) fn name(&mut self, submitter: &str) -> Arc<str> {
        if let Some((name, _)) = self.of.get_key_value(submitter) {
            return Arc::clone(name);
        }
        let name: Arc<str> = submitter.into();
        self.of.insert(Arc::clone(&name), Submitter::default());
        name
    }

    /// Changes a submitter, and where she stands.
    fn change(&mut self, name: &Arc<str>, change: impl FnOnce(&mut Submitter)) {
        let submitter = self.of.entry(Arc::clone(name)).or_default();
        let before = (submitter.served(), submitter.ready.is_empty());
        change(submitter);
        let after = (submitter.served(), submitter.ready.is_empty());
        if before != after {
            self.order.remove(&(before.0, Arc::clone(name)));
            if !after.1 {
                self.order.insert((after.0, Arc::clone(name)));
            }
        }
    }

    /// She has this job, and was served with this lease.
    pub(super) fn job(&mut self, name: &Arc<str>, created: u64, fence: Option<u64>) {
        self.top = self.top.max(created).max(fence.unwrap_or(0));
        self.change(name, |it| {
            it.first = Some(it.first.map_or(created, |first| first.min(created)));
            it.fence = it.fence.max(fence.unwrap_or(0));
        });
    }

    pub(super) fn served_now(&mut self, name: &Arc<str>) {
        self.top += 1;
        let top = self.top;
        self.change(name, |it| it.fence = top);
    }

    pub(super) fn count(&mut self, name: &Arc<str>, kept: i64, unfinished: i64) {
        if let Some(it) = self.of.get_mut(name) {
            it.kept += kept;
            it.unfinished += unfinished;
        }
    }

    pub(super) fn ready(&mut self, name: &Arc<str>, created: u64, ready: bool) {
        self.change(name, |it| {
            if ready {
                it.ready.insert(created);
            } else {
                it.ready.remove(&created);
            }
        });
    }

    /// Forgets one of whom nothing is left.
    pub(super) fn clean(&mut self, name: &Arc<str>) {
        if self
            .of
            .get(name)
            .is_some_and(|it| it.kept == 0 && it.entry.is_none() && it.reserved == 0)
        {
            self.of.remove(name);
        }
    }

    pub(super) fn see(&mut self, name: Name, turn: &TurnHead, number: u64) {
        if name != Name::turn(&turn.submitter) {
            return;
        }
        let submitter = self.name(&turn.submitter);
        if is_news(self.of.get(&submitter).and_then(|it| it.entry), number) {
            self.change(&submitter, |it| {
                it.first = Some(it.first.map_or(turn.first, |first| first.min(turn.first)));
                it.fence = it.fence.max(turn.fence);
                it.entry = Some(number);
            });
        }
    }

    pub(super) fn forget(&mut self, name: Name, number: u64) {
        let found = self.of.iter().find(|(submitter, it)| {
            it.entry.is_some_and(|entry| entry <= number) && Name::turn(submitter) == name
        });
        let Some(submitter) = found.map(|(submitter, _)| Arc::clone(submitter)) else { return };
        if let Some(it) = self.of.get_mut(&submitter) {
            it.entry = None;
        }
        self.clean(&submitter);
    }

    /// The oldest job that may run of who is next.
    pub(super) fn next(&self) -> Option<u64> {
        let (_, name) = self.order.first()?;
        self.of.get(name)?.ready.first().copied()
    }

    /// Of every other submitter as many as come to turn before so many of this one, and one more of those
    /// whose turn is before.
    pub(super) fn position(&self, name: &str, created: u64) -> u64 {
        let Some(me) = self.of.get(name) else { return 0 };
        let own = me.ready.range(..created).count() as u64;
        let others = self.order.iter().filter(|(_, other)| &**other != name);
        let before = others.map(|(served, other)| {
            let ready = self.of.get(other).map_or(0, |it| it.ready.len() as u64);
            ready.min(own + u64::from(*served < me.served()))
        });
        own + before.sum::<u64>()
    }

    /// What is to be stored of a submitter of whom so many jobs are forgotten: the message that it replaces,
    /// and what it says, if anything.
    pub(in super::super) fn rest(&self, name: &str, fewer: u64) -> Option<(u64, Option<TurnHead>)> {
        let it = self.of.get(name)?;
        let entry = it.entry.unwrap_or(0);
        if it.kept.unsigned_abs() > fewer {
            let (submitter, first) = (name.to_owned(), it.first.unwrap_or(0));
            return Some((entry, Some(TurnHead { submitter, first, fence: it.fence })));
        }
        it.entry.map(|entry| (entry, None))
    }

    /// Keeps places for so many jobs of each, beside those that are there.
    pub(in super::super) fn reserve(
        &mut self,
        places: &Places,
        (unfinished, kept): (u64, u64),
        limits: &Limits,
    ) -> Result<(), QueueError> {
        let more: u64 = places.unfinished.iter().map(|(_, more)| more).sum();
        if unfinished + self.unfinished + more > limits.unfinished {
            return Err(QueueError::Full { limit: limits.unfinished });
        }
        if kept + self.kept + places.kept > limits.kept {
            return Err(QueueError::Kept { limit: limits.kept });
        }
        for (name, more) in &places.unfinished {
            let (has, reserved) =
                self.of.get(name).map_or((0, 0), |it| (it.unfinished.unsigned_abs(), it.reserved));
            if has + reserved + more > limits.per_submitter {
                let (submitter, limit) = (name.to_string(), limits.per_submitter);
                return Err(QueueError::Quota { submitter, limit });
            }
        }
        self.unfinished += more;
        self.kept += places.kept;
        for (name, more) in &places.unfinished {
            self.of.entry(Arc::clone(name)).or_default().reserved += more;
        }
        Ok(())
    }

    /// The jobs are there, or will not come.
    pub(in super::super) fn settle(&mut self, places: &Places) {
        self.kept -= places.kept;
        for (name, more) in &places.unfinished {
            self.unfinished -= more;
            if let Some(it) = self.of.get_mut(name) {
                it.reserved -= more;
            }
            self.clean(name);
        }
    }
}
