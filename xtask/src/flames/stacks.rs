//! Stacks, folded: what ran under what, and how much of it.

use std::collections::BTreeMap;

/// A function in the place where it was called or inlined.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// Of itself and of all that it calls.
    pub(super) total: u64,
    pub(super) callees: BTreeMap<String, Node>,
}

impl Node {
    /// Adds what one stack cost, its outermost function first.
    pub(super) fn add<'a>(&mut self, stack: impl IntoIterator<Item = &'a str>, cost: u64) {
        let mut node = self;
        node.total += cost;
        for name in stack {
            node = node.callees.entry(name.to_owned()).or_default();
            node.total += cost;
        }
    }

    /// The most functions that lie on one another.
    pub(super) fn depth(&self) -> usize {
        self.callees.values().map(|callee| 1 + callee.depth()).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Node;

    #[test]
    fn stacks_with_the_same_beginning_share_it() {
        let mut root = Node::default();
        for (stack, cost) in [("a b c", 3), ("a b", 1), ("a d", 2), ("a b c", 1)] {
            root.add(stack.split(' '), cost);
        }
        assert_eq!((root.total, root.depth()), (7, 3));
        let a = &root.callees["a"];
        assert_eq!((a.total, a.callees["b"].total, a.callees["d"].total), (7, 5, 2));
        assert_eq!(a.callees["b"].callees["c"].total, 4);
    }
}
