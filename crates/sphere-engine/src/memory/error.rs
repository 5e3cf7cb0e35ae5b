//! Why there is no memory.

/// Memory that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// More than this machine can address.
    #[error("{columns} columns of {rows} rows are more bytes than this machine can address")]
    TooLarge {
        /// Columns asked for.
        columns: usize,
        /// Rows asked for.
        rows: u64,
    },
    /// The system refuses.
    #[error("{bytes} bytes of memory cannot be had: {reason}")]
    Refused {
        /// Bytes asked for.
        bytes: usize,
        /// What the system said.
        reason: String,
    },
}
