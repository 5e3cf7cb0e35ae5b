//! What goes wrong with nodes.

use std::path::PathBuf;

/// Why threads or memory cannot be put where they were wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NumaError {
    /// This system does not say which nodes it has.
    #[error("nodes of memory are unknown: {reason}")]
    Unavailable {
        /// What is missing.
        reason: String,
    },
    /// A file of the system does not say what it should.
    #[error("{} says {text:?}, which is no {what}", file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// What it says.
        text: String,
        /// What it should say.
        what: &'static str,
    },
    /// Neither a word nor a number.
    #[error("numa is '{text}'; it must be auto, off, or the number of a node")]
    NoWish {
        /// What was given.
        text: String,
    },
    /// There is no such node.
    #[error("numa is {node}; the nodes with processors that this process may use are {nodes}")]
    UnknownNode {
        /// What was asked for.
        node: u32,
        /// Those that there are, separated by commas.
        nodes: String,
    },
    /// A thread could not be kept on its node.
    #[error("a thread cannot be pinned to node {node}: {reason}")]
    Pin {
        /// Its node.
        node: u32,
        /// What the system said.
        reason: String,
    },
    /// Pages can be neither found nor moved.
    #[error("pages cannot be moved between nodes: {reason}")]
    MovePages {
        /// What the system said.
        reason: String,
    },
}
