//! Files that appear whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Where a result is written.
///
/// A regular file is written under a temporary name beside it and takes its own name when it is
/// [committed](Destination::commit); dropped before, it leaves nothing behind and an older file of
/// that name as it was. Pipes, devices and open descriptors (`/dev/stdout`) are written in place.
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
    /// A directory, a name that no file can have, links in a loop, or a folder that is missing or
    /// may not be written to.
    pub fn create(path: &Path) -> Result<Self, DestinationError> {
        let failed =
            |action| move |source| DestinationError { action, path: path.to_path_buf(), source };
        let target = follow_links(path);
        let existing = match path.metadata() {
            Ok(metadata) => Some(metadata),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            // Going on would replace a link of a loop, or fail when all the work is done.
            Err(error) => return Err(failed("create")(error)),
        };
        let temporary = match &existing {
            Some(metadata) if metadata.is_dir() => {
                return Err(failed("create")(ErrorKind::IsADirectory.into()));
            }
            Some(metadata) if !metadata.is_file() || is_descriptor(&target) => {
                // A file that the shell opened for us may hold more than our output.
                let file = OpenOptions::new().write(true).append(metadata.is_file()).open(path);
                let writer = Writer::InPlace(file.map_err(failed("open"))?);
                return Ok(Self { path: path.to_path_buf(), writer });
            }
            None if !names_a_file(&target) => {
                return Err(failed("create")(ErrorKind::InvalidFilename.into()));
            }
            _ => temporary_beside(&target).map_err(failed("create"))?,
        };
        if let Some(metadata) = existing {
            let permissions = metadata.permissions();
            temporary.as_file().set_permissions(permissions).map_err(failed("create"))?;
        }
        Ok(Self { path: target, writer: Writer::Replace(temporary) })
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
        // A descriptor looks like a link to the file that is open; it is not that file's name.
        if is_descriptor(&path) {
            break;
        }
        let Ok(target) = path.read_link() else { break };
        // A relative target starts at the folder of the link; an absolute one replaces the path.
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Whether a path stands for a file that some process has open, such as `/proc/self/fd/1`, where
/// `/dev/stdout` leads. To rename over that file would cut off those who share the descriptor, and
/// what `>>` was to keep.
fn is_descriptor(path: &Path) -> bool {
    path.parent().is_some_and(|folder| {
        folder.ends_with("fd") && (folder.starts_with("/proc") || folder.starts_with("/dev"))
    })
}

/// Whether a file could have this name: not empty, not `..`, and without a separator at its end.
fn names_a_file(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    let ends_open = last.is_some_and(|&byte| std::path::is_separator(byte.into()));
    path.file_name().is_some() && !ends_open
}

#[cfg(test)]
mod tests;
