//! What has been done of a job and not been told yet.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sphere_offload::queue::{Beat, Executed, JobView, NewChunks};

/// Written by whoever does the job, read by whoever tells the queue.
#[derive(Debug)]
pub(crate) struct Report {
    news: Mutex<News>,
}

#[derive(Debug)]
struct News {
    done: u64,
    /// Of so much; 0 where that is not known, or there is nothing to do.
    total: u64,
    chunk_points: u64,
    /// The number of the first of `checksums`.
    first_chunk: usize,
    checksums: Vec<u64>,
    executed: Vec<Executed>,
}

impl Report {
    /// Of a job that others may have begun.
    pub(crate) fn of(job: &JobView) -> Self {
        Self {
            news: Mutex::new(News {
                done: job.progress.done,
                total: job.progress.total,
                chunk_points: 0,
                first_chunk: 0,
                checksums: Vec::new(),
                executed: Vec::new(),
            }),
        }
    }

    fn news(&self) -> MutexGuard<'_, News> {
        // A job whose thread has panicked is not told of any more.
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The job goes on with this chunk, at this point of its own.
    pub(crate) fn begin(&self, chunk_points: u64, chunk: usize, done: u64) {
        let mut news = self.news();
        (news.chunk_points, news.first_chunk, news.done) = (chunk_points, chunk, done);
    }

    /// The next chunk has this checksum.
    pub(crate) fn chunk(&self, checksum: u64) {
        self.news().checksums.push(checksum);
    }

    /// An engine has computed these points of the job, counted from its first; no engine where it has no
    /// name.
    pub(crate) fn done(&self, engine: &str, points: Range<u64>) {
        let mut news = self.news();
        news.done = points.end;
        if engine.is_empty() || points.is_empty() {
            return;
        }
        match news.executed.last_mut() {
            Some(last) if last.engine == engine && last.to == points.start => last.to = points.end,
            _ => news.executed.push(Executed {
                engine: engine.to_owned(),
                from: points.start,
                to: points.end,
            }),
        }
    }

    /// All that is news.
    pub(crate) fn beat(&self) -> Beat {
        let news = self.news();
        // That no points have no chunks is news too.
        let is_empty = news.total == 0 && news.chunk_points > 0;
        let chunks = (is_empty || !news.checksums.is_empty()).then(|| NewChunks {
            points: news.chunk_points,
            from: news.first_chunk,
            checksums: news.checksums.clone(),
        });
        Beat { done: news.done, chunks, executed: news.executed.clone() }
    }

    /// The queue has heard this; what came since is still news.
    pub(crate) fn heard(&self, beat: &Beat) {
        let mut news = self.news();
        if let Some(chunks) = &beat.chunks {
            let heard = chunks.checksums.len().min(news.checksums.len());
            news.checksums.drain(..heard);
            news.first_chunk += heard;
        }
        // The last may have grown meanwhile; told again from where it began, it is the same span.
        let heard = beat.executed.len().saturating_sub(1).min(news.executed.len());
        news.executed.drain(..heard);
    }
}
