//! What a user wants of nodes, and what came of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::NumaError;

/// Where threads are to run. In text: `auto`, `off`, or the number of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Numa {
    /// Each on a node, where there are several; else as without.
    #[default]
    Auto,
    /// Wherever the system puts them.
    Off,
    /// All on this one.
    Node(u32),
}

impl FromStr for Numa {
    type Err = NumaError;

    fn from_str(text: &str) -> Result<Self, NumaError> {
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            number => match number.parse() {
                Ok(node) => Ok(Self::Node(node)),
                Err(_) => Err(NumaError::NoWish { text: text.to_string() }),
            },
        }
    }
}

impl TryFrom<String> for Numa {
    type Error = NumaError;

    fn try_from(text: String) -> Result<Self, NumaError> {
        text.parse()
    }
}

impl From<Numa> for String {
    fn from(numa: Numa) -> Self {
        numa.to_string()
    }
}

impl fmt::Display for Numa {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => out.write_str("auto"),
            Self::Off => out.write_str("off"),
            Self::Node(node) => write!(out, "{node}"),
        }
    }
}

/// Where the threads of an engine run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumaState {
    /// Wherever the system puts them: so it was wanted.
    Off,
    /// The same, since all are on one node.
    OneNode,
    /// The same, since the nodes are not known.
    Unavailable {
        /// Why not.
        reason: String,
    },
    /// Each on one of these nodes.
    Pinned {
        /// Ascending.
        nodes: Vec<u32>,
    },
}

impl fmt::Display for NumaState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => out.write_str("off"),
            Self::OneNode => out.write_str("one node, nothing to do"),
            Self::Unavailable { reason } => write!(out, "unavailable: {reason}"),
            Self::Pinned { nodes } => write!(out, "pinned to {}", listed(nodes)),
        }
    }
}

/// Numbers as people write them: `0, 2, 3`.
pub(super) fn listed(nodes: &[u32]) -> String {
    nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
