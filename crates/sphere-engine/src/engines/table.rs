//! The engines that may not be here, and how each is opened. A new one is a row.

use std::sync::Arc;

use super::{EngineName, EngineOptions};
use crate::{CudaEngine, Engine, EngineError, WgpuEngine, WgpuOptions};

/// How an engine is opened: looked for, its kernels compiled and compared with their definitions.
pub(super) type Open = fn(&EngineOptions) -> Result<Arc<dyn Engine>, EngineError>;

/// The engines beside the CPU.
pub(super) const DEVICES: [(EngineName, Open); 2] =
    [(EngineName::Wgpu, open_wgpu), (EngineName::Cuda, open_cuda)];

fn open_wgpu(options: &EngineOptions) -> Result<Arc<dyn Engine>, EngineError> {
    let engine =
        WgpuEngine::open(WgpuOptions { software: options.software, ..WgpuOptions::default() })?;
    Ok(Arc::new(engine))
}

fn open_cuda(options: &EngineOptions) -> Result<Arc<dyn Engine>, EngineError> {
    Ok(Arc::new(CudaEngine::open(options.cuda.clone())?))
}
