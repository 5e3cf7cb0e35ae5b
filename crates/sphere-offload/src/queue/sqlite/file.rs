//! The file before SQLite sees it: what is not ours is not even opened, because SQLite would repair it.

use std::cmp::Ordering;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use super::super::OpenError;
use super::schema::{APPLICATION, VERSION};

/// What the format of a SQLite file begins with: <https://sqlite.org/fileformat.html>, section 1.3.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;

/// Makes sure that there is a file that is a queue, or is empty and may become one.
pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(OpenError::Folder { path: path.to_owned() }),
        Ok(found) if !found.is_file() => Err(foreign(path, "a device, a socket or a pipe")),
        Ok(found) if found.len() == 0 => Ok(()),
        Ok(_) => recognise(path),
        Err(error) if error.kind() == ErrorKind::NotFound => create(path),
        Err(error) => Err(system(path, &error)),
    }
}

fn recognise(path: &Path) -> Result<(), OpenError> {
    let mut header = Vec::new();
    let file = File::open(path).map_err(|error| system(path, &error))?;
    file.take(HEADER as u64).read_to_end(&mut header).map_err(|error| system(path, &error))?;
    if header.len() < HEADER || !header.starts_with(MAGIC) {
        return Err(foreign(path, "no database"));
    }
    if number(&header, 68) != APPLICATION {
        return Err(foreign(path, "the database of another program"));
    }
    version(path, number(&header, 60))
}

/// Whether this program knows these tables.
pub(super) fn version(path: &Path, found: u32) -> Result<(), OpenError> {
    let (path, known) = (path.to_owned(), VERSION);
    match found.cmp(&known) {
        Ordering::Less => Err(OpenError::Older { path, found, known }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(OpenError::Newer { path, found, known }),
    }
}

/// A number of four bytes, big end first.
fn number(header: &[u8], at: usize) -> u32 {
    header[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// An empty file that only its owner can read: parameters and results may be secrets.
fn create(path: &Path) -> Result<(), OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| system(path, &error))?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        // Somebody was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(system(path, &error)),
    }
}

pub(super) fn foreign(path: &Path, what: &'static str) -> OpenError {
    OpenError::Foreign { path: path.to_owned(), what }
}

fn system(path: &Path, error: &std::io::Error) -> OpenError {
    OpenError::System { path: path.to_owned(), what: error.to_string() }
}
