//! An engine that stands for a device in drills: the processor, which can be harmed.

use std::ops::Range;
use std::sync::OnceLock;

use sphere_engine::{
    Block, Capability, Cause, CpuEngine, Engine, EngineError, EngineName, Harm, Job, NearestJob,
    Report, Sink, SinkError, Stop, Stopped, Window,
};

/// Computes what the CPU does, until it is harmed: from then on all that it is asked for ends as
/// [`EngineError::Lost`], and so does what is under way, as on a device whose context is poisoned.
#[derive(Debug)]
pub struct Scripted {
    cpu: CpuEngine,
    capability: Capability,
    /// Why it is lost, for the life of the process.
    harmed: OnceLock<&'static str>,
}

impl Scripted {
    /// Computes on the threads of this engine.
    #[must_use]
    pub fn new(cpu: CpuEngine) -> Self {
        let capability = Capability { name: EngineName::Scripted, ..cpu.capability().clone() };
        Self { cpu, capability, harmed: OnceLock::new() }
    }

    fn check(&self) -> Result<(), EngineError> {
        let lost = |reason: &&str| Err(EngineError::Lost { reason: (*reason).to_string() });
        self.harmed.get().map_or(Ok(()), lost)
    }

    /// An end that follows from harm is one by loss, whatever the CPU says.
    fn because(&self, Stopped { next, cause }: Stopped) -> Stopped {
        Stopped { next, cause: self.check().map_or_else(Cause::Engine, |()| cause) }
    }
}

impl Engine for Scripted {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let next = job.range().start;
        self.check().map_err(|error| Stopped { next, cause: Cause::Engine(error) })?;
        let ran = self.cpu.run(job, &mut Watched { engine: self, out }, stop);
        ran.map_err(|stopped| self.because(stopped))
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        let lost = |error| Stopped { next: 0, cause: Cause::Engine(error) };
        self.check().map_err(lost)?;
        self.cpu.nearest(job, directions, indices, stop)?;
        self.check().map_err(lost)
    }

    fn harm(&self, harm: Harm) -> Result<(), EngineError> {
        self.harmed.get_or_init(|| match harm {
            Harm::Poison => "poisoned on purpose",
            Harm::Lose => "taken away on purpose",
        });
        Ok(())
    }
}

/// A sink that takes no more of an engine that has been harmed.
struct Watched<'a> {
    engine: &'a Scripted,
    out: &'a mut dyn Sink,
}

impl Sink for Watched<'_> {
    fn window(&self) -> Window {
        self.out.window()
    }

    fn lend(&mut self) -> Block {
        self.out.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.engine.check()?;
        self.out.accept(points, block)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use sphere_engine::{Collect, SampleParameters};

    use super::*;

    fn scripted() -> Scripted {
        Scripted::new(CpuEngine::new(NonZero::new(1)).unwrap())
    }

    fn job(count: &str) -> Job {
        SampleParameters::parse("fibonacci", [("count", count)]).unwrap().job().unwrap()
    }

    /// Has the engine harmed once there are points.
    struct Harming<'a>(&'a Scripted, Collect<f64>);

    impl Sink for Harming<'_> {
        fn lend(&mut self) -> Block {
            self.1.lend()
        }

        fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
            self.0.harm(Harm::Lose)?;
            self.1.accept(points, block)
        }
    }

    #[test]
    fn it_computes_what_the_cpu_does_until_it_is_harmed() {
        let engine = scripted();
        assert_eq!(engine.capability().name, EngineName::Scripted);
        let (mut points, mut expected) = (Collect::<f64>::default(), Collect::<f64>::default());
        engine.run(&job("1000"), &mut points, &Stop::never()).unwrap();
        engine.cpu.run(&job("1000"), &mut expected, &Stop::never()).unwrap();
        assert!(points.values == expected.values);
        let lattice = NearestJob::parse("fibonacci", [("total", "100")]).unwrap();
        let nearest = || {
            let mut found = [0];
            engine.nearest(&lattice, [&[0.0], &[0.0], &[1.0]], &mut found, &Stop::never())
        };
        nearest().unwrap();
        engine.harm(Harm::Poison).unwrap();
        // The first harm is the cause of what follows.
        engine.harm(Harm::Lose).unwrap();
        let run = engine.run(&job("1"), &mut points, &Stop::never()).map(drop);
        for ended in [run, nearest()] {
            let stopped = ended.unwrap_err();
            assert_eq!(stopped.next, 0);
            let Cause::Engine(EngineError::Lost { reason }) = stopped.cause else { panic!() };
            assert_eq!(reason, "poisoned on purpose");
        }
    }

    #[test]
    fn a_job_under_way_is_lost_and_says_where() {
        let engine = scripted();
        let mut sink = Harming(&engine, Collect::default());
        let stopped = engine.run(&job("10000000"), &mut sink, &Stop::never()).unwrap_err();
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "{stopped}");
        assert!(stopped.next > 0 && sink.1.values.len() as u64 == 3 * stopped.next);
    }
}
