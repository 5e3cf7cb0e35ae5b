//! `private`: a release binary says nothing about the machine that built it.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::machine::Traces;

/// How much of the surroundings of a find is shown, on each side.
const CONTEXT: usize = 60;

/// Looks through the `binaries`, or through the release build of `sphere` when there are none.
pub(crate) fn run(root: &Path, binaries: &[PathBuf], out: &mut dyn Write) -> Outcome {
    let usual = crate::target(root).join("release").join(format!("sphere{EXE_SUFFIX}"));
    let binaries = if binaries.is_empty() { std::slice::from_ref(&usual) } else { binaries };
    let traces = Traces::in_binary(root);
    let mut clean = true;
    for path in binaries {
        let bytes = fs::read(path).map_err(|error| {
            let build = "build it first: cargo build --release --locked";
            format!("cannot read {}: {error}; {build}", path.display())
        })?;
        let finds = traces.find(&bytes);
        for &at in &finds {
            let shown = surroundings(&bytes, at);
            writeln!(out, "{}: byte {at} tells of this machine: {shown}", path.display())?;
        }
        if finds.is_empty() {
            writeln!(out, "{}: {} bytes, no machine path", path.display(), bytes.len())?;
        } else {
            writeln!(
                out,
                "{}: {} finds. Was it built through tools/rustc-wrapper, with RUSTC_WRAPPER unset? \
                 Does a crate embed an environment variable?",
                path.display(),
                finds.len()
            )?;
            clean = false;
        }
    }
    Ok(clean)
}

/// The printable text around `at`.
fn surroundings(bytes: &[u8], at: usize) -> String {
    let printable = |byte: &&u8| byte.is_ascii_graphic() || **byte == b' ';
    let before = bytes[..at].iter().rev().take(CONTEXT).take_while(printable).count();
    let after = bytes[at..].iter().take(CONTEXT).take_while(printable).count();
    String::from_utf8_lossy(&bytes[at - before..at + after]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    const HOME: &str = concat!("/ho", "me/");

    fn scan(bytes: &str) -> (bool, String) {
        let tree = Scratch::new(&[("sphere", bytes)]);
        let mut out = Vec::new();
        let clean = run(tree.root(), &[tree.root().join("sphere")], &mut out).unwrap();
        (clean, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_planted_path_is_found_with_its_offset_and_surroundings() {
        let (clean, said) = scan(&format!("ELF\0\0called unwrap{HOME}anna/a.rs\u{1}rest"));
        assert!(!clean);
        assert!(said.contains("byte 18 tells"), "{said}");
        assert!(said.contains(&format!(": called unwrap{HOME}anna/a.rs\n")), "{said}");
    }

    #[test]
    fn clean_bytes_pass() {
        let (clean, said) =
            scan("ELF\0\0/cargo/clap-4.6.0/src/lib.rs\0crates/sphere-math/src/lib.rs");
        assert!(clean, "{said}");
        assert!(said.contains("no machine path"), "{said}");
    }

    #[test]
    fn a_binary_that_is_not_there_is_no_pass() {
        let error =
            run(Path::new("."), &[PathBuf::from("not/built")], &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("build it first"), "{error}");
    }
}
