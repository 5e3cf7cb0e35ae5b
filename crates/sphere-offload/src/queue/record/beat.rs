//! What a worker reports while it has a job.

use super::super::limits::SPANS_KEPT;
use super::super::{
    Beat, Checksums, Chunks, Executed, Held, JobId, JobState, LeaseToken, Limits, Moment,
    NewChunks, NewJob, QueueError,
};
use super::Record;
use super::submit::name;

impl Record {
    /// Keeps the lease, and what was reported, if it still is the job's.
    pub(in super::super) fn heartbeat(
        &mut self,
        lease: LeaseToken,
        beat: &Beat,
        job: &NewJob,
        limits: &Limits,
        now: Moment,
    ) -> Result<Held, QueueError> {
        if self.held(lease).is_ok() {
            self.report(lease.job, beat, job, limits)?;
            self.wait = Some(limits.lease);
            self.updated = now.wall;
            return Ok(Held::Yes);
        }
        let was = self.holder.as_ref().is_some_and(|holder| holder.fence == lease.fence);
        let cancelled = was && self.state == JobState::Cancelled;
        Ok(if cancelled { Held::Cancelled } else { Held::Lost })
    }

    /// Adds what was done. All is checked before anything changes.
    pub(super) fn report(
        &mut self,
        id: JobId,
        beat: &Beat,
        job: &NewJob,
        limits: &Limits,
    ) -> Result<(), QueueError> {
        let wrong = |what| QueueError::Report { id, what };
        if job.total > 0 && beat.done > job.total {
            return Err(wrong("more is done than there is to do"));
        }
        for span in &beat.executed {
            name("bytes of the engine", &span.engine)?;
            if span.from >= span.to {
                return Err(wrong("an engine computed no points"));
            }
        }
        if let Some(new) = &beat.chunks {
            let most = chunks_of(job, new, limits);
            self.chunks = Some(joined(self.chunks.as_ref(), new, most).map_err(wrong)?);
        }
        self.done = beat.done;
        for span in &beat.executed {
            self.add_span(span);
        }
        Ok(())
    }

    /// Points that are computed again are those of whoever did it last.
    fn add_span(&mut self, new: &Executed) {
        self.executed.retain(|span| span.from < new.from);
        if let Some(last) = self.executed.last_mut() {
            last.to = last.to.min(new.from);
            if last.to == new.from && last.engine == new.engine {
                last.to = new.to;
                return;
            }
        }
        self.executed.push(new.clone());
        let surplus = self.executed.len().saturating_sub(SPANS_KEPT);
        self.executed.drain(..surplus);
    }
}

/// How many there can be.
fn chunks_of(job: &NewJob, new: &NewChunks, limits: &Limits) -> usize {
    if job.total == 0 || new.points == 0 {
        return limits.chunks;
    }
    usize::try_from(job.total.div_ceil(new.points)).map_or(limits.chunks, |n| n.min(limits.chunks))
}

/// Known checksums and new ones.
fn joined(known: Option<&Chunks>, new: &NewChunks, most: usize) -> Result<Chunks, &'static str> {
    let mut sums = known.map_or_else(Vec::new, |known| known.checksums.0.clone());
    if new.points == 0 || known.is_some_and(|known| known.points != new.points) {
        return Err("the size of its chunks must be the same in all reports");
    }
    if new.from > sums.len() {
        return Err("checksums of chunks are missing in between");
    }
    let (again, added) = new.checksums.split_at(new.checksums.len().min(sums.len() - new.from));
    if sums[new.from..].iter().zip(again).any(|(known, again)| known != again) {
        return Err("a chunk that was computed again is another");
    }
    if added.len() > most.saturating_sub(sums.len()) {
        return Err("it has more chunks than it can have");
    }
    sums.extend(added);
    Ok(Chunks { points: new.points, checksums: Checksums(sums) })
}
