//! `tidy`: the rules no compiler knows.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::{Outcome, files};

mod edges;
mod length;
mod manifest;
mod paths;
mod rooms;
mod workspace;

/// A broken rule, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: PathBuf,
    line: usize,
    what: String,
}

impl Finding {
    fn new(path: impl Into<PathBuf>, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.into(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// Checks every rule on the workspace at `root`.
pub(crate) fn run(root: &Path, out: &mut dyn Write) -> Outcome {
    let members = workspace::members(root)?;
    let mut findings = edges::check(&members);
    findings.extend(manifest::check(&members));
    let files = files::list(root)?;
    for path in &files {
        let bytes = files::content(&root.join(path))
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        findings.extend(length::check(path, &bytes));
        findings.extend(paths::check(root, path, &bytes));
        findings.extend(rooms::check(path, &bytes));
    }
    findings.sort();
    for finding in &findings {
        writeln!(out, "{finding}")?;
    }
    if findings.is_empty() {
        writeln!(out, "{} crates and {} files are tidy", members.len(), files.len())?;
    }
    Ok(findings.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const ROOT: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\n[workspace.package]\n\
        edition = \"2024\"\nlicense = \"MIT\"\n\n[workspace.lints.rust]\n";
    const MATH: &str = "[package]\nname = \"sphere-math\"\nedition.workspace = true\n\
        license.workspace = true\n\n[lints]\nworkspace = true\n";

    fn planted() -> Scratch {
        Scratch::new(&[
            ("Cargo.toml", ROOT),
            ("crates/sphere-math/Cargo.toml", MATH),
            ("crates/sphere-math/src/lib.rs", "//! Clean.\n"),
        ])
    }

    fn said(tree: &Scratch) -> (bool, String) {
        let mut out = Vec::new();
        let tidy = run(tree.root(), &mut out).unwrap();
        (tidy, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_clean_tree_passes() {
        let (tidy, said) = said(&planted());
        assert!(tidy, "{said}");
        assert_eq!(said, "1 crates and 3 files are tidy\n");
    }

    #[test]
    fn each_rule_reports_the_file_and_the_line() {
        let tree = planted();
        let home = concat!("/ho", "me/");
        tree.write("crates/sphere-math/src/long.rs", &"//\n".repeat(701));
        tree.write("notes.md", &format!("fine\nsee {home}anna/notes\n"));
        tree.write(
            "crates/sphere-math/Cargo.toml",
            &MATH.replace("license.workspace = true\n", ""),
        );
        tree.write("crates/sphere-io/src/lib.rs", "");
        tree.write(
            "crates/sphere-io/Cargo.toml",
            "lints.workspace = true\n[package]\nname = \"sphere-io\"\nedition.workspace = true\n\
             license.workspace = true\n[dependencies]\nsphere-engine.path = \"../sphere-math\"\n\
             [build-dependencies.m]\npackage = \"sphere-math\"\npath = \"../sphere-math\"\n",
        );
        let (tidy, said) = said(&tree);
        assert!(!tidy);
        let places: Vec<&str> = said.lines().filter_map(|line| line.split(": ").next()).collect();
        // Sphere-math is a fair import of sphere-io; sphere-engine, no crate of this tree, is none.
        let expected = [
            "crates/sphere-io/Cargo.toml:7",
            "crates/sphere-math/Cargo.toml:1",
            "crates/sphere-math/src/long.rs:701",
            "notes.md:2",
        ];
        assert_eq!(places, expected, "{said}");
    }
}
