//! The files of a workspace: what git tracks or would track.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The paths, relative to `root` and in order, of every file git does not ignore. Where git is
/// absent, every file outside `target` and `.git`.
pub(crate) fn list(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = match git(root) {
        Some(paths) => paths,
        None => walk(root)?,
    };
    // Git still lists a tracked file that has been deleted, and one in conflict several times.
    paths.retain(|path| root.join(path).symlink_metadata().is_ok_and(|data| !data.is_dir()));
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn git(root: &Path) -> Option<Vec<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let names = output.stdout.split(|&byte| byte == 0).filter(|name| !name.is_empty());
    output.status.success().then(|| names.map(path).collect())
}

#[cfg(unix)]
fn path(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(name).into_owned())
}

fn walk(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if !entry.file_type()?.is_dir() {
                found.push(path);
            } else if entry.file_name() != "target" && entry.file_name() != ".git" {
                folders.push(path);
            }
        }
    }
    Ok(found)
}

/// What the file says: of a symbolic link, the path it points to, since that is what git keeps.
pub(crate) fn content(path: &Path) -> io::Result<Vec<u8>> {
    if path.is_symlink() {
        Ok(fs::read_link(path)?.to_string_lossy().into_owned().into_bytes())
    } else {
        fs::read(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn without_git_the_walk_skips_what_is_built() {
        let tree = Scratch::new(&[("a/b.rs", ""), ("target/c.rs", ""), (".git/d", ""), ("e", "")]);
        let mut paths = walk(tree.root()).unwrap();
        paths.sort();
        assert_eq!(paths, [Path::new("a/b.rs"), Path::new("e")]);
    }

    #[test]
    fn with_git_the_ignored_are_left_out_and_the_untracked_are_in() {
        let tree = Scratch::new(&[(".gitignore", "*.log\n"), ("a b.rs", ""), ("x.log", "")]);
        let init = Command::new("git").args(["init", "-q"]).current_dir(tree.root()).status();
        if init.is_ok_and(|status| status.success()) {
            let paths = list(tree.root()).unwrap();
            assert_eq!(paths, [Path::new(".gitignore"), Path::new("a b.rs")]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_says_where_it_points_even_when_nothing_is_there() {
        let tree = Scratch::new(&[]);
        let link = tree.root().join("link");
        std::os::unix::fs::symlink("nowhere/at/all", &link).unwrap();
        assert_eq!(list(tree.root()).unwrap(), [Path::new("link")]);
        assert_eq!(content(&link).unwrap(), b"nowhere/at/all");
    }
}
