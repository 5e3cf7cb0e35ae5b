//! One transaction, with what its calls share.

use rusqlite::Connection;

use super::super::time::Time;
use super::super::waits::Waits;
use super::super::{Limits, Moment};
use super::jobs::{self, Stored};
use super::trouble::Halt;

/// What the writer knows of the file from transaction to transaction.
#[derive(Debug, Default)]
pub(super) struct Watch {
    waits: Waits,
    /// All changes up to this one were looked at.
    seen: u64,
}

/// What a call works on.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) connection: &'a Connection,
    pub(super) limits: &'a Limits,
    /// When the call was asked for.
    pub(super) now: Moment,
    watch: &'a mut Watch,
    began_at: u64,
    change: u64,
    ready: bool,
}

impl<'a> Work<'a> {
    /// In a transaction that has begun.
    pub(super) fn begin(
        connection: &'a Connection,
        limits: &'a Limits,
        watch: &'a mut Watch,
        time: &Time,
    ) -> Result<Self, Halt> {
        let (change, age) = connection
            .prepare_cached("SELECT change, age FROM queue")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        time.not_before(age);
        let (began_at, now, ready) = (change, time.now(), false);
        let mut work = Self { connection, limits, now, watch, began_at, change, ready };
        work.look()?;
        Ok(work)
    }

    /// The next call was asked for at this moment; first comes what was due by then. A call that had to
    /// wait for the disk is not late.
    pub(super) fn turn_to(&mut self, now: Moment) -> Result<(), Halt> {
        self.now = now;
        while let Some((seq, change)) = self.watch.waits.over(now.steady) {
            if let Some(mut stored) = jobs::at(self.connection, seq)?
                && stored.change == change
            {
                stored.record.overdue(stored.id, &stored.job, self.limits, now);
                self.save(&stored)?;
            }
        }
        self.look()
    }

    /// Stores what became of a job.
    pub(super) fn save(&mut self, stored: &Stored) -> Result<(), Halt> {
        let change = self.next_change();
        jobs::update(self.connection, stored, change)?;
        self.ready |= stored.record.is_ready();
        Ok(())
    }

    /// A number that was never used.
    pub(super) fn next_change(&mut self) -> u64 {
        self.change += 1;
        self.change
    }

    /// A job was added that may run.
    pub(super) fn is_ready(&mut self) {
        self.ready = true;
    }

    /// How much was changed.
    pub(super) fn changes(&self) -> u64 {
        self.change - self.began_at
    }

    /// Sees what waits since a change that was not looked at: of this process or of another.
    pub(super) fn look(&mut self) -> Result<(), Halt> {
        if self.watch.seen == self.change {
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, change, wait FROM jobs WHERE wait IS NOT NULL AND change > ?",
        )?;
        let mut rows = statement.query([self.watch.seen])?;
        while let Some(row) = rows.next()? {
            let wait = std::time::Duration::from_millis(row.get(2)?);
            self.watch.waits.see(row.get(0)?, row.get(1)?, wait, self.now.steady);
        }
        self.watch.seen = self.change;
        Ok(())
    }

    /// Writes what the queue remembers, if there is news. Says whether a job became ready.
    pub(super) fn end(self) -> Result<bool, Halt> {
        if self.changes() > 0 {
            self.connection
                .prepare_cached("UPDATE queue SET change = ?, age = max(age, ?)")?
                .execute([self.change, self.now.age])?;
        }
        Ok(self.ready)
    }
}
