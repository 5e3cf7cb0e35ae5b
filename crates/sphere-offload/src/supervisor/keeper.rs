//! The thread of a supervisor: looks at the worker, and does what is to be done.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sphere_engine::EngineError;

use super::care::{Act, Care, Seen, Why};
use super::memory::own_bytes;
use super::{Limits, Observer, Shared, Wake, WorkerEvent};
use crate::sync::Sender;
use crate::worker::{Worker, WorkerOptions};

/// What one worker after the other is kept by.
pub(super) struct Keeper {
    care: Care,
    options: WorkerOptions,
    observer: Observer,
    shared: Arc<Shared>,
    wake: Sender<Wake>,
    /// Why the worker is being ended, if it is.
    ending: Option<Why>,
}

impl Keeper {
    pub(super) fn new(
        limits: Limits,
        options: WorkerOptions,
        observer: Observer,
        shared: Arc<Shared>,
        wake: Sender<Wake>,
    ) -> Self {
        Self { care: Care::new(limits), options, observer, shared, wake, ending: None }
    }

    /// Looks once.
    pub(super) fn look(&mut self) {
        let seen = self.see();
        match self.care.act(seen, Instant::now()) {
            Act::Wait => {}
            Act::End(why) => {
                self.ending = Some(why);
                if let Some(worker) = self.shared.now().worker.clone() {
                    worker.kill();
                }
            }
            Act::Start => self.start(),
        }
    }

    fn see(&mut self) -> Seen {
        let now = self.shared.now();
        let Some(worker) = now.worker.clone() else {
            return if now.is_absent { Seen::Absent } else { Seen::None };
        };
        drop(now);
        if let Some(reason) = worker.lost() {
            // Two at once would share the device.
            if !worker.has_ended() {
                return Seen::Up { silence: Duration::ZERO, memory_bytes: 0 };
            }
            let reason = match self.ending.take() {
                None => reason,
                Some(why) => format!("{why}; {reason}"),
            };
            self.none(false, &reason);
            (self.observer)(WorkerEvent::Ended { reason });
            return Seen::Lost;
        }
        let silence = worker.silence();
        Seen::Up { silence, memory_bytes: own_bytes(worker.process_id()).unwrap_or(0) }
    }

    /// There is no worker any more.
    fn none(&self, is_absent: bool, reason: &str) {
        let mut now = self.shared.now();
        (now.worker, now.is_absent) = (None, is_absent);
        now.last_cause = Some(reason.to_string());
        drop(now);
        self.shared.changed.notify_all();
    }

    fn start(&mut self) {
        let wake = self.wake.clone();
        let on_loss = Box::new(move || {
            // Fails only where the supervisor has ended.
            let _ = wake.send(Wake::Look);
        });
        let begun = Instant::now();
        let mut now = self.shared.now();
        if now.is_over {
            return;
        }
        now.started += 1;
        now.is_starting = true;
        drop(now);
        // Outside the lock: jobs take other engines meanwhile.
        let started = Worker::watched(&self.options, on_loss);
        self.shared.now().is_starting = false;
        match started {
            Ok(worker) => {
                let process = worker.process_id();
                let mut now = self.shared.now();
                now.worker = Some(Arc::new(worker));
                (now.ready, now.is_absent) = (Instant::now(), false);
                drop(now);
                self.shared.changed.notify_all();
                (self.observer)(WorkerEvent::Ready { process, after: begun.elapsed() });
            }
            Err(error) => {
                let is_absent = matches!(error, EngineError::Unavailable { .. });
                let reason = reason(error);
                self.none(is_absent, &reason);
                (self.observer)(if is_absent {
                    WorkerEvent::Absent { reason }
                } else {
                    WorkerEvent::Ended { reason }
                });
            }
        }
    }
}

/// What an error says, without its kind.
fn reason(error: EngineError) -> String {
    match error {
        EngineError::Unavailable { reason }
        | EngineError::Lost { reason }
        | EngineError::Wrong { reason }
        | EngineError::Rejected { reason }
        | EngineError::Failed { reason } => reason,
        other => other.to_string(),
    }
}
