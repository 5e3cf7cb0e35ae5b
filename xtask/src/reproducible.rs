//! `reproducible`: the same sources give the same `sphere`, wherever they lie.

use std::env::consts::EXE_SUFFIX;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Outcome, files};

/// Two folders that differ in name, length and depth, one of them with a space.
const FOLDERS: [&str; 2] = ["first", "second copy/of the/workspace"];

/// Builds twice and compares.
pub(crate) fn run(root: &Path, out: &mut dyn Write) -> Outcome {
    let scratch = tempfile::Builder::new().prefix("sphere-reproducible-").tempdir()?;
    let mut built = Vec::new();
    for name in FOLDERS {
        let folder = scratch.path().join(name);
        copy(root, &folder)?;
        writeln!(out, "building in {}", folder.display())?;
        built.push(fs::read(build(&folder)?)?);
    }
    let verdict = compare(&built[0], &built[1]);
    match verdict {
        None => writeln!(out, "the same {} bytes from both folders", built[0].len())?,
        Some(at) => writeln!(
            out,
            "the binaries differ from byte {at} on, {} and {} bytes long: something of the folder, \
             the time or the order of the build got in",
            built[0].len(),
            built[1].len()
        )?,
    }
    Ok(verdict.is_none())
}

/// What a release would be built from: the files git tracks or would track.
fn copy(root: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    for path in files::list(root)? {
        let target = to.join(&path);
        fs::create_dir_all(target.parent().unwrap_or(to))?;
        // With its permissions: the wrapper has to stay executable.
        fs::copy(root.join(&path), &target)
            .map_err(|error| format!("cannot copy {}: {error}", path.display()))?;
    }
    Ok(())
}

fn build(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let target = folder.join("target");
    let status = Command::new(crate::cargo())
        .args(["build", "--quiet", "--release", "--locked", "--package", "sphere-cli"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target)
        .status()?;
    if !status.success() {
        return Err(format!("the build in {} failed", folder.display()).into());
    }
    Ok(target.join("release").join(format!("sphere{EXE_SUFFIX}")))
}

/// The first place where the two differ.
fn compare(a: &[u8], b: &[u8]) -> Option<usize> {
    let shorter = a.len().min(b.len());
    let within = a.iter().zip(b).position(|(a, b)| a != b);
    within.or_else(|| (a.len() != b.len()).then_some(shorter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn equal_bytes_have_no_difference_and_a_longer_file_differs_at_the_end_of_the_shorter() {
        assert_eq!(compare(b"abc", b"abc"), None);
        assert_eq!(compare(b"abc", b"abd"), Some(2));
        assert_eq!(compare(b"abc", b"abcd"), Some(3));
        assert_eq!(compare(b"", b"a"), Some(0));
    }

    #[cfg(unix)]
    #[test]
    fn a_copy_holds_the_sources_as_they_were_and_nothing_that_was_built() {
        use std::os::unix::fs::PermissionsExt;
        let from =
            Scratch::new(&[("tools/run", "#!"), ("crates/a/src/lib.rs", "x"), ("target/y", "")]);
        let tool = from.root().join("tools/run");
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        let to = Scratch::new(&[]);
        copy(from.root(), to.root()).unwrap();
        let paths = [Path::new("crates/a/src/lib.rs"), Path::new("tools/run")];
        assert_eq!(files::list(to.root()).unwrap(), paths);
        let mode = fs::metadata(to.root().join("tools/run")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
    }
}
