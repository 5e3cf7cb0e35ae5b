//! What a run did.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use serde::Serialize;
use sphere_engine::{Capability, EngineChoice};

use crate::failure::Failure;
use crate::output::Place;

pub(crate) struct Report<'a> {
    /// Points that were computed, or directions that were looked for.
    pub(crate) points: u64,
    pub(crate) seconds: f64,
    pub(crate) bytes: u64,
    /// Candidates that were examined, where points are drawn.
    pub(crate) attempts: Option<u64>,
    pub(crate) draws: u32,
    pub(crate) requested: EngineChoice,
    /// What was computed on.
    pub(crate) capability: &'a Capability,
}

/// The report as programs read it. 64-bit numbers are strings: many readers of JSON have no
/// integers beyond 2^53.
#[derive(Serialize)]
struct Json {
    points: String,
    seconds: f64,
    bytes: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<String>,
    simd: &'static str,
    threads: usize,
    numa: String,
    requested: &'static str,
    executed: &'static str,
    draws: u32,
}

impl Report<'_> {
    /// One JSON object on one line: on standard output, unless that holds the results.
    pub(crate) fn print(&self, results: &[&Place]) -> Result<(), Failure> {
        let json = Json {
            points: self.points.to_string(),
            seconds: self.seconds,
            bytes: self.bytes.to_string(),
            attempts: self.attempts.map(|attempts| attempts.to_string()),
            simd: self.capability.simd,
            threads: self.capability.threads,
            numa: self.capability.numa.to_string(),
            requested: self.requested.as_str(),
            executed: self.capability.name.as_str(),
            draws: self.draws,
        };
        let text = serde_json::to_string(&json).map_err(Failure::work)?;
        if results.contains(&&Place::StandardOutput) {
            writeln!(io::stderr(), "{text}")
                .map_err(|error| Failure::write("standard error", &error))
        } else {
            writeln!(io::stdout(), "{text}")
                .map_err(|error| Failure::write("standard output", &error))
        }
    }

    /// One line per file for a person at a terminal; nothing for a script.
    pub(crate) fn tell(&self, results: &[&Place]) -> Result<(), Failure> {
        if !io::stderr().is_terminal() {
            return Ok(());
        }
        for path in results.iter().copied().filter_map(file) {
            let (points, seconds) = (self.points, self.seconds);
            let line = format!("{}: {points} points in {seconds:.2} s", path.display());
            writeln!(io::stderr(), "{line}")
                .map_err(|error| Failure::write("standard error", &error))?;
        }
        Ok(())
    }
}

fn file(place: &Place) -> Option<&PathBuf> {
    match place {
        Place::File(path) => Some(path),
        Place::StandardOutput => None,
    }
}
