//! What a run did.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;
use sphere_engine::Capability;

use super::target::Target;
use crate::failure::Failure;
use crate::output::Place;

pub(super) struct Report<'a> {
    pub(super) points: u64,
    pub(super) seconds: f64,
    pub(super) bytes: u64,
    pub(super) attempts: u64,
    pub(super) draws: u32,
    pub(super) requested: &'static str,
    pub(super) capability: &'a Capability,
}

/// The report as programs read it. 64-bit numbers are strings: many readers of JSON have no
/// integers beyond 2^53.
#[derive(Serialize)]
struct Json {
    points: String,
    seconds: f64,
    bytes: String,
    attempts: String,
    simd: &'static str,
    threads: usize,
    numa: String,
    requested: &'static str,
    executed: &'static str,
    draws: u32,
}

impl Report<'_> {
    /// One JSON object on one line, where the points are not.
    pub(super) fn print(&self, target: &Target) -> Result<(), Failure> {
        let json = Json {
            points: self.points.to_string(),
            seconds: self.seconds,
            bytes: self.bytes.to_string(),
            attempts: self.attempts.to_string(),
            simd: self.capability.simd,
            threads: self.capability.threads,
            numa: self.capability.numa.to_string(),
            requested: self.requested,
            executed: self.capability.name,
            draws: self.draws,
        };
        let text = serde_json::to_string(&json).map_err(Failure::work)?;
        if target.uses_standard_output() {
            writeln!(io::stderr(), "{text}")
                .map_err(|error| Failure::write("standard error", &error))
        } else {
            writeln!(io::stdout(), "{text}")
                .map_err(|error| Failure::write("standard output", &error))
        }
    }

    /// One line per file for a person at a terminal; nothing for a script.
    pub(super) fn tell(&self, target: &Target) -> Result<(), Failure> {
        if !io::stderr().is_terminal() {
            return Ok(());
        }
        for place in target.points.iter().chain(&target.picture) {
            if let Place::File(path) = place {
                let (points, seconds) = (self.points, self.seconds);
                let line = format!("{}: {points} points in {seconds:.2} s", path.display());
                writeln!(io::stderr(), "{line}")
                    .map_err(|error| Failure::write("standard error", &error))?;
            }
        }
        Ok(())
    }
}
