//! `counts`: no kernel takes more instructions a point than it did.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::Outcome;
use crate::callgrind::{Program, Run, missing};

mod baseline;
mod verdict;

use baseline::{Baseline, Row};
use verdict::{Verdict, compare};

/// The levels that valgrind knows.
const LEVELS: [&str; 2] = ["scalar", "avx2"];
/// Enough that what a call costs does not show, few enough to stay in the cache.
const POINTS: u32 = 32_768;
/// The committed counts, relative to the root.
const BASELINE: &str = "benches/instructions.csv";

/// Counts every case, and compares with the committed counts or writes them anew.
pub(crate) fn run(root: &Path, write: bool, out: &mut dyn Write) -> Outcome {
    let pinned = pinned(&fs::read_to_string(root.join("rust-toolchain.toml"))?)?;
    let here = rustc(root)?;
    if let Some(reason) = missing() {
        return skipped(write, reason, out);
    } else if here != pinned {
        let reason = format!("counts hold for rustc {pinned}, and this is {here}");
        return skipped(write, &reason, out);
    }
    let program = Program::released(root)?;
    let levels = program.levels()?;
    if LEVELS.iter().any(|level| !levels.iter().any(|there| there == level)) {
        return skipped(write, "this processor lacks AVX2 or FMA", out);
    }
    let rows: Vec<Row> = program
        .names("cases")?
        .iter()
        .map(|case| count(&program, case))
        .collect::<Result<_, _>>()?;
    save(root, &rows)?;
    let path = root.join(BASELINE);
    if write {
        fs::write(path, Baseline { rustc: pinned, rows }.text())?;
        writeln!(out, "{BASELINE} is written")?;
        return Ok(true);
    }
    let text = fs::read_to_string(path).map_err(|error| format!("{BASELINE}: {error}"))?;
    let baseline = Baseline::read(&text)?;
    if baseline.rustc != pinned {
        let made = baseline.rustc;
        writeln!(
            out,
            "{BASELINE} is from rustc {made}, this is {pinned}: cargo xtask counts --write"
        )?;
        return Ok(false);
    }
    let verdicts = compare(&baseline.rows, &rows);
    let [scalar, avx2] = LEVELS;
    writeln!(out, "{:<22}{scalar:>12}    change  {avx2:>12}    change", "instructions a point")?;
    for (case, changes) in &verdicts {
        writeln!(out, "{case:<22}{}{}", changes[0], changes[1])?;
    }
    advise(verdicts.iter().flat_map(|(_, changes)| changes.iter().map(|one| one.verdict)), out)
}

/// Instructions a point: of two runs less one, which leaves out how a program starts and ends.
fn count(program: &Program, case: &str) -> Result<Row, Box<dyn Error>> {
    let mut per_point = [0.0; LEVELS.len()];
    for (level, per_point) in LEVELS.into_iter().zip(&mut per_point) {
        let total = |repeats| program.instructions(Run { case, level, points: POINTS, repeats });
        let one = total(2)? - total(1)?;
        // To the digits that the table keeps, so that what is equal looks equal.
        *per_point = (one as f64 / f64::from(POINTS) * 1e3).round() / 1e3;
    }
    Ok(Row { case: case.to_owned(), per_point })
}

/// What follows from the verdicts: whether all is well, and what to do where it is not.
fn advise(verdicts: impl Iterator<Item = Verdict>, out: &mut dyn Write) -> Outcome {
    let verdicts: Vec<Verdict> = verdicts.collect();
    let has = |what: &[Verdict]| verdicts.iter().any(|one| what.contains(one));
    let [grew, unknown] = [has(&[Verdict::Grew]), has(&[Verdict::New, Verdict::Gone])];
    if grew {
        writeln!(
            out,
            "a count grew by over 5 %: find out why. If it is worth it, say so in the commit and \
             renew the counts: cargo xtask counts --write"
        )?;
    }
    if unknown {
        writeln!(out, "the cases are not those of {BASELINE}: cargo xtask counts --write")?;
    }
    if has(&[Verdict::Fell]) {
        writeln!(out, "note: a count fell by over 5 %; keep it: cargo xtask counts --write")?;
    }
    Ok(!grew && !unknown)
}

/// Without a way to count there is nothing to check, and nothing to write either.
fn skipped(write: bool, reason: &str, out: &mut dyn Write) -> Outcome {
    writeln!(out, "skipped: {reason}")?;
    Ok(!write)
}

/// For the report.
fn save(root: &Path, rows: &[Row]) -> Result<(), Box<dyn Error>> {
    let cases: Vec<_> = rows
        .iter()
        .map(|Row { case, per_point: [scalar, avx2] }| {
            json!({ "case": case, "scalar": scalar, "avx2": avx2 })
        })
        .collect();
    let folder = crate::target(root).join("bench");
    fs::create_dir_all(&folder)?;
    let text = serde_json::to_string_pretty(&json!({ "points": POINTS, "cases": cases }))?;
    Ok(fs::write(folder.join("instructions.json"), text + "\n")?)
}

/// The version that `rust-toolchain.toml` pins.
fn pinned(toolchain: &str) -> Result<String, Box<dyn Error>> {
    let channel = toolchain.lines().find_map(|line| line.strip_prefix("channel = "));
    Ok(channel.ok_or("rust-toolchain.toml pins no channel")?.trim().trim_matches('"').to_owned())
}

/// The version of the compiler in use.
fn rustc(root: &Path) -> Result<String, Box<dyn Error>> {
    let output = Command::new("rustc").arg("--version").current_dir(root).output()?;
    let said = String::from_utf8(output.stdout)?;
    Ok(said.split(' ').nth(1).ok_or("rustc does not say its version")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Verdict, advise, pinned};

    #[test]
    fn the_pinned_version_is_read() {
        let text = include_str!("../../../rust-toolchain.toml");
        assert!(pinned(text).unwrap().starts_with("1."));
        assert!(pinned("[toolchain]\n").is_err());
    }

    #[test]
    fn only_what_grew_and_what_is_unknown_fails() {
        let table = [
            (Verdict::Same, true, ""),
            (Verdict::Grew, false, "grew by over 5 %"),
            (Verdict::Fell, true, "note: a count fell"),
            (Verdict::New, false, "the cases are not those"),
            (Verdict::Gone, false, "the cases are not those"),
        ];
        for (verdict, fine, says) in table {
            let mut out = Vec::new();
            let verdicts = [Verdict::Same, verdict, Verdict::Same];
            assert_eq!(advise(verdicts.into_iter(), &mut out).unwrap(), fine, "{verdict:?}");
            assert!(String::from_utf8(out).unwrap().contains(says), "{verdict:?}");
        }
    }
}
