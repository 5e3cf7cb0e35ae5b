//! Nodes of memory: which there are, which threads run beside them, what lies on them.
//!
//! On a machine of several sockets a processor reads the memory of its own node faster than that of
//! another, and memory lies on the node of the thread that first touches it. [`Topology`] is what
//! there is, [`Pinning`] which thread belongs to which node, as plain data that the tests make up;
//! [`CpuEngine::with_numa`](crate::CpuEngine::with_numa) runs on it. On one node there is nothing to
//! do, and everything here says so.

mod affinity;
mod cpu_list;
mod error;
mod move_pages;
mod pinning;
mod relief;
mod topology;
mod wish;

pub(crate) use affinity::pin;
pub use error::NumaError;
pub use pinning::{NodeThreads, Pinning};
pub use relief::{Move, NodeUse, Relief, Relieved};
pub use topology::{Memory, Node, Topology};
pub use wish::{Numa, NumaState};

pub(crate) use self::relief::{bytes_by_node, relieve};
