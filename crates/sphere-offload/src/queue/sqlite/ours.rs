//! Which files this process has open: those it must not open and close besides, because whoever closes a
//! file on Unix loses all locks that its process has on it (<https://sqlite.org/howtocorrupt.html>, 2.2).
//! Another process might then remove the journal.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::OpenError;
use super::file;

static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Nobody else in this process opens a queue meanwhile.
#[derive(Debug)]
pub(super) struct Turn(MutexGuard<'static, Vec<PathBuf>>);

/// A file that this process has open, until this is dropped.
#[derive(Debug)]
pub(super) struct Ours(PathBuf);

impl Turn {
    pub(super) fn take() -> Self {
        Self(OPEN.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at a file before SQLite does, unless it is known.
    pub(super) fn look(&self, path: &Path) -> Result<(), OpenError> {
        match fs::canonicalize(path) {
            Ok(real) if self.0.contains(&real) => Ok(()),
            _ => file::prepare(path),
        }
    }

    /// It is open now.
    pub(super) fn opened(mut self, path: &Path) -> Ours {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.0.push(real.clone());
        Ours(real)
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
        // Once: it may be open more often.
        if let Some(at) = open.iter().position(|path| *path == self.0) {
            open.swap_remove(at);
        }
    }
}
