//! `flames`: where the instructions of each scheme go, as pictures.
//!
//! Why instructions and not time: `docs/decisions/0014-flame-graphs-of-instructions.md`.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::Outcome;
use crate::callgrind::{Program, Run, missing};

mod names;
mod profile;
mod stacks;
mod svg;

/// The best that valgrind knows.
const LEVEL: &str = "avx2";
const POINTS: u32 = 4_096;

/// Draws `target/bench/flames/SCHEME.svg` for every scheme.
pub(crate) fn run(root: &Path, out: &mut dyn Write) -> Outcome {
    if let Some(reason) = missing().or_else(profile::missing) {
        writeln!(out, "skipped: {reason}")?;
        return Ok(true);
    }
    let program = Program::named(root)?;
    if !program.levels()?.iter().any(|level| level == LEVEL) {
        writeln!(out, "skipped: this processor lacks AVX2 or FMA")?;
        return Ok(true);
    }
    let folder = crate::target(root).join("bench/flames");
    fs::create_dir_all(&folder)?;
    for case in program.names("drawn")? {
        let run = Run { case: &case, level: LEVEL, points: POINTS, repeats: 1 };
        let tree = profile::stacks(&program, &program.profile(run)?)?;
        if tree.total == 0 {
            return Err(format!("nothing was counted of {case}").into());
        }
        let per_point = tree.total as f64 / f64::from(POINTS);
        let title = format!("{case}, {LEVEL}: {per_point:.1} instructions a point");
        // The scheme is what a case is named after first.
        let path = folder.join(format!("{}.svg", case.split('-').next().unwrap_or(&case)));
        fs::write(&path, svg::draw(&title, &tree))?;
        writeln!(out, "{title}: {}", path.display())?;
    }
    Ok(true)
}
