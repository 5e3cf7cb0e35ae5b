//! Files that appear whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Where a result is written.
///
/// A regular file is written under a temporary name beside it and takes its own name when it is
/// [committed](Destination::commit); dropped before, it leaves nothing behind and an older file of
/// that name as it was. Pipes and devices are written in place.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    Replace(NamedTempFile),
    InPlace(File),
}

/// A file that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {source}", path.display())]
pub struct DestinationError {
    /// What was tried: `create`, `open` or `complete`.
    pub action: &'static str,
    /// The file that was asked for.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl Destination {
    /// Opens a place to write. Symbolic links are followed: the link stays, its target is replaced.
    /// A file that exists keeps its permissions.
    ///
    /// # Errors
    /// A directory, or a folder that is missing or may not be written to.
    pub fn create(path: &Path) -> Result<Self, DestinationError> {
        let failed =
            |action| move |source| DestinationError { action, path: path.to_path_buf(), source };
        let existing = path.metadata().ok();
        let writer = match &existing {
            Some(metadata) if metadata.is_dir() => {
                return Err(failed("create")(io::Error::from(io::ErrorKind::IsADirectory)));
            }
            Some(metadata) if !metadata.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(failed("open"))?;
                return Ok(Self { path: path.to_path_buf(), writer: Writer::InPlace(file) });
            }
            _ => temporary_beside(&follow_links(path)).map_err(failed("create"))?,
        };
        if let Some(metadata) = existing {
            writer.as_file().set_permissions(metadata.permissions()).map_err(failed("create"))?;
        }
        Ok(Self { path: follow_links(path), writer: Writer::Replace(writer) })
    }

    /// The temporary file, while there is one: what to remove when the process is interrupted.
    #[must_use]
    pub fn temporary_path(&self) -> Option<&Path> {
        match &self.writer {
            Writer::Replace(file) => Some(file.path()),
            Writer::InPlace(_) => None,
        }
    }

    /// Makes the file permanent, under its name, all of it.
    ///
    /// # Errors
    /// What the system says when it writes the last bytes or renames; then nothing is left behind.
    pub fn commit(self) -> Result<(), DestinationError> {
        let path = self.path;
        let committed = match self.writer {
            Writer::InPlace(mut file) => file.flush(),
            Writer::Replace(file) => file
                .as_file()
                .sync_all()
                .and_then(|()| file.persist(&path).map(drop).map_err(|error| error.error)),
        };
        committed.map_err(|source| DestinationError { action: "complete", path, source })
    }
}

impl Write for Destination {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.writer {
            Writer::Replace(file) => file.write(bytes),
            Writer::InPlace(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::Replace(file) => file.flush(),
            Writer::InPlace(file) => file.flush(),
        }
    }
}

/// In the same folder, because renaming works within a file system only.
fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sphere-").suffix(".partial");
    // What any other program would create here, less what the user's mask takes away; tempfile's
    // own files are for their owner only.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// The file that a chain of symbolic links ends at, whether it exists or not.
fn follow_links(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(target) = path.read_link() else { break };
        // A relative target starts at the folder of the link; an absolute one replaces the path.
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use tempfile::TempDir;

    use super::Destination;

    fn files(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        let mut destination = Destination::create(&path).unwrap();
        destination.write_all(b"x\n").unwrap();
        assert!(!path.exists());
        assert!(destination.temporary_path().unwrap().exists());
        destination.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x\n");
        assert_eq!(files(&folder), ["points.csv"]);
    }

    #[test]
    fn what_is_dropped_leaves_all_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("points.csv");
        fs::write(&path, "old").unwrap();
        let mut destination = Destination::create(&path).unwrap();
        destination.write_all(b"new").unwrap();
        drop(destination);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(files(&folder), ["points.csv"]);
    }

    #[test]
    fn what_cannot_be_a_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing/points.csv");
        for path in [folder.path(), missing.as_path()] {
            let error = Destination::create(path).unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
        }
        assert!(files(&folder).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_permissions_too() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let link = folder.path().join("link");
        symlink("target", &link).unwrap();
        for (content, mode) in [("first", None), ("second", Some(0o640))] {
            if let Some(mode) = mode {
                fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
            }
            let mut destination = Destination::create(&link).unwrap();
            destination.write_all(content.as_bytes()).unwrap();
            destination.commit().unwrap();
            assert_eq!(fs::read_to_string(&target).unwrap(), content);
            assert!(link.symlink_metadata().unwrap().is_symlink());
            if let Some(mode) = mode {
                assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, mode);
            }
        }
        assert_eq!(files(&folder), ["link", "target"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_new_file_is_as_readable_as_any() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let [ours, usual] = ["ours", "usual"].map(|name| folder.path().join(name));
        Destination::create(&ours).unwrap().commit().unwrap();
        fs::write(&usual, "").unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode();
        assert_eq!(mode(&ours), mode(&usual));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_are_written_in_place() {
        let mut full = Destination::create("/dev/full".as_ref()).unwrap();
        assert_eq!(full.temporary_path(), None);
        let error = full.write_all(b"x").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
        let mut null = Destination::create("/dev/null".as_ref()).unwrap();
        null.write_all(b"x").unwrap();
        null.commit().unwrap();
    }
}
