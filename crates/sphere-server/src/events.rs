//! What happens to engines, counted and logged.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};
use sphere_engine::EngineError;
use sphere_offload::ladder::{Event, Events};
#[cfg(target_os = "linux")]
use sphere_offload::supervisor::WorkerEvent;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Turn {
    engine: &'static str,
    to: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failure {
    engine: &'static str,
    class: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Worker {
    engine: &'static str,
    what: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Engine {
    engine: &'static str,
}

type Seconds = Counter<f64, std::sync::atomic::AtomicU64>;

/// The counters of the ladder. Clones count together.
#[derive(Clone, Debug, Default)]
pub(crate) struct EngineEvents {
    turns: Family<Turn, Counter>,
    failures: Family<Failure, Counter>,
    lost: Family<Engine, Seconds>,
    replayed: Family<Engine, Counter>,
    workers: Family<Worker, Counter>,
}

impl EngineEvents {
    pub(crate) fn register(&self, registry: &mut Registry) {
        let help = "Turns of the breakers of engines";
        registry.register("sphere_engine_transitions", help, self.turns.clone());
        let help = "Jobs that an engine did not come to the end of; class wrong is a mismatch";
        registry.register("sphere_engine_failures", help, self.failures.clone());
        let help = "Time from the last point that was kept to a failure";
        let lost = self.lost.clone();
        registry.register_with_unit("sphere_engine_lost", help, Unit::Seconds, lost);
        let help = "Points of a wrong engine that were computed again";
        registry.register("sphere_engine_replayed_points", help, self.replayed.clone());
        let help = "Processes of engines that were ready, ended, or found no device";
        registry.register("sphere_engine_workers", help, self.workers.clone());
    }

    fn failed(&self, engine: &'static str, error: &EngineError, lost: Duration) {
        let class = match error {
            EngineError::Unavailable { .. } => "unavailable",
            EngineError::OutOfMemory => "out_of_memory",
            EngineError::Lost { .. } => "lost",
            EngineError::Rejected { .. } => "rejected",
            EngineError::Wrong { .. } => "wrong",
            EngineError::Failed { .. } => "failed",
            EngineError::DeadlineExceeded => "deadline_exceeded",
        };
        self.failures.get_or_create(&Failure { engine, class }).inc();
        self.lost.get_or_create(&Engine { engine }).inc_by(lost.as_secs_f64());
    }
}

impl Events for EngineEvents {
    fn told(&self, event: Event<'_>) {
        match event {
            Event::Turned { engine, state } => {
                let to = state.as_str();
                tracing::info!(%engine, breaker = to, "the breaker of an engine turned");
                self.turns.get_or_create(&Turn { engine: engine.as_str(), to }).inc();
            }
            Event::Failed { engine, error, next, lost } => {
                let microseconds = lost.as_micros() as u64;
                tracing::warn!(%engine, %error, next, microseconds, "an engine failed a job");
                self.failed(engine.as_str(), error, lost);
            }
            Event::Replayed { engine, points } => {
                tracing::warn!(%engine, points, "points are computed again");
                self.replayed.get_or_create(&Engine { engine: engine.as_str() }).inc_by(points);
            }
            #[cfg(target_os = "linux")]
            Event::Worker { engine, what } => {
                let word = match what {
                    WorkerEvent::Ready { process, after } => {
                        let milliseconds = after.as_millis() as u64;
                        tracing::info!(%engine, process, milliseconds, "an engine is ready");
                        "ready"
                    }
                    WorkerEvent::Ended { reason } => {
                        tracing::warn!(%engine, reason, "the process of an engine ended");
                        "ended"
                    }
                    WorkerEvent::Absent { reason } => {
                        tracing::info!(%engine, reason, "an engine is not here");
                        "absent"
                    }
                };
                let turn = Worker { engine: engine.as_str(), what: word };
                self.workers.get_or_create(&turn).inc();
            }
        }
    }
}
