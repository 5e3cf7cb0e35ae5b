//! A queue to test, with a clock that goes when it is told to.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use serde_json::json;
use sphere_offload::breaker::Backoff;
use sphere_offload::queue::{
    Beat, Clock, JobId, JobState, Leased, Limits, NewChunks, NewJob, Queue, Timestamp,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);

/// Where a queue is kept: what was opened there is there again.
pub(crate) trait Place: fmt::Debug {
    fn open(&self, limits: Limits, clock: Arc<dyn Clock>) -> Arc<dyn Queue>;
}

/// A new place.
pub(crate) type Make = fn() -> Box<dyn Place>;

/// All tests of the suite, for one kind of place, if what it needs is there.
macro_rules! place {
    ($name:ident, $make:expr, $there:expr) => {
        mod $name {
            const MAKE: crate::stand::Make = $make;
            const THERE: fn() -> bool = $there;
            crate::suite::tests!(MAKE, THERE);
        }
    };
}
pub(crate) use place;

/// Both clocks of a queue.
#[derive(Debug)]
pub(crate) struct HandClock {
    wall: AtomicU64,
    steady: AtomicU64,
}

impl HandClock {
    /// Time passes.
    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.wall.fetch_add(millis, SeqCst);
        self.steady.fetch_add(millis, SeqCst);
    }

    /// Somebody sets the clock, and no time passes.
    pub(crate) fn set_forward(&self, time: Duration) {
        self.wall.fetch_add(u64::try_from(time.as_millis()).unwrap(), SeqCst);
    }

    pub(crate) fn set_back(&self, time: Duration) {
        self.wall.fetch_sub(u64::try_from(time.as_millis()).unwrap(), SeqCst);
    }
}

impl Clock for HandClock {
    fn wall(&self) -> Timestamp {
        Timestamp(self.wall.load(SeqCst))
    }

    fn steady(&self) -> Duration {
        Duration::from_millis(self.steady.load(SeqCst))
    }
}

/// What a test works with.
#[derive(Debug)]
pub(crate) struct Stand {
    pub(crate) queue: Arc<dyn Queue>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) limits: Limits,
    place: Box<dyn Place>,
}

impl Stand {
    pub(crate) fn new(make: Make) -> Self {
        Self::with(make, Limits::default())
    }

    pub(crate) fn with(make: Make, limits: Limits) -> Self {
        let wall = AtomicU64::new(1_800_000_000_000);
        let clock = Arc::new(HandClock { wall, steady: AtomicU64::new(5_000) });
        let place = make();
        let queue = place.open(limits, Arc::clone(&clock) as Arc<dyn Clock>);
        Self { queue, clock, limits, place }
    }

    /// The process ends, and another begins, whose clock began later.
    pub(crate) fn reopened(self) -> Self {
        let Self { queue, clock, limits, place } = self;
        drop(queue);
        clock.steady.store(7, SeqCst);
        let queue = place.open(limits, Arc::clone(&clock) as Arc<dyn Clock>);
        Self { queue, clock, limits, place }
    }

    pub(crate) fn submit(&self, job: NewJob) -> JobId {
        self.queue.submit(vec![job]).unwrap()[0].id
    }

    /// The next job, if there is one now.
    pub(crate) fn lease(&self) -> Option<Leased> {
        self.queue.lease("worker", Duration::ZERO).unwrap()
    }

    /// The next job, which must be there.
    pub(crate) fn take(&self) -> Leased {
        self.lease().unwrap()
    }

    pub(crate) fn state(&self, id: JobId) -> JobState {
        self.queue.view(id).unwrap().state
    }

    pub(crate) fn count(&self, state: JobState) -> u64 {
        self.queue.counts().unwrap().jobs[&state]
    }
}

/// A job of ten chunks.
pub(crate) fn job(submitter: &str) -> NewJob {
    NewJob {
        kind: "sample".to_owned(),
        parameters: json!({"scheme": "fibonacci", "count": 1000}),
        submitter: submitter.to_owned(),
        idempotency_key: None,
        expires_after: MINUTE,
        total: 1000,
        inputs: Vec::new(),
    }
}

pub(crate) fn keyed(submitter: &str, key: &str) -> NewJob {
    NewJob { idempotency_key: Some(key.to_owned()), ..job(submitter) }
}

/// A report of chunks of 100 points, each with a checksum that tells which it is.
pub(crate) fn chunks(from: usize, to: usize) -> Beat {
    let checksums = (from as u64..to as u64).map(|chunk| chunk ^ 0xABCD).collect();
    let chunks = Some(NewChunks { points: 100, from, checksums });
    Beat { done: 100 * to as u64, chunks, executed: Vec::new() }
}

/// Limits with pauses of between half and all of two seconds.
pub(crate) fn short_pauses() -> Limits {
    let backoff = Backoff { first: 2 * SECOND, most: 2 * SECOND, seed: 0 };
    Limits { backoff, ..Limits::default() }
}
