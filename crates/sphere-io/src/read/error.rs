//! What can be wrong with a file.

use std::io;

use crate::Format;

/// A file that cannot be read. The messages leave its name to whoever knows it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// What the system said.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// Neither the first bytes nor the suffix tell the format.
    #[error(
        "the file is of no known format; it must be one of csv, npy, raw, json, parquet, arrow, \
         ply, and raw must be named"
    )]
    UnknownFormat,
    /// A raw file, whose shape was not given.
    #[error("a raw file holds values alone: its columns and its precision must be given")]
    RawShape,
    /// A place in a text that is not as it should be.
    #[error("line {line}, column {column}: {problem}")]
    Text {
        /// The line, from 1.
        line: u64,
        /// The value in the line, from 1; in JSON the character.
        column: u64,
        /// What is wrong, and what is allowed.
        problem: String,
    },
    /// A file that ends before it is complete.
    #[error("the {format} file ends too early")]
    Truncated {
        /// What it is.
        format: Format,
    },
    /// A file that contradicts itself or its format.
    #[error("the {format} file is damaged: {problem}")]
    Malformed {
        /// What it says it is.
        format: Format,
        /// What is wrong.
        problem: String,
    },
    /// A file that is right, and holds what is not read here.
    #[error("the {format} file holds {what}; {allowed}")]
    Unsupported {
        /// What it is.
        format: Format,
        /// What it holds.
        what: String,
        /// What is read.
        allowed: &'static str,
    },
    /// More values than the caller allows.
    #[error("the file holds more than {most} values, the most that are read")]
    TooLarge {
        /// Values allowed.
        most: u64,
    },
    /// More columns than are read of any file.
    #[error("the file has more than {most} columns, the most that are read")]
    TooManyColumns {
        /// Columns allowed.
        most: usize,
    },
}

impl ReadError {
    pub(super) fn malformed(format: Format, problem: impl Into<String>) -> Self {
        Self::Malformed { format, problem: problem.into() }
    }
}
