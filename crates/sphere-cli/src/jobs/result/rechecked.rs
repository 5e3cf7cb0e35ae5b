//! An engine whose points are compared with the checksums of a result before anybody gets them.

use std::ops::Range;
use std::sync::OnceLock;

use sphere_engine::{
    Block, Capability, Cause, Engine, EngineName, Job, NearestJob, Report, Sink, SinkError, Stop,
    Stopped, Window,
};
use sphere_jobs::{Different, Recheck};
use sphere_offload::queue::Chunks;

/// Computes whole jobs with the points that they had.
pub(super) struct Rechecked<'a> {
    engine: &'a dyn Engine,
    chunks: &'a Chunks,
    different: OnceLock<Different>,
}

impl<'a> Rechecked<'a> {
    pub(super) fn new(engine: &'a dyn Engine, chunks: &'a Chunks) -> Self {
        Self { engine, chunks, different: OnceLock::new() }
    }

    /// What was not as it was.
    pub(super) fn different(&self) -> Option<Different> {
        self.different.get().copied()
    }
}

impl Engine for Rechecked<'_> {
    fn capability(&self) -> &Capability {
        self.engine.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let recheck = Recheck::new(self.chunks, job, 0);
        let done = self.engine.run(job, &mut Compared { recheck, out }, stop);
        if let Err(Stopped { cause: Cause::Sink(error), .. }) = &done
            && let Some(different) = error.downcast_ref::<Different>()
        {
            // The first is enough.
            let _ = self.different.set(*different);
        }
        done
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.engine.nearest(job, directions, indices, stop)
    }
}

/// Hands on what is as it was. The end of a chunk tells of all of it: a reader may have had the most of a wrong
/// one, but nobody the end.
struct Compared<'a> {
    recheck: Recheck,
    out: &'a mut dyn Sink,
}

impl Sink for Compared<'_> {
    fn window(&self) -> Window {
        self.out.window()
    }

    fn lend(&mut self) -> Block {
        self.out.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.recheck.add(block.bytes())?;
        self.out.accept(points, block)
    }

    fn computed_by(&mut self, engine: EngineName) {
        self.out.computed_by(engine);
    }
}

#[cfg(test)]
mod tests {
    use sphere_engine::{Collect, CpuEngine, Engine as _, SampleParameters, Stop};
    use sphere_offload::queue::{Checksums, Chunks};

    use super::Rechecked;

    #[test]
    fn other_points_are_handed_to_nobody() {
        let job = SampleParameters::parse("random", [("count", "100")]).unwrap().job().unwrap();
        let cpu = CpuEngine::new(None).unwrap();
        let chunks = Chunks { points: 128, checksums: Checksums(vec![1]) };
        let engine = Rechecked::new(&cpu, &chunks);
        let mut out = Collect::<f64>::default();
        assert!(engine.run(&job, &mut out, &Stop::never()).is_err());
        assert_eq!(engine.different().map(|different| different.chunk), Some(0));
        assert!(out.values.is_empty());
    }
}
