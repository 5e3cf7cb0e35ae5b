//! No text names a folder that exists on one machine only.

use std::path::Path;

use super::Finding;
use crate::machine::Traces;

/// A finding for every line of the file at `path` that holds a machine path. A file with a zero byte
/// is no text.
pub(super) fn check(root: &Path, path: &Path, bytes: &[u8]) -> Vec<Finding> {
    if bytes.contains(&0) {
        return Vec::new();
    }
    let traces = Traces::in_text(root);
    let lines = bytes.split(|&byte| byte == b'\n').enumerate();
    let found = lines.filter(|(_, line)| !traces.find(line).is_empty());
    let what = "a path of one machine: write it relative to the workspace, or take it from the \
                environment";
    found.map(|(index, _)| Finding::new(path, index + 1, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [usize; 0] = [];

    fn lines(text: &str) -> Vec<usize> {
        let root = tempfile::tempdir().unwrap();
        let text = text.replace("HERE", root.path().canonicalize().unwrap().to_str().unwrap());
        let findings = check(root.path(), Path::new("a.md"), text.as_bytes());
        findings.into_iter().map(|one| one.line).collect()
    }

    #[test]
    fn clean_text_passes() {
        assert_eq!(lines(""), NONE);
        assert_eq!(lines("see docs/a.md\nand /usr/share/doc\n"), NONE);
    }

    #[test]
    fn each_line_is_reported_once() {
        let home = concat!("/ho", "me/");
        assert_eq!(lines(&format!("fine\n{home}a {home}b\nfine\n`{home}c`")), [2, 4]);
        assert_eq!(lines("\n\nbuilt in HERE/target\n"), [3]);
    }

    #[test]
    fn a_picture_is_no_text() {
        assert_eq!(lines(&format!("\u{89}PNG\0{}a", concat!("/ho", "me/"))), NONE);
    }
}
