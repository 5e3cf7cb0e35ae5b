//! Runs one job on one device.
//!
//! [`SampleParameters`] is what a command line, a query string or a stored job says;
//! [`SampleParameters::job`] is the layer that validates it, into a [`Job`]. An [`Engine`] computes
//! a job into a [`Sink`], block after block in index order. Everything left of the engine is plain
//! data. [`Engines`] are those of this process; it opens them and chooses among them.
//!
//! ```
//! use sphere_engine::{Collect, CpuEngine, Engine, SampleParameters, Stop};
//!
//! let parameters = SampleParameters::parse("fibonacci", [("count", "1e3")])?;
//! let mut points = Collect::<f64>::default();
//! let report = CpuEngine::new(None)?.run(&parameters.job()?, &mut points, &Stop::never())?;
//! assert_eq!((report.points, points.values.len()), (1_000, 3_000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate knows no format and no protocol, and no file but those of compiled kernels, which the CUDA
//! engine keeps between starts.

mod block;
mod cpu;
mod cuda;
mod device;
mod engine;
mod engines;
mod error;
mod fixed_memory;
mod job;
pub mod memory;
mod nearest;
pub mod numa;
mod parameters;
mod plans;
mod stop;
mod wgpu;

pub use self::wgpu::{Power, Software, WgpuEngine, WgpuOptions};
pub use block::{Block, Collect, CollectColumns, Discard, LentWords, Sink, SinkError, Window};
pub use cpu::CpuEngine;
pub use cuda::{
    Architecture, CudaEngine, CudaOptions, CudaValues, HostMemory, LinkWay, Measure,
    compile_kernels,
};
pub use engine::{Capability, Engine, Harm, Refused, Report};
pub use engines::{
    ChoiceError, Cost, Costs, EngineChoice, EngineName, EngineOptions, Engines, Exactness, Unable,
    Work, measure, open,
};
pub use error::{Cause, EngineError, Stopped};
pub use fixed_memory::FixedMemory;
pub use job::{Coordinates, Job, Precision};
pub use nearest::NearestJob;
pub use parameters::{ParameterError, SampleParameters, SchemeKind};
pub use stop::{Progress, Stop};
