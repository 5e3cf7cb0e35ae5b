//! `sphere engines`: what can compute on this machine; and the engine that other verbs compute on.

mod described;
mod table;

use std::io::{self, Write as _};
use std::sync::Arc;

use sphere_engine::{ChoiceError, CpuEngine, Engine, EngineName, Engines, Unable, Work};

use self::described::Described;
use crate::cli::{EngineArguments, EnginesArguments};
use crate::failure::Failure;

pub(crate) fn run(arguments: &EnginesArguments) -> Result<(), Failure> {
    let cpu = CpuEngine::new(None).map_err(Failure::work)?;
    let engines = Engines::new(cpu, &arguments.software.options());
    let engines = EngineName::ALL.map(|name| Described::of(name, &engines));
    let text = if arguments.json {
        let json = serde_json::to_string_pretty(&engines).map_err(Failure::work)?;
        format!("{json}\n")
    } else {
        table::table(&engines)
    };
    let written = io::stdout().write_all(text.as_bytes());
    written.map_err(|error| Failure::write("standard output", &error))
}

/// The engine for some work, as the user wants it. `given` are the parameters that were given.
pub(crate) fn choose<'a>(
    engines: &'a Engines,
    arguments: &EngineArguments,
    work: &Work<'_>,
    given: &[&str],
) -> Result<&'a Arc<dyn Engine>, Failure> {
    engines.choose(arguments.engine, work).map_err(|error| match error {
        ChoiceError::Unable(unable) => Failure::usage(with_advice(&unable, given)),
        error @ ChoiceError::Unavailable { .. } => {
            Failure::work(format!("{error}\n\n'sphere engines' says what can compute here."))
        }
    })
}

fn with_advice(unable: &Unable, given: &[&str]) -> String {
    let (parameter, value) = unable.advice();
    let verb = if given.contains(&parameter) || parameter == "engine" { "use" } else { "add" };
    format!("{unable}: {verb} --{parameter} {value}")
}
