//! Every crate takes its lints, licence and edition from the workspace.

use super::Finding;
use super::workspace::Member;

/// Table and key of what has to be inherited, and what goes wrong otherwise.
const INHERITED: &[(&str, &str, &str)] = &[
    ("", "lints", "the workspace's lints do not hold here: add `[lints]` with `workspace = true`"),
    ("package.", "license", "the licence is not the workspace's: write `license.workspace = true`"),
    ("package.", "edition", "the edition is not the workspace's: write `edition.workspace = true`"),
];

/// A finding for everything a member does not inherit.
pub(super) fn check(members: &[Member]) -> Vec<Finding> {
    members.iter().flat_map(of).collect()
}

fn of(member: &Member) -> Vec<Finding> {
    let lines = dotted(&member.manifest);
    let mut findings = Vec::new();
    for (table, key, what) in INHERITED {
        let path = format!("{table}{key}");
        let right = [format!("{path}.workspace=true"), format!("{path}={{workspace=true}}")];
        if !lines.iter().any(|line| right.contains(line)) {
            // Where it says something else, or else where the manifest begins.
            let wrong =
                |line: &String| line.strip_prefix(&path).is_some_and(|l| l.starts_with(['=', '.']));
            let line = lines.iter().position(wrong).map_or(1, |index| index + 1);
            findings.push(Finding::new(&member.path, line, *what));
        }
    }
    findings
}

/// Each line of a manifest without spaces and comments, as a dotted key from the top: enough TOML to
/// see an inherited key in either of its spellings.
fn dotted(manifest: &str) -> Vec<String> {
    let mut table = String::new();
    let line = |line: &str| {
        let code = line.split('#').next().unwrap_or_default();
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some(name) = code.strip_prefix('[').and_then(|code| code.strip_suffix(']')) {
            table = format!("{name}.");
            code
        } else {
            format!("{table}{code}")
        }
    };
    manifest.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const NONE: [usize; 0] = [];

    const CLEAN: &str = "[package]\nname = \"a\"\nedition.workspace = true\n\
        license = { workspace = true } # ours\n\n[lints]\nworkspace = true\n";

    fn lines(manifest: &str) -> Vec<usize> {
        let member = Member {
            name: "a".to_owned(),
            path: PathBuf::from("a/Cargo.toml"),
            manifest: manifest.to_owned(),
            imports: Vec::new(),
        };
        check(&[member]).into_iter().map(|one| one.line).collect()
    }

    #[test]
    fn both_spellings_pass() {
        assert_eq!(lines(CLEAN), NONE);
    }

    #[test]
    fn each_missing_key_is_caught() {
        assert_eq!(lines(&CLEAN.replace("edition.workspace = true\n", "")), [1]);
        assert_eq!(lines(&CLEAN.replace("license", "licence")), [1]);
        assert_eq!(lines(&CLEAN.replace("[lints]\nworkspace = true\n", "")), [1]);
    }

    #[test]
    fn a_key_of_its_own_is_caught_where_it_stands() {
        assert_eq!(lines(&CLEAN.replace("edition.workspace = true", "edition = \"2021\"")), [3]);
        assert_eq!(lines(&CLEAN.replace("{ workspace = true }", "\"MIT\"")), [4]);
        assert_eq!(lines(&CLEAN.replace("workspace = true\n", "workspace = false\n")), [7, 3]);
    }

    #[test]
    fn another_table_does_not_count() {
        let elsewhere = CLEAN.replace("[lints]", "[dependencies.lints]");
        assert_eq!(lines(&elsewhere), [1]);
    }
}
