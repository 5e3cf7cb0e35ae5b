//! The kernels of a device: compiled once, and trusted after a probe.

use sphere_math::kernels::{ALL, Kernel, NEAREST, Output};
use sphere_math::sampling::SampleError;
use wgpu::ComputePipeline;

use super::flights::Slot;
use super::gpu::Gpu;
use super::nearest::Finder;
use super::pool::Pool;
use super::probe::{Runner, SCHEMES};
use crate::EngineError;
use crate::engine::Refused;

/// Every kernel, ready to run or refused.
#[derive(Debug)]
pub(super) struct Kernels {
    all: Vec<(&'static str, Result<ComputePipeline, String>)>,
}

impl Kernels {
    /// Compiles and probes them all; `text` is what is compiled.
    ///
    /// A kernel that fails is refused and the others stay; a device that is lost is an error.
    pub(super) fn open(
        gpu: &Gpu,
        pool: &Pool<Slot>,
        finders: &Pool<Slot>,
        text: &dyn Fn(&Kernel) -> String,
    ) -> Result<Self, EngineError> {
        let mut all = Vec::with_capacity(ALL.len() + 1);
        for kernel in ALL.into_iter().chain([NEAREST]) {
            let probed = if kernel == NEAREST {
                trusted_finder(gpu, finders, &text(kernel))
            } else {
                trusted(gpu, pool, kernel.name, &text(kernel))
            };
            let trusted = match probed {
                Err(error @ (EngineError::Lost { .. } | EngineError::OutOfMemory)) => {
                    return Err(error);
                }
                Err(error) => Err(error.to_string()),
                Ok(pipeline) => pipeline,
            };
            all.push((kernel.name, trusted));
        }
        Ok(Self { all })
    }

    /// A kernel that can be trusted.
    pub(super) fn get(&self, name: &str) -> Result<&ComputePipeline, EngineError> {
        let unavailable = |reason: String| EngineError::Unavailable { reason };
        let known = self.all.iter().find(|(known, _)| *known == name);
        let (_, trusted) =
            known.ok_or_else(|| unavailable(format!("there is no kernel {name}")))?;
        trusted.as_ref().map_err(|why| unavailable(format!("the kernel {name} is refused: {why}")))
    }

    /// Those that can be trusted.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.all.iter().filter(|(_, trusted)| trusted.is_ok()).map(|(name, _)| *name).collect()
    }

    /// Those that cannot, and why.
    pub(super) fn refused(&self) -> Vec<Refused> {
        let refused = self.all.iter().filter_map(|(kernel, trusted)| {
            let reason = trusted.as_ref().err()?.clone();
            Some(Refused { kernel, reason })
        });
        refused.collect()
    }
}

/// A kernel that computes all probed schemes as their definitions do, or what differs.
fn trusted(
    gpu: &Gpu,
    pool: &Pool<Slot>,
    name: &str,
    text: &str,
) -> Result<Result<ComputePipeline, String>, EngineError> {
    let pipeline = gpu.pipeline(name, text)?;
    let runner = Runner { gpu, pool, pipeline: &pipeline };
    for scheme in SCHEMES {
        let rejected = |error: SampleError| EngineError::Rejected { reason: error.to_string() };
        let plan = scheme.plan().map_err(rejected)?;
        if plan.launch(Output::Draw).kernel.name != name {
            continue;
        }
        if let Some(what) = runner.differs(&plan)? {
            return Ok(Err(format!("{what} of {scheme:?}")));
        }
    }
    Ok(Ok(pipeline))
}

/// The same for the search for the nearest points.
fn trusted_finder(
    gpu: &Gpu,
    pool: &Pool<Slot>,
    text: &str,
) -> Result<Result<ComputePipeline, String>, EngineError> {
    let pipeline = gpu.pipeline(NEAREST.name, text)?;
    let differs = Finder { gpu, pool, pipeline: &pipeline }.differs()?;
    Ok(differs.map_or(Ok(pipeline), Err))
}
