//! What a worker computes on: the engines of a service, without the service.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[cfg(target_os = "linux")]
use sphere_engine::EngineName;
#[cfg(target_os = "linux")]
use sphere_offload::Workers;
use sphere_offload::fault::Fault;
#[cfg(target_os = "linux")]
use sphere_offload::supervisor::Limits;
#[cfg(target_os = "linux")]
use sphere_offload::worker::WorkerOptions;
use sphere_offload::{Offload, OffloadError, OffloadOptions};

use super::told::Told;
use crate::cli::WorkerArguments;
use crate::failure::Failure;
use crate::threads::engine;

/// Time that an engine has to be open: its driver, kernels that are compiled, and their probe.
const OPENING_TIME: Duration = Duration::from_secs(30);
/// Time between looks at engines that failed, whether they work again.
const PROBE_TIME: Duration = Duration::from_millis(100);
/// The largest block of points: larger ones leave the processor's caches.
#[cfg(target_os = "linux")]
const BLOCK_BYTES: usize = 1 << 20;
/// Blocks that the process of an engine has for all of its jobs together.
#[cfg(target_os = "linux")]
const BLOCKS: usize = 64;

/// Starts the engines, without waiting for them.
pub(super) fn start(
    arguments: &WorkerArguments,
    told: &Arc<Told>,
) -> Result<Arc<Offload>, Failure> {
    let cpu = engine(arguments.threads.as_deref(), arguments.numa)?;
    let started = Offload::start(&OffloadOptions {
        engines: arguments.engines.clone(),
        cpu: Arc::new(cpu),
        devices: arguments.software.options(),
        #[cfg(target_os = "linux")]
        workers: processes(arguments),
        verify: arguments.verify.map(|fraction| fraction.0),
        // Keys of hash maps are random, and known to nobody.
        seed: RandomState::new().hash_one(0),
        faults: Fault::of_engines(&arguments.fault),
        patience: Duration::from_secs(arguments.engine_seconds),
        events: told.clone(),
    });
    started.map(Arc::new).map_err(|error| match error {
        OffloadError::Engine(error) => Failure::work(error),
        error => Failure::usage(error),
    })
}

/// How the processes are started that engines are in.
#[cfg(target_os = "linux")]
fn processes(arguments: &WorkerArguments) -> Option<Workers> {
    // The very same program, even if another has been installed over it meanwhile.
    let same = PathBuf::from("/proc/self/exe");
    let own = || if same.exists() { Some(same) } else { std::env::current_exe().ok() };
    let mut words = vec![sphere_server::ENGINE_WORKER.to_owned()];
    if arguments.software.software_gpu {
        words.push("--software-gpu".to_owned());
    }
    let options = WorkerOptions {
        program: arguments.worker_program.clone().or_else(own)?,
        arguments: words,
        // Each has its own.
        engine: EngineName::Scripted,
        block_bytes: BLOCK_BYTES,
        blocks: BLOCKS,
        patience: OPENING_TIME,
    };
    Some(Workers { options, limits: Limits::default() })
}

/// Waits in the background until the engines are there, measures what is compared, and then finds out now and
/// then whether those that failed work again, for as long as they are.
pub(super) fn look_after(
    offload: &Arc<Offload>,
    settled: impl FnOnce() + Send + 'static,
) -> Result<(), Failure> {
    let first = Arc::clone(offload);
    let later = Arc::downgrade(offload);
    let looking = thread::Builder::new().name("engines".to_owned()).spawn(move || {
        first.settle(OPENING_TIME);
        first.measure();
        drop(first);
        settled();
        loop {
            thread::sleep(PROBE_TIME);
            let Some(offload) = later.upgrade() else { return };
            if offload.ladder().has_to_probe() {
                offload.ladder().probe();
            }
        }
    });
    looking.map(drop).map_err(Failure::work)
}
