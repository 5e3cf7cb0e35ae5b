//! Imports between the crates run downhill only.

use super::Finding;
use super::workspace::Member;

/// Every crate and the crates of this workspace it may import: only ones from the rows above it.
///
/// The sentences of the design behind it: mathematics knows no files and no devices; files know no
/// devices; whatever speaks over the network to a server links no engine.
const DOWNHILL: &[(&str, &[&str])] = &[
    ("sphere-math", &[]),
    ("sphere-benches", &["sphere-math"]),
    ("sphere-telemetry", &[]),
    ("sphere-io", &["sphere-math"]),
    ("sphere-engine", &["sphere-math"]),
    ("sphere-wasm", &["sphere-math"]),
    ("sphere-load", &["sphere-math", "sphere-io"]),
    ("sphere-autoscale", &["sphere-math"]),
    ("sphere-offload", &["sphere-math", "sphere-engine"]),
    ("sphere-jobs", &["sphere-math", "sphere-io", "sphere-engine", "sphere-offload"]),
    (
        "sphere-server",
        &[
            "sphere-math",
            "sphere-io",
            "sphere-engine",
            "sphere-offload",
            "sphere-jobs",
            "sphere-telemetry",
        ],
    ),
    (
        "sphere-cli",
        &[
            "sphere-math",
            "sphere-io",
            "sphere-engine",
            "sphere-offload",
            "sphere-jobs",
            "sphere-server",
        ],
    ),
    (
        "sphere-examples",
        &[
            "sphere-math",
            "sphere-telemetry",
            "sphere-io",
            "sphere-engine",
            "sphere-load",
            "sphere-autoscale",
            "sphere-offload",
            "sphere-server",
        ],
    ),
    ("xtask", &[]),
];

const TABLE: &str = "the table in xtask/src/tidy/edges.rs";

/// A finding for every member the table does not know, and for every import it does not allow.
pub(super) fn check(members: &[Member]) -> Vec<Finding> {
    members.iter().flat_map(of).collect()
}

fn of(member: &Member) -> Vec<Finding> {
    let Some((name, allowed)) = DOWNHILL.iter().find(|(name, _)| *name == member.name) else {
        let what =
            format!("{} is not in {TABLE}: add it there, with what it may import", member.name);
        return vec![Finding::new(&member.path, 1, what)];
    };
    let ours = |import: &str| DOWNHILL.iter().any(|(name, _)| *name == import);
    let mut findings = Vec::new();
    for import in &member.imports {
        if (import.local || ours(&import.name)) && !allowed.contains(&import.name.as_str()) {
            let what = format!(
                "{name} must not import {}: imports run downhill only. Move what is needed to a crate \
                 both may import, or argue for the edge in {TABLE}",
                import.name
            );
            findings.push(Finding::new(&member.path, member.line_of(&import.name), what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use crate::tidy::workspace::members;

    const NONE: [(String, usize); 0] = [];

    /// A workspace with the given `Cargo.toml` tails, checked.
    fn findings(crates: &[(&str, &str)]) -> Vec<(String, usize)> {
        let tree =
            Scratch::new(&[("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n")]);
        for (name, tail) in crates {
            let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n{tail}");
            tree.write(&format!("{name}/Cargo.toml"), &manifest);
            tree.write(&format!("{name}/src/lib.rs"), "");
        }
        let findings = check(&members(tree.root()).unwrap());
        findings.into_iter().map(|one| (one.path.display().to_string(), one.line)).collect()
    }

    const MATH: (&str, &str) = ("sphere-math", "");

    #[test]
    fn imports_downhill_pass() {
        let io = "[dependencies]\nsphere-math.path = \"../sphere-math\"\nserde = \"1\"\n";
        assert_eq!(findings(&[MATH, ("sphere-io", io)]), NONE);
    }

    #[test]
    fn an_import_uphill_is_caught_whatever_it_is_for() {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let io = format!(
                "[{kind}]\nserde = \"1\"\nsphere-engine = {{ path = \"../sphere-engine\" }}\n"
            );
            let caught = findings(&[MATH, ("sphere-engine", ""), ("sphere-io", &io)]);
            assert_eq!(caught, [("sphere-io/Cargo.toml".to_owned(), 7)], "{kind}");
        }
    }

    #[test]
    fn another_name_or_another_platform_hides_nothing() {
        let io = "[target.'cfg(windows)'.dependencies.other]\npackage = \"sphere-engine\"\n\
                  path = \"../sphere-engine\"\n";
        let caught = findings(&[MATH, ("sphere-engine", ""), ("sphere-io", io)]);
        assert_eq!(caught, [("sphere-io/Cargo.toml".to_owned(), 6)]);
    }

    #[test]
    fn a_crate_the_table_does_not_know_is_caught() {
        let caught = findings(&[MATH, ("sphere-surprise", "")]);
        assert_eq!(caught, [("sphere-surprise/Cargo.toml".to_owned(), 1)]);
    }

    #[test]
    fn the_table_itself_runs_downhill() {
        for (row, (name, allowed)) in DOWNHILL.iter().enumerate() {
            for import in *allowed {
                let above = DOWNHILL[..row].iter().any(|(earlier, _)| earlier == import);
                assert!(above, "{name} imports {import}, which is not above it");
            }
        }
    }

    #[test]
    fn what_talks_to_a_server_links_no_engine() {
        for talker in ["sphere-load", "sphere-autoscale"] {
            let (_, allowed) = DOWNHILL.iter().find(|(name, _)| *name == talker).unwrap();
            for engine in ["sphere-engine", "sphere-offload", "sphere-server"] {
                assert!(!allowed.contains(&engine), "{talker}");
            }
        }
    }
}
