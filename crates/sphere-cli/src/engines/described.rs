//! An engine as programs and people read it.

use serde::Serialize;
use sphere_engine::{Capability, Cost, EngineError, EngineName, Engines, Precision};

/// What `--json` lists. 64-bit numbers are strings: many readers of JSON have no integers beyond 2^53.
#[derive(Serialize)]
pub(super) struct Described {
    pub(super) name: &'static str,
    pub(super) available: bool,
    pub(super) reason: Option<String>,
    pub(super) device: Option<String>,
    pub(super) driver: Option<String>,
    pub(super) kernels: Vec<&'static str>,
    pub(super) refused: Vec<String>,
    pub(super) precisions: Vec<&'static str>,
    most_point_words: Option<String>,
    memory_bytes: Option<String>,
    pub(super) simd: Option<&'static str>,
    pub(super) threads: Option<usize>,
    pub(super) numa: Option<String>,
    pub(super) launch_seconds: Option<f64>,
    bytes_per_second: Option<String>,
    #[serde(skip)]
    pub(super) memory: Option<u64>,
    #[serde(skip)]
    pub(super) rate: Option<u64>,
}

impl Described {
    /// Opens and measures an engine, or says why not.
    pub(super) fn of(name: EngineName, engines: &Engines) -> Self {
        match engines.open(name) {
            Ok(engine) => {
                // Without its cost an engine is as good to those who ask for it by name.
                let cost = engines.measure(&**engine).ok();
                Self::available(engine.capability(), cost)
            }
            Err(error) => Self { reason: Some(because(error)), ..Self::unavailable(name) },
        }
    }

    fn available(capability: &Capability, cost: Option<Cost>) -> Self {
        let refused = capability.refused.iter();
        let decimal = |number: u64| number.to_string();
        Self {
            available: true,
            device: Some(capability.device.clone()),
            driver: Some(capability.driver.clone()).filter(|driver| !driver.is_empty()),
            kernels: capability.kernels.clone(),
            refused: refused.map(|one| format!("{}: {}", one.kernel, one.reason)).collect(),
            precisions: capability.precisions.iter().copied().map(Precision::name).collect(),
            most_point_words: capability.most_point_words.map(decimal),
            memory_bytes: capability.memory_bytes.map(decimal),
            simd: Some(capability.simd),
            threads: Some(capability.threads),
            numa: Some(capability.numa.to_string()),
            launch_seconds: cost.map(|cost| cost.launch.as_secs_f64()),
            bytes_per_second: cost.map(|cost| decimal(cost.bytes_per_second)),
            memory: capability.memory_bytes,
            rate: cost.map(|cost| cost.bytes_per_second),
            ..Self::unavailable(capability.name)
        }
    }

    fn unavailable(name: EngineName) -> Self {
        Self {
            name: name.as_str(),
            available: false,
            reason: None,
            device: None,
            driver: None,
            kernels: Vec::new(),
            refused: Vec::new(),
            precisions: Vec::new(),
            most_point_words: None,
            memory_bytes: None,
            simd: None,
            threads: None,
            numa: None,
            launch_seconds: None,
            bytes_per_second: None,
            memory: None,
            rate: None,
        }
    }
}

fn because(error: EngineError) -> String {
    match error {
        EngineError::Unavailable { reason } => reason,
        error => error.to_string(),
    }
}
