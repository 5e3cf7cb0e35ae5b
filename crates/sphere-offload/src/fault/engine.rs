//! An engine with faults.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sphere_engine::{
    Block, Capability, Cause, Engine, EngineError, EngineName, Harm, Job, NearestJob, Report, Sink,
    SinkError, Stop, Stopped, Window,
};

use super::count::EveryNth;
use super::{Fault, FaultKind};
use crate::between::found_again;

/// What is wrong with one engine, whichever of its instances computes.
#[derive(Debug)]
pub struct Faults {
    started: Instant,
    slow: Vec<(Duration, Duration)>,
    corrupt: Vec<(Duration, EveryNth)>,
    refused: Vec<(Duration, EveryNth)>,
}

impl Faults {
    /// Those of the faults that are felt on this engine; `None` where there are none. Their time is
    /// counted from `started`.
    ///
    /// Memory is refused to devices only: a processor without memory ends the service.
    #[must_use]
    pub fn of(engine: EngineName, faults: &[Fault], started: Instant) -> Option<Self> {
        let (slow, corrupt, refused) = (Vec::new(), Vec::new(), Vec::new());
        let mut felt = Self { started, slow, corrupt, refused };
        for fault in faults {
            let after = fault.after.unwrap_or_default();
            match fault.kind {
                FaultKind::Slow { engine: of, by } if of == engine => felt.slow.push((after, by)),
                FaultKind::Corrupt { engine: of, one_in } if of == engine => {
                    felt.corrupt.push((after, EveryNth::new(one_in)));
                }
                FaultKind::AllocFail { every } if engine != EngineName::Cpu => {
                    felt.refused.push((after, EveryNth::new(every)));
                }
                _ => {}
            }
        }
        let is_none = felt.slow.is_empty() && felt.corrupt.is_empty() && felt.refused.is_empty();
        (!is_none).then_some(felt)
    }

    /// The faults of one kind whose time has come.
    fn due<'a, T>(&self, faults: &'a [(Duration, T)]) -> impl Iterator<Item = &'a T> {
        let elapsed = self.started.elapsed();
        faults.iter().filter(move |(after, _)| *after <= elapsed).map(|(_, fault)| fault)
    }

    /// Waits as long as the faults say, or until the job is to end.
    fn wait(&self, stop: &Stop) {
        let until = Instant::now() + self.due(&self.slow).sum::<Duration>();
        while Instant::now() < until && stop.cause().is_none() {
            let left = until.saturating_duration_since(Instant::now());
            std::thread::sleep(left.min(Duration::from_millis(5)));
        }
    }

    /// Changes a bit of these bytes, if it is their turn: the lowest of the one in the middle, which in a
    /// double is the smallest change that there is.
    fn touch(&self, bytes: &mut [u8]) {
        let middle = (bytes.len() / 2) & !7;
        for corruption in self.due(&self.corrupt) {
            if corruption.is_due()
                && let Some(byte) = bytes.get_mut(middle)
            {
                *byte ^= 1;
            }
        }
    }

    /// Whether there is memory this time.
    fn allocate(&self) -> Result<(), NoMemory> {
        // Each counts, whatever the others say.
        let refused = self.due(&self.refused).filter(|refused| refused.is_due()).count();
        if refused == 0 { Ok(()) } else { Err(NoMemory) }
    }
}

/// Computes what the engine in it computes, more slowly, wrongly, or not at all.
pub struct Faulty {
    engine: Arc<dyn Engine>,
    faults: Arc<Faults>,
}

impl Faulty {
    /// The engine with these faults.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, faults: Arc<Faults>) -> Self {
        Self { engine, faults }
    }
}

impl fmt::Debug for Faulty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Faulty")
            .field("engine", &self.engine.capability().name)
            .field("faults", &self.faults)
            .finish()
    }
}

/// How a sink tells an engine that there is no memory, and finds that again in what the engine says.
#[derive(Debug, thiserror::Error)]
#[error("no memory, on purpose")]
struct NoMemory;

