//! What an interrupt leaves behind: nothing.
//!
//! The handler removes the temporary files and ends the process itself, because the thread that
//! works may be waiting in a write that nobody will ever read.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sphere_io::{Destination, DestinationError};

use crate::failure::Failure;

/// The exit status after an interrupt, as shells have it: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Temporary files that exist at this moment. A process has one handler, so there is one list.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporary() -> MutexGuard<'static, Vec<PathBuf>> {
    // A list of paths has no state in between that a panic could leave.
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on, an interrupt removes the files that are being written.
pub(crate) fn install() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        // Held to the end: a file is either renamed before this or removed here.
        let files = temporary();
        for file in files.iter() {
            let _ = std::fs::remove_file(file);
        }
        // Ends the line of a progress bar.
        let _ = writeln!(io::stderr());
        std::process::exit(INTERRUPTED);
    })
    .map_err(|error| Failure::work(format!("cannot handle interrupts: {error}")))
}

/// Creates a file that an interrupt removes until it is [kept](keep).
pub(crate) fn create(path: &Path) -> Result<Destination, DestinationError> {
    // Opening a pipe waits for its reader: an interrupt must not wait with it, and a pipe has no
    // temporary file.
    let is_in_place = path.metadata().is_ok_and(|metadata| !metadata.is_file());
    if is_in_place {
        return Destination::create(path);
    }
    let mut files = temporary();
    let destination = Destination::create(path)?;
    files.extend(destination.temporary_path().map(Path::to_path_buf));
    Ok(destination)
}

/// Runs the step that makes temporary files permanent; an interrupt waits for it, so that it must
/// not wait for anybody.
pub(crate) fn keep<T>(commit: impl FnOnce() -> T) -> T {
    let mut files = temporary();
    let result = commit();
    files.clear();
    result
}
