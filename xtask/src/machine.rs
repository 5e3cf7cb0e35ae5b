//! Paths that exist on one machine only, and how to find them among bytes.

use std::env;
use std::path::Path;

/// A piece of path to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    text: Vec<u8>,
    start: Start,
}

/// Where a path may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// Where a word does: `docs/home/x` names a folder of the project.
    Word,
    /// After any byte: in a binary, strings lie end to end.
    Anywhere,
}

// Spelt in two pieces, so that this file passes its own check.
const HOMES: [&str; 4] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
    concat!("C:\\Use", "rs\\"),
];
/// Where machines that build like to check out.
const WORK: &str = concat!("/wo", "rk/");

/// The paths to look for in a file of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Traces(Vec<Trace>);

impl Traces {
    /// What no text may hold: any home, the usual build folder, and the home and the workspace of
    /// this machine.
    pub(crate) fn in_text(root: &Path) -> Self {
        let usual = HOMES.into_iter().chain([WORK]).map(str::to_owned);
        let here = [folder(root), env::var("HOME").ok()].into_iter().flatten();
        // A short folder is left alone: `/src` is a fair name in any container file.
        let here = here.filter(|folder| depth(folder) >= 2);
        Self(usual.chain(here).map(|text| Trace::new(text, Start::Word)).collect())
    }

    /// What no released binary may hold: any home, and the workspace, the home and the tools' homes
    /// of this machine.
    pub(crate) fn in_binary(root: &Path) -> Self {
        let homes = HOMES.map(|text| Trace::new(text.to_owned(), Start::Anywhere));
        let here = ["HOME", "CARGO_HOME", "RUSTUP_HOME"].map(|name| env::var(name).ok());
        let here = [folder(root)].into_iter().chain(here).flatten();
        let here = here.filter_map(|folder| match depth(&folder) {
            0 => None,
            // `/src` is a part of most paths, and tells something only where a path begins.
            1 => Some(Trace::new(format!("{folder}/"), Start::Word)),
            _ => Some(Trace::new(folder, Start::Anywhere)),
        });
        Self(homes.into_iter().chain(here).collect())
    }

    /// Where they lie in `bytes`, each place once.
    pub(crate) fn find(&self, bytes: &[u8]) -> Vec<usize> {
        let here = |at: &usize| self.0.iter().any(|trace| trace.matches(bytes, *at));
        (0..bytes.len()).filter(here).collect()
    }
}

impl Trace {
    fn new(text: String, start: Start) -> Self {
        Self { text: text.into_bytes(), start }
    }

    fn matches(&self, bytes: &[u8], at: usize) -> bool {
        bytes[at..].starts_with(&self.text)
            && match self.start {
                Start::Anywhere => true,
                // A placeholder in brackets is nobody's folder.
                Start::Word => {
                    (at == 0 || !goes_on(bytes[at - 1]))
                        && bytes.get(at + self.text.len()).is_none_or(|byte| !b"<{$".contains(byte))
                }
            }
    }
}

fn folder(path: &Path) -> Option<String> {
    path.canonicalize().ok().map(|path| path.display().to_string())
}

fn depth(folder: &str) -> usize {
    folder.split(['/', '\\']).filter(|name| !name.is_empty()).count()
}

/// Bytes that a path goes on after, variables and patterns included: `${x}/a`, `~/a`, `*/a`, `../a`.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_.-~*})$%+@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [usize; 0] = [];

    fn places() -> impl Iterator<Item = &'static str> {
        HOMES.into_iter().chain([WORK])
    }

    fn text(content: &str) -> Vec<usize> {
        Traces::in_text(Path::new("no/such/folder")).find(content.as_bytes())
    }

    #[test]
    fn every_usual_place_is_found_where_a_word_begins() {
        for place in places() {
            assert_eq!(text(&format!("see {place}anna/x")), [4], "{place}");
            assert_eq!(text(&format!("a \"{place}anna\"")), [3], "{place}");
            assert_eq!(text(place), [0], "{place}");
        }
    }

    #[test]
    fn folders_of_the_project_and_placeholders_are_none() {
        for before in ["docs", "..", "~", "${x}", "$(x)", "*", "https://example.org"] {
            assert_eq!(text(&format!("{before}{WORK}anna")), NONE, "{before}");
        }
        for place in places() {
            assert_eq!(text(&format!("{place}<name>/x")), NONE, "{place}");
        }
        assert_eq!(text("/usr/bin /etc/hosts /proc/self /dev/null"), NONE);
    }

    #[test]
    fn a_binary_is_searched_through_strings_that_lie_end_to_end() {
        let traces = Traces::in_binary(Path::new("no/such/folder"));
        let bytes = format!("unwrap{}anna/.cargo", HOMES[0]);
        assert_eq!(traces.find(bytes.as_bytes()), [6]);
        let standard = b"\0library/core/src/option.rs\0/rustc/59807616e/library";
        assert_eq!(traces.find(standard), NONE);
    }

    #[test]
    fn the_workspace_is_found_in_both() {
        let root = tempfile::tempdir().unwrap();
        let inside = format!(" {}/a.rs", folder(root.path()).unwrap());
        assert_eq!(Traces::in_text(root.path()).find(inside.as_bytes()), [1]);
        assert_eq!(Traces::in_binary(root.path()).find(inside.as_bytes()), [1]);
    }

    #[test]
    fn a_short_folder_counts_only_where_a_path_begins() {
        let trace = Trace::new("/src/".to_owned(), Start::Word);
        assert!(trace.matches(b"\0/src/a.rs", 1));
        assert!(!trace.matches(b"core/src/a.rs", 4));
    }
}
