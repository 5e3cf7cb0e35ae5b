//! No source file is longer than a reader can hold in mind.

use std::ffi::OsStr;
use std::path::{Component, Path};

use super::Finding;

const LIMIT: usize = 700;
const SOURCES: &[&str] =
    &["rs", "wgsl", "cu", "c", "h", "js", "mjs", "css", "html", "py", "sh", "proto"];
/// What the first line of a file of numbers says, with where they come from.
const TABLE: &str = "table:";

/// A finding when the file at `path` is source, too long, and no table: its first line does not say
/// `table:`, and it does not lie in a `tests/data` folder.
pub(super) fn check(path: &Path, bytes: &[u8]) -> Option<Finding> {
    let source = path.extension().and_then(OsStr::to_str).is_some_and(|end| SOURCES.contains(&end));
    let lines = bytes.split_inclusive(|&byte| byte == b'\n').count();
    let long = source && lines > LIMIT && !is_table(bytes) && !is_data(path);
    long.then(|| {
        let what = format!(
            "{lines} lines, and {LIMIT} is the most: split the file by subject. A table of numbers \
             says `{TABLE}` and its source on its first line"
        );
        Finding::new(path, LIMIT + 1, what)
    })
}

fn is_table(bytes: &[u8]) -> bool {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(first).contains(TABLE)
}

fn is_data(path: &Path) -> bool {
    let parts: Vec<Component<'_>> = path.components().collect();
    let data = [Component::Normal(OsStr::new("tests")), Component::Normal(OsStr::new("data"))];
    parts.windows(2).any(|pair| pair == data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(path: &str, text: &str) -> bool {
        let finding = check(Path::new(path), text.as_bytes());
        assert!(finding.iter().all(|one| one.path == Path::new(path) && one.line == 701));
        finding.is_some()
    }

    #[test]
    fn the_limit_is_the_last_length_that_passes() {
        assert!(!caught("a.rs", ""));
        assert!(!caught("a.rs", &"x\n".repeat(700)));
        assert!(caught("a.rs", &"x\n".repeat(701)));
        // A last line without its end is a line.
        assert!(caught("a.rs", &("x\n".repeat(700) + "x")));
    }

    #[test]
    fn every_kind_of_source_counts_and_nothing_else() {
        let long = "x\n".repeat(701);
        for end in SOURCES {
            assert!(caught(&format!("a/b.{end}"), &long), "{end}");
        }
        assert!(!caught("Cargo.lock", &long));
        assert!(!caught("notes.md", &long));
    }

    #[test]
    fn a_table_is_one_when_it_says_so_or_lies_with_the_data() {
        let long = "x\n".repeat(701);
        assert!(!caught("a.rs", &format!("//! table: the direction numbers of Sobol'.\n{long}")));
        assert!(caught("a.rs", &format!("//! Not one.\n// table: too late\n{long}")));
        assert!(!caught("crates/a/tests/data/b.py", &long));
        assert!(caught("tests/a/data/b.py", &long));
    }
}
