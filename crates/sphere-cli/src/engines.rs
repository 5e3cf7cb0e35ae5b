//! `sphere engines`: what can compute on this machine.

use std::io::{self, Write as _};

use serde::Serialize;
use sphere_engine::{
    Capability, CpuEngine, Engine, EngineError, Precision, WgpuEngine, WgpuOptions,
};

use crate::cli::EnginesArguments;
use crate::failure::Failure;

/// An engine as programs read it.
#[derive(Serialize)]
struct Json {
    name: &'static str,
    available: bool,
    reason: Option<String>,
    device: Option<String>,
    driver: Option<String>,
    kernels: Vec<&'static str>,
    refused: Vec<String>,
    precisions: Vec<&'static str>,
    memory_bytes: Option<String>,
}

pub(crate) fn run(arguments: &EnginesArguments) -> Result<(), Failure> {
    let engines = [
        describe("cpu", CpuEngine::new(None)),
        describe("wgpu", WgpuEngine::open(WgpuOptions::default())),
    ];
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&engines).map_err(Failure::work)?;
        format!("{json}\n")
    } else {
        engines.iter().map(line).collect()
    };
    let written = io::stdout().write_all(text.as_bytes());
    written.map_err(|error| Failure::write("standard output", &error))
}

fn describe<E: Engine>(name: &'static str, engine: Result<E, EngineError>) -> Json {
    match engine {
        Ok(engine) => available(engine.capability()),
        Err(error) => Json {
            name,
            available: false,
            reason: Some(match error {
                EngineError::Unavailable { reason } => reason,
                error => error.to_string(),
            }),
            device: None,
            driver: None,
            kernels: Vec::new(),
            refused: Vec::new(),
            precisions: Vec::new(),
            memory_bytes: None,
        },
    }
}

fn available(capability: &Capability) -> Json {
    let refused = capability.refused.iter();
    Json {
        name: capability.name,
        available: true,
        reason: None,
        device: Some(capability.device.clone()),
        driver: Some(capability.driver.clone()).filter(|driver| !driver.is_empty()),
        kernels: capability.kernels.clone(),
        refused: refused.map(|one| format!("{}: {}", one.kernel, one.reason)).collect(),
        precisions: capability.precisions.iter().copied().map(Precision::name).collect(),
        memory_bytes: capability.memory_bytes.map(|bytes| bytes.to_string()),
    }
}

/// A row of the table: name, where it runs or why it does not, and what it computes.
fn line(engine: &Json) -> String {
    let line = match (&engine.device, &engine.reason) {
        (Some(device), _) => {
            let precisions = engine.precisions.join(", ");
            format!("{:<6} {device}: {precisions}: {}", engine.name, engine.kernels.join(", "))
        }
        (None, reason) => {
            format!("{:<6} unavailable: {}", engine.name, reason.as_deref().unwrap_or("no reason"))
        }
    };
    let refused = engine.refused.iter().map(|refused| format!("       refused {refused}\n"));
    refused.fold(line + "\n", |lines, refused| lines + &refused)
}