impl Engine for Faulty {
    fn capability(&self) -> &Capability {
        self.engine.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let mut spoiled = Spoiled { faults: &self.faults, out, stop };
        let ran = self.engine.run(job, &mut spoiled, stop);
        ran.map_err(|stopped| found_again(stopped, |_: &NoMemory| EngineError::OutOfMemory))
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.faults.wait(stop);
        let no_memory = |_| Stopped { next: 0, cause: Cause::Engine(EngineError::OutOfMemory) };
        self.faults.allocate().map_err(no_memory)?;
        self.engine.nearest(job, directions, indices, stop)?;
        if let Some(index) = indices.first_mut() {
            let mut bytes = index.to_le_bytes();
            self.faults.touch(&mut bytes);
            *index = u64::from_le_bytes(bytes);
        }
        Ok(())
    }

    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        self.engine.harm(harm)
    }
}

/// Between an engine and its sink.
struct Spoiled<'a> {
    faults: &'a Faults,
    out: &'a mut dyn Sink,
    stop: &'a Stop,
}

impl Sink for Spoiled<'_> {
    fn window(&self) -> Window {
        self.out.window()
    }

    fn lend(&mut self) -> Block {
        self.out.lend()
    }

    fn accept(&mut self, points: Range<u64>, mut block: Block) -> Result<(), SinkError> {
        self.faults.wait(self.stop);
        self.faults.allocate()?;
        self.faults.touch(block.values_mut());
        self.out.accept(points, block)
    }

    fn rewind(&mut self, next: u64) -> bool {
        self.out.rewind(next)
    }
}

#[cfg(test)]
mod tests {
    use sphere_engine::{Collect, CpuEngine, SampleParameters};

    use super::*;

    fn faulty(name: EngineName, faults: &[&str]) -> Option<Faulty> {
        let cpu = CpuEngine::new(std::num::NonZeroUsize::new(1)).unwrap();
        let faults: Vec<Fault> = faults.iter().map(|text| text.parse().unwrap()).collect();
        let faults = Faults::of(name, &faults, Instant::now())?;
        Some(Faulty::new(Arc::new(cpu), Arc::new(faults)))
    }

    fn points(engine: &dyn Engine) -> Result<Vec<f64>, Stopped> {
        let job = SampleParameters::parse("fibonacci", [("count", "100")]).unwrap().job().unwrap();
        let mut points = Collect::default();
        engine.run(&job, &mut points, &Stop::never()).map(|_| points.values)
    }

    fn right() -> Vec<f64> {
        points(&CpuEngine::new(None).unwrap()).unwrap()
    }

    #[test]
    fn faults_of_the_engine_whose_time_has_come_are_felt() {
        let cpu = |faults: &[&str]| faulty(EngineName::Cpu, faults);
        assert!(cpu(&["corrupt:wgpu:1/1", "gpu-poison", "alloc-fail:1"]).is_none());
        assert!(points(&cpu(&["corrupt:cpu:1/1@60"]).unwrap()).unwrap() == right());
        let wrong = points(&cpu(&["corrupt:cpu:1/1"]).unwrap()).unwrap();
        assert_eq!(wrong.iter().zip(&right()).filter(|(one, other)| one != other).count(), 1);
        let started = Instant::now();
        assert!(points(&cpu(&["slow:cpu:30"]).unwrap()).unwrap() == right());
        assert!(started.elapsed() >= Duration::from_millis(30));
    }

    #[test]
    fn every_nth_allocation_of_a_device_fails() {
        let engine = faulty(EngineName::Scripted, &["alloc-fail:3"]).unwrap();
        let outcomes: Vec<bool> = (0..9)
            .map(|_| match points(&engine) {
                Ok(points) => points == right(),
                Err(stopped) => {
                    assert_eq!(stopped.next, 0);
                    let no_memory = Cause::Engine(EngineError::OutOfMemory).to_string();
                    assert_eq!(stopped.cause.to_string(), no_memory);
                    false
                }
            })
            .collect();
        assert_eq!(outcomes, [true, true, false].repeat(3));
    }
}
