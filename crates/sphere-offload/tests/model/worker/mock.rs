//! A worker without a process: it is up until it is killed, which a thread of its own finds out, as the one
//! that listens to a worker does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use shuttle::sync::Mutex;
use shuttle::sync::mpsc::{Sender, channel};
use shuttle::thread;
use sphere_engine::{
    Capability, Engine, EngineError, EngineName, Job, NearestJob, Report, Sink, Stop, Stopped,
};

/// How starts go.
#[derive(Clone, Debug)]
pub(crate) struct WorkerOptions {
    pub(crate) engine: EngineName,
    /// Errors of the first starts; later ones go well.
    pub(crate) errors: Arc<[EngineError]>,
    pub(crate) starts: Arc<AtomicUsize>,
    /// Workers that have not ended.
    pub(crate) alive: Arc<AtomicUsize>,
}

#[derive(Debug)]
pub(crate) struct Worker {
    state: Arc<Mutex<State>>,
    kill: Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    lost: Option<String>,
    ended: bool,
}

#[allow(clippy::unused_self, reason = "the calls are those of a worker with a process")]
impl Worker {
    pub(crate) fn watched(
        options: &WorkerOptions,
        on_loss: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Self, EngineError> {
        thread::yield_now();
        let start = options.starts.fetch_add(1, Ordering::Relaxed);
        if let Some(error) = options.errors.get(start) {
            return Err(error.clone());
        }
        assert_eq!(options.alive.fetch_add(1, Ordering::Relaxed), 0, "two at once");
        let (kill, killed) = channel();
        let (state, alive) = (Arc::<Mutex<State>>::default(), Arc::clone(&options.alive));
        let found_out = Arc::clone(&state);
        thread::spawn(move || {
            let _ = killed.recv();
            found_out.lock().unwrap().lost = Some("killed".to_string());
            // Now its process is waited for, while others go on.
            thread::yield_now();
            alive.fetch_sub(1, Ordering::Relaxed);
            found_out.lock().unwrap().ended = true;
            on_loss();
        });
        Ok(Self { state, kill })
    }

    pub(crate) fn kill(&self) {
        let _ = self.kill.send(());
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.lost().is_some()
    }

    pub(crate) fn lost(&self) -> Option<String> {
        self.state.lock().unwrap().lost.clone()
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state.lock().unwrap().ended
    }

    pub(crate) fn silence(&self) -> Duration {
        Duration::ZERO
    }

    /// No process has this number.
    pub(crate) fn process_id(&self) -> u32 {
        u32::MAX
    }

    pub(crate) fn freeze(&self) {}
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Engine for Worker {
    fn capability(&self) -> &Capability {
        unimplemented!("nobody asks")
    }

    fn run(&self, _job: &Job, _out: &mut dyn Sink, _stop: &Stop) -> Result<Report, Stopped> {
        unimplemented!("nobody asks")
    }

    fn nearest(
        &self,
        _job: &NearestJob,
        _directions: [&[f64]; 3],
        _indices: &mut [u64],
        _stop: &Stop,
    ) -> Result<(), Stopped> {
        unimplemented!("nobody asks")
    }
}
