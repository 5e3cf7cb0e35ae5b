//! Which engines answer a request, and what they are in. No reactor thread waits for a device.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use hyper::header::HeaderValue;
use serde_json::{Map, Value, json};
use sphere_engine::{CpuEngine, EngineChoice, EngineName, Exactness, Work};
#[cfg(target_os = "linux")]
use sphere_offload::Workers;
use sphere_offload::fault::Fault;
use sphere_offload::ladder::{Condition, Events, Executed, Status, Way};
#[cfg(target_os = "linux")]
use sphere_offload::supervisor::Limits;
#[cfg(target_os = "linux")]
use sphere_offload::worker::WorkerOptions;
use sphere_offload::{Offload, OffloadError, OffloadOptions};

use crate::app::App;
use crate::config::Config;
use crate::limits;
use crate::problem::Problem;

/// Starts the engines of a configuration, without waiting for them.
pub(crate) fn start(
    config: &Config,
    cpu: CpuEngine,
    events: Arc<dyn Events>,
) -> Result<Offload, OffloadError> {
    Offload::start(&OffloadOptions {
        engines: config.engines.clone(),
        cpu: Arc::new(cpu),
        devices: config.engine_options(),
        #[cfg(target_os = "linux")]
        workers: workers(config),
        verify: config.verify.map(|fraction| fraction.0),
        // Keys of hash maps are random, and known to nobody.
        seed: RandomState::new().hash_one(0),
        faults: Fault::of_engines(&config.fault),
        patience: config.engine_time(),
        events,
    })
}

#[cfg(target_os = "linux")]
fn workers(config: &Config) -> Option<Workers> {
    let mut arguments = vec![crate::ENGINE_WORKER.to_string()];
    if config.software_gpu {
        arguments.push("--software-gpu".to_string());
    }
    let options = WorkerOptions {
        program: config.worker_program.clone()?,
        arguments,
        // Each has its own.
        engine: EngineName::Scripted,
        block_bytes: limits::MOST_BLOCK_BYTES,
        blocks: limits::WORKER_BLOCKS,
        patience: limits::OPENING_TIME,
    };
    let limits = Limits { memory_bytes: config.worker_memory_bytes, ..Limits::default() };
    Some(Workers { options, limits })
}

/// Waits in the background until the engines are there, and measures what `auto` compares.
pub(crate) fn warm(app: &Arc<App>) {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || {
        app.offload.settle(limits::OPENING_TIME);
        app.settled.send_replace(true);
        app.offload.measure();
    });
}

/// Finds out now and then whether engines that failed work again, for as long as the service lives.
pub(crate) fn look_after(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(limits::PROBE_TIME).await;
            let Some(app) = app.upgrade() else { return };
            if !app.offload.ladder().has_to_probe() {
                continue;
            }
            // On a thread that may wait. Where it panics, there is nobody to tell.
            let _ = tokio::task::spawn_blocking(move || app.offload.ladder().probe()).await;
        }
    });
}

/// The engines for some work. Who asks for one by name waits until it is known whether it is here.
pub(crate) async fn way(app: &App, choice: EngineChoice, work: &Work<'_>) -> Result<Way, Problem> {
    if let EngineChoice::Named(name) = choice {
        work.suits(name).map_err(|unable| Problem::unable(&unable))?;
        let is_open = || app.offload.ladder().rung(name).is_none_or(|rung| rung.engine().is_ok());
        if !is_open() {
            // Fails only where the service is no more.
            let _ = app.settled.subscribe().wait_for(|settled| *settled).await;
        }
    }
    app.offload.ladder().way(choice, work).map_err(|error| Problem::no_engine(&error))
}

/// What executed, as the header says it.
pub(crate) fn header(engine: EngineName) -> HeaderValue {
    HeaderValue::from_static(engine.as_str())
}

/// The engine of first choice: a way has one at least.
pub(crate) fn first(app: &App, way: &Way) -> EngineName {
    way.first(app.offload.ladder()).unwrap_or(EngineName::Cpu)
}

/// All engines that executed, in order, as the header says it; where there was nothing to do, the one that
/// would have.
pub(crate) fn headers(app: &App, way: &Way, executed: &[Executed]) -> HeaderValue {
    let names: Vec<&str> = executed.iter().map(|part| part.engine.as_str()).collect();
    // Names are letters.
    HeaderValue::try_from(names.join(", "))
        .ok()
        .filter(|names| !names.is_empty())
        .unwrap_or_else(|| header(first(app, way)))
}

/// Which engine computed which points: `scripted 0-99, cpu 100-999`, with first and last index.
pub(crate) fn executed(executed: &[Executed]) -> String {
    let part = |Executed { engine, points }: &Executed| {
        format!("{engine} {}-{}", points.start, points.end.saturating_sub(1))
    };
    executed.iter().map(part).collect::<Vec<_>>().join(", ")
}

/// Whether the same request has the same answer for ever: its points are bits that no device decides.
pub(crate) fn is_exact(way: &Way) -> bool {
    way.exactness() == Exactness::Bits
}

/// Every engine in one word each, and whether one accepts work.
pub(crate) fn states(app: &App) -> (Map<String, Value>, bool) {
    let status = app.offload.ladder().status();
    let accepted = status.iter().any(|status| status.condition == Condition::Ready);
    let word = |status: Status| (status.engine.to_string(), status.condition.as_str().into());
    (status.into_iter().map(word).collect(), accepted)
}

/// All that is known of the engines, in order of choice.
pub(crate) fn document(app: &App) -> Value {
    let config = &app.config;
    json!({
        "engines": app.offload.ladder().status().iter().map(describe).collect::<Vec<_>>(),
        "verify": config.verify.map(|fraction| fraction.to_string()),
        "faults": config.fault.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn describe(status: &Status) -> Value {
    let (reason, retry_after) = match &status.condition {
        Condition::Starting { reason } | Condition::Unavailable { reason } => {
            (Some(reason.clone()), None)
        }
        Condition::Failing { retry_after } => (None, Some(retry_after.as_secs_f64())),
        Condition::Ready | Condition::Probing => (None, None),
    };
    let capability = status.capability.as_ref();
    let last = status.last_failure.as_ref().map(|(at, error)| {
        let at = at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        json!({ "timestamp": at, "cause": error.to_string() })
    });
    let mut document = json!({
        "engine": status.engine.as_str(),
        "state": status.condition.as_str(),
        "reason": reason,
        "breaker": status.breaker.as_str(),
        "retry_after_seconds": retry_after,
        "device": capability.map(|capability| capability.device.clone()),
        "driver": capability.map(|capability| capability.driver.clone()),
        "jobs": status.jobs,
        "failures": status.failures,
        "lost_seconds": status.lost.as_secs_f64(),
        "last_failure": last,
    });
    document["worker"] = worker(status);
    document
}

#[cfg(target_os = "linux")]
fn worker(status: &Status) -> Value {
    status.worker.as_ref().map_or(Value::Null, |worker| {
        json!({
            "process": worker.process,
            "started": worker.started,
            "up_seconds": worker.up_for.map(|time| time.as_secs_f64()),
            "memory_bytes": worker.memory_bytes,
            "last_cause": worker.last_cause,
        })
    })
}

/// Engines have no process of their own here.
#[cfg(not(target_os = "linux"))]
fn worker(_status: &Status) -> Value {
    Value::Null
}
