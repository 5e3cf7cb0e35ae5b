//! `report`: one page, and one JSON file, of all that was measured.
//!
//! The page needs nothing but itself: no script, no font, no picture from elsewhere. Flame graphs have
//! scripts of their own, each in a frame that can do nothing else.

mod chart;
mod fragments;
mod html;
mod numbers;
mod page;
mod sections;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use self::fragments::Fragments;
use crate::Outcome;

/// Where fragments and report lie.
pub(crate) fn folder(root: &Path) -> PathBuf {
    crate::target(root).join("bench")
}

/// Writes `report.json` and `report.html` from the fragments that there are.
pub(crate) fn run(root: &Path, out: &mut dyn Write) -> Outcome {
    let folder = folder(root);
    let fragments = Fragments::read(&folder)?;
    if fragments.is_empty() {
        return Err(format!("nothing was measured yet in {}: make bench", folder.display()).into());
    }
    let json = serde_json::to_string_pretty(&fragments.to_json())? + "\n";
    for (name, text) in [("report.json", json), ("report.html", page::page(&fragments))] {
        let path = folder.join(name);
        fs::write(&path, text)?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
