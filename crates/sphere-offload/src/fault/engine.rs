//! An engine with faults.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sphere_engine::{
    Block, Capability, Engine, Job, NearestJob, Report, Sink, SinkError, Stop, Stopped, Window,
};

use super::corrupt::Corruption;
use super::{Fault, FaultKind};

/// Computes what the engine in it computes, more slowly or wrongly.
pub struct Faulty {
    engine: Arc<dyn Engine>,
    started: Instant,
    slow: Vec<(Duration, Duration)>,
    corrupt: Vec<(Duration, Corruption)>,
}

impl std::fmt::Debug for Faulty {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Faulty")
            .field("engine", self.engine.capability())
            .finish_non_exhaustive()
    }
}

impl Faulty {
    /// The engine with those of the faults that name it. Time is counted from here on.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, faults: &[Fault]) -> Self {
        let mut faulty =
            Self { engine, started: Instant::now(), slow: Vec::new(), corrupt: Vec::new() };
        let name = faulty.engine.capability().name.as_str();
        for fault in faults {
            let after = fault.after.unwrap_or_default();
            match &fault.kind {
                FaultKind::Slow { engine, by } if engine == name => faulty.slow.push((after, *by)),
                FaultKind::Corrupt { engine, one_in } if engine == name => {
                    faulty.corrupt.push((after, Corruption::new(*one_in)));
                }
                _ => {}
            }
        }
        faulty
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
}

impl Engine for Faulty {
    fn capability(&self) -> &Capability {
        self.engine.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.engine.run(job, &mut Spoiled { faulty: self, out, stop }, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.wait(stop);
        self.engine.nearest(job, directions, indices, stop)?;
        for corruption in self.due(&self.corrupt) {
            let mut bytes = indices.first().copied().unwrap_or_default().to_le_bytes();
            corruption.touch(&mut bytes);
            if let Some(index) = indices.first_mut() {
                *index = u64::from_le_bytes(bytes);
            }
        }
        Ok(())
    }
}

/// Between an engine and its sink.
struct Spoiled<'a> {
    faulty: &'a Faulty,
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
        self.faulty.wait(self.stop);
        for corruption in self.faulty.due(&self.faulty.corrupt) {
            corruption.touch(block.values_mut());
        }
        self.out.accept(points, block)
    }
}

#[cfg(test)]
mod tests {
    use sphere_engine::{Collect, CpuEngine, SampleParameters};

    use super::*;

    fn points(faults: &[&str]) -> Vec<f64> {
        let cpu = CpuEngine::new(std::num::NonZeroUsize::new(1)).unwrap();
        let faults: Vec<Fault> = faults.iter().map(|text| text.parse().unwrap()).collect();
        let job = SampleParameters::parse("fibonacci", [("count", "100")]).unwrap().job().unwrap();
        let mut points = Collect::default();
        Faulty::new(Arc::new(cpu), &faults).run(&job, &mut points, &Stop::never()).unwrap();
        points.values
    }

    #[test]
    fn faults_of_the_engine_whose_time_has_come_are_felt() {
        let right = points(&[]);
        for none in [&["corrupt:wgpu:1/1"][..], &["corrupt:cpu:1/1@60"], &["gpu-poison"]] {
            assert!(points(none) == right, "{none:?}");
        }
        let wrong = points(&["corrupt:cpu:1/1"]);
        assert_eq!(wrong.iter().zip(&right).filter(|(one, other)| one != other).count(), 1);
        let started = Instant::now();
        assert!(points(&["slow:cpu:30"]) == right);
        assert!(started.elapsed() >= Duration::from_millis(30));
    }
}
