//! Moving pages off nodes that are nearly full.

use std::collections::BTreeMap;
use std::fmt;

use super::{NumaError, Topology, move_pages};

/// A node with more of its memory in use, in percent, is relieved down to this.
const FULL_PERCENT: u64 = 85;

/// Pages that are looked at in one call: 256 MiB of the smallest.
const BATCH_PAGES: usize = 1 << 16;

/// Which pages move where. Plain data: nothing is moved by deciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relief {
    nodes: Vec<NodeUse>,
}

/// How full a node is, in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeUse {
    /// The node.
    pub node: u32,
    /// More than it should hold.
    pub excess: u64,
    /// What it can take in before it is full.
    pub room: u64,
    /// Places of the other nodes in the topology, the nearest first.
    pub nearest: Vec<usize>,
}

/// A page that goes to another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The page, counted from the start of the memory.
    pub page: usize,
    /// Where it is.
    pub from: u32,
    /// Where it goes.
    pub to: u32,
}

/// What relieving did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relieved {
    /// There is one node: nothing to do.
    OneNode,
    /// No node is too full: nothing to do.
    NoneFull,
    /// Pages were to be moved.
    Tried {
        /// Pages that are where they should go.
        moved: u64,
        /// Pages that are not.
        failed: u64,
        /// Bytes that each node has taken in.
        bytes_to: BTreeMap<u32, u64>,
    },
}

impl fmt::Display for Relieved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneNode => out.write_str("one node, nothing to do"),
            Self::NoneFull => {
                write!(out, "no node is over {FULL_PERCENT} % full, nothing to do")
            }
            Self::Tried { moved, failed, bytes_to } => {
                write!(out, "{moved} pages moved, {failed} not")?;
                bytes_to
                    .iter()
                    .try_for_each(|(node, bytes)| write!(out, ", {bytes} bytes to node {node}"))
            }
        }
    }
}

impl Relief {
    /// What each node has too much of or can take. O(nodes² log nodes).
    #[must_use]
    pub fn of(topology: &Topology, page_bytes: u64) -> Self {
        let nodes = topology.nodes();
        let of = |(place, node): (usize, &super::Node)| {
            let most = node.memory.total_bytes / 100 * FULL_PERCENT;
            let used = node.memory.total_bytes - node.memory.free_bytes;
            let mut nearest: Vec<usize> =
                (0..nodes.len()).filter(|&other| other != place).collect();
            nearest.sort_by_key(|&other| node.distances.get(other).copied().unwrap_or(u32::MAX));
            NodeUse {
                node: node.id,
                excess: used.saturating_sub(most).div_ceil(page_bytes),
                room: most.saturating_sub(used) / page_bytes,
                nearest,
            }
        };
        Self { nodes: nodes.iter().enumerate().map(of).collect() }
    }

    /// The nodes, in the order of the topology.
    #[must_use]
    pub fn nodes(&self) -> &[NodeUse] {
        &self.nodes
    }

    /// Whether a node is too full and another can take something.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.nodes.iter().any(|node| node.excess > 0) && self.nodes.iter().any(|node| node.room > 0)
    }

    /// Takes pages, given by their nodes, off nodes that are too full: the first ones, each to the
    /// nearest node with room. They count as moved from here on.
    pub fn moves(&mut self, pages: &[Option<u32>]) -> Vec<Move> {
        let moved = |(page, node): (usize, &Option<u32>)| {
            let from = node.as_ref()?;
            let place = self.nodes.iter().position(|one| one.node == *from && one.excess > 0)?;
            let nearest = self.nodes[place].nearest.iter();
            let to = nearest.copied().find(|&other| self.nodes[other].room > 0)?;
            self.nodes[place].excess -= 1;
            self.nodes[to].room -= 1;
            Some(Move { page, from: *from, to: self.nodes[to].node })
        };
        pages.iter().enumerate().filter_map(moved).collect()
    }

    /// A page did not move: another one may. The room that it would have had is not offered again, for
    /// the node may have refused it.
    pub fn failed(&mut self, one: Move) {
        if let Some(node) = self.nodes.iter_mut().find(|node| node.node == one.from) {
            node.excess += 1;
        }
    }
}

/// Moves pages of `memory` off nodes that are too full, until none is, no page is left or none can take
/// one. O(pages).
pub(crate) fn relieve(memory: &mut [u8], topology: &Topology) -> Result<Relieved, NumaError> {
    if topology.nodes().len() < 2 {
        return Ok(Relieved::OneNode);
    }
    let page = move_pages::page_bytes();
    let mut relief = Relief::of(topology, page as u64);
    if !relief.is_due() {
        return Ok(Relieved::NoneFull);
    }
    let (mut moved, mut failed, mut bytes_to) = (0, 0, BTreeMap::new());
    for batch in memory.chunks_mut(BATCH_PAGES * page) {
        if !relief.is_due() {
            break;
        }
        let moves = relief.moves(&move_pages::locate(batch)?);
        if moves.is_empty() {
            continue;
        }
        move_pages::move_to(batch, &moves)?;
        let now = move_pages::locate(batch)?;
        for one in moves {
            if now.get(one.page) == Some(&Some(one.to)) {
                moved += 1;
                *bytes_to.entry(one.to).or_default() += page as u64;
            } else {
                failed += 1;
                relief.failed(one);
            }
        }
    }
    Ok(Relieved::Tried { moved, failed, bytes_to })
}

/// How many bytes of `memory` lie on each node, whole pages that were touched. O(pages).
pub(crate) fn bytes_by_node(memory: &[u8]) -> Result<BTreeMap<u32, u64>, NumaError> {
    let page = move_pages::page_bytes();
    let mut bytes = BTreeMap::new();
    for batch in memory.chunks(BATCH_PAGES * page) {
        for node in move_pages::locate(batch)?.into_iter().flatten() {
            *bytes.entry(node).or_default() += page as u64;
        }
    }
    Ok(bytes)
}
