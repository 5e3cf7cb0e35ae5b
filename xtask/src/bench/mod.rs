//! `bench`: measures all schemes and compares them on one page.
//!
//! Each measurement is a file in `target/bench/`, a fragment; [`crate::report`] makes one page
//! of whatever fragments there are. Others come from elsewhere: counts of instructions, flame graphs,
//! peers.

mod cases;
mod machine;
mod measure;
mod sphere;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;

pub(crate) use self::cases::{CASES, Case, Kind};
use self::measure::Effort;
use self::sphere::Sphere;
use crate::{Outcome, report};

/// Measures everything, and writes the report.
pub(crate) fn run(root: &Path, quick: bool, out: &mut dyn Write) -> Outcome {
    let effort = if quick { Effort::QUICK } else { Effort::FULL };
    let sphere = Sphere::built(root)?;
    let began = Instant::now();
    let keep = |name: &str, value: Value| save(root, name, &value);
    keep("machine", machine::describe(root, &sphere, quick)?)?;
    keep("quality", measure::quality(&sphere)?)?;
    keep("allocations", measure::allocations(root)?)?;
    let say = &mut |line: &str| {
        // Who reads no progress still gets the report.
        let _ = writeln!(out, "[{:4} s] {line}", began.elapsed().as_secs());
    };
    keep("latency", measure::latencies(&sphere, say)?)?;
    keep("rates", measure::rates(&sphere, effort, say)?)?;
    report::run(root, out)
}

/// Writes a fragment of the report.
fn save(root: &Path, name: &str, value: &Value) -> Result<(), Box<dyn std::error::Error>> {
    let folder = report::folder(root);
    fs::create_dir_all(&folder)?;
    let text = serde_json::to_string_pretty(value)?;
    Ok(fs::write(folder.join(format!("{name}.json")), text + "\n")?)
}
