//! What SQLite says, in the words of a queue.

use std::path::Path;

use rusqlite::ErrorCode;

use super::super::{OpenError, QueueError};

/// While the queue is open.
fn storage(path: &Path, error: &rusqlite::Error) -> QueueError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            QueueError::Busy { path: path.to_owned() }
        }
        Some(ErrorCode::DiskFull) => {
            QueueError::Storage { what: format!("the disk is full ({})", path.display()) }
        }
        _ => QueueError::Storage { what: format!("{error} ({})", path.display()) },
    }
}

/// While it is opened.
pub(super) fn opening(path: &Path, error: &rusqlite::Error) -> OpenError {
    let (path, what) = (path.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked { path },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            OpenError::Damaged { path, what }
        }
        _ => OpenError::System { path, what },
    }
}

/// Why a call got no further: it may not, or SQLite cannot.
#[derive(Debug)]
pub(super) enum Halt {
    Call(QueueError),
    Sql(rusqlite::Error),
}

impl Halt {
    /// As whoever called is told.
    pub(super) fn told(self, path: &Path) -> QueueError {
        match self {
            Self::Call(error) => error,
            Self::Sql(error) => storage(path, &error),
        }
    }

    /// Whether it is not known any more what is on the disk. It is where another program holds the file, and
    /// where there was no space: then something was not written, and nothing that was is lost.
    pub(super) fn leaves_doubt(&self) -> bool {
        use ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match self {
            Self::Call(_) => false,
            Self::Sql(error) => {
                !matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked | DiskFull))
            }
        }
    }
}

impl From<QueueError> for Halt {
    fn from(error: QueueError) -> Self {
        Self::Call(error)
    }
}

impl From<rusqlite::Error> for Halt {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

/// Whether it is about the file and not about the call: then nothing of the transaction counts.
pub(super) fn of_storage(error: &QueueError) -> bool {
    matches!(error, QueueError::Storage { .. } | QueueError::Busy { .. } | QueueError::Closed)
}
