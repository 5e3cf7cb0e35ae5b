//! How the command ends when it does not succeed.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Why a verb did not finish.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The user asked for something that cannot be: status 2, nothing was written.
    Usage(String),
    /// Something failed while working: status 1.
    Work(String),
    /// Nobody reads any more: not an error of ours, so quiet and status 0.
    BrokenPipe,
}

impl Failure {
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    pub(crate) fn work(message: impl fmt::Display) -> Self {
        Self::Work(message.to_string())
    }

    /// A failed write to `name`.
    pub(crate) fn write(name: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::BrokenPipe
        } else {
            Self::Work(format!("cannot write {name}: {error}"))
        }
    }

    /// Tells the user, and the shell.
    pub(crate) fn report(self, verb: &str) -> ExitCode {
        // A standard error that cannot be written leaves nobody to tell.
        let say = |message: String| drop(writeln!(io::stderr(), "error: {message}"));
        match self {
            Self::Usage(message) => {
                say(format!("{message}\n\nFor more information, try 'sphere {verb} --help'."));
                ExitCode::from(2)
            }
            Self::Work(message) => {
                say(message);
                ExitCode::FAILURE
            }
            Self::BrokenPipe => ExitCode::SUCCESS,
        }
    }
}
