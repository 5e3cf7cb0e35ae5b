//! Which thread runs on which node, and which part of an output is whose.

use std::num::NonZeroUsize;
use std::ops::Range;

use super::wish::listed;
use super::{Numa, NumaError, Topology};

/// Threads, each on a node. Their numbers are contiguous by node.
///
/// A thread may use all processors of its node that the process may: the system still moves it away
/// from one that is busy, and two processes do not meet on the first ones while others idle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinning {
    nodes: Vec<NodeThreads>,
}

/// The threads of a node; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeThreads {
    /// The node.
    pub node: u32,
    /// The processors that they may use.
    pub cpus: Vec<u32>,
    /// Their numbers.
    pub threads: Range<usize>,
}

impl Pinning {
    /// Spreads threads over the nodes in proportion to their processors, or puts all on one; `None`
    /// threads are one for each processor. `None` comes back where there is nothing to do: threads
    /// that are not wanted anywhere, or `auto` and a single node with processors.
    ///
    /// # Errors
    /// [`NumaError::UnknownNode`]: the node is not there, or has no processor for this process.
    pub fn new(
        topology: &Topology,
        numa: Numa,
        threads: Option<NonZeroUsize>,
    ) -> Result<Option<Self>, NumaError> {
        let usable = topology.nodes().iter().filter(|node| !node.cpus.is_empty());
        let mut nodes: Vec<_> = usable.map(|node| (node.id, node.cpus.clone())).collect();
        match numa {
            Numa::Off => return Ok(None),
            Numa::Auto if nodes.len() < 2 => return Ok(None),
            Numa::Auto => {}
            Numa::Node(wanted) => {
                let ids: Vec<u32> = nodes.iter().map(|(id, _)| *id).collect();
                nodes.retain(|(id, _)| *id == wanted);
                if nodes.is_empty() {
                    return Err(NumaError::UnknownNode { node: wanted, nodes: listed(&ids) });
                }
            }
        }
        Ok(Some(Self::spread(nodes, threads)))
    }

    fn spread(nodes: Vec<(u32, Vec<u32>)>, threads: Option<NonZeroUsize>) -> Self {
        let cpus: Vec<usize> = nodes.iter().map(|(_, cpus)| cpus.len()).collect();
        let threads = threads.map_or(cpus.iter().sum(), NonZeroUsize::get);
        let mut next = 0;
        let with_threads = nodes.into_iter().zip(proportional(threads, &cpus));
        let nodes = with_threads.filter(|(_, count)| *count > 0).map(|((node, cpus), count)| {
            let first = next;
            next += count;
            NodeThreads { node, cpus, threads: first..next }
        });
        Self { nodes: nodes.collect() }
    }

    /// The nodes with their threads, by number.
    #[must_use]
    pub fn nodes(&self) -> &[NodeThreads] {
        &self.nodes
    }

    /// All threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.nodes.last().map_or(0, |last| last.threads.end)
    }

    /// The place in [`Pinning::nodes`] of a thread's node.
    #[must_use]
    pub fn place_of(&self, thread: usize) -> Option<usize> {
        self.nodes.iter().position(|node| node.threads.contains(&thread))
    }

    /// `count` rows or tasks as one contiguous range for each node, in proportion to its threads.
    #[must_use]
    pub fn shares(&self, count: u64) -> Vec<Range<u64>> {
        let all = self.threads().max(1) as u128;
        let border = |thread: usize| (u128::from(count) * thread as u128 / all) as u64;
        let of = |node: &NodeThreads| border(node.threads.start)..border(node.threads.end);
        self.nodes.iter().map(of).collect()
    }
}

/// Shares a number out in proportion to weights: the whole parts, and one more each for the largest
/// remainders, of equal ones the first.
fn proportional(count: usize, weights: &[usize]) -> Vec<usize> {
    let all = weights.iter().sum::<usize>().max(1) as u128;
    let product = |weight: usize| count as u128 * weight as u128;
    let mut shares: Vec<usize> =
        weights.iter().map(|&weight| (product(weight) / all) as usize).collect();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&at| std::cmp::Reverse(product(weights[at]) % all));
    let left = count - shares.iter().sum::<usize>();
    for &at in by_remainder.iter().take(left) {
        shares[at] += 1;
    }
    shares
}
