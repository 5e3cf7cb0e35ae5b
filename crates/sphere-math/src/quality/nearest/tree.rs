//! A k-d tree: for sets that crowd into few cells, where a grid would compare everything with
//! everything. Bentley1975; boxes instead of planes, because clustered points leave much empty.

use super::{Neighbours, squared_distance};
use crate::parallel::Executor;
use crate::sum::SUM_BLOCK;

/// Points of a leaf.
const LEAF: usize = 8;

/// A place where one or more points are.
#[derive(Clone, Copy, Debug)]
struct Site {
    point: [f64; 3],
    copies: u32,
}

/// The distinct points, so arranged that every node of the tree is a range of them, halved by its
/// children.
#[derive(Debug)]
pub(in super::super) struct Tree {
    sites: Vec<Site>,
    /// Bounding boxes: the children of node `k` are `2 k + 1` and `2 k + 2`.
    boxes: Vec<Bounds>,
}

#[derive(Clone, Copy, Debug)]
struct Bounds {
    lo: [f64; 3],
    hi: [f64; 3],
}

/// A node: its number, and the sites that it holds.
#[derive(Clone, Copy)]
struct Node {
    number: usize,
    start: usize,
    end: usize,
}

impl Node {
    fn children(self) -> Option<[Self; 2]> {
        let Self { number, start, end } = self;
        let middle = start + (end - start) / 2;
        (end - start > LEAF).then(|| {
            [
                Self { number: 2 * number + 1, start, end: middle },
                Self { number: 2 * number + 2, start: middle, end },
            ]
        })
    }
}

impl Bounds {
    const NONE: Self = Self { lo: [f64::INFINITY; 3], hi: [f64::NEG_INFINITY; 3] };

    fn of(sites: &[Site]) -> Self {
        sites.iter().fold(Self::NONE, |bounds, site| Self {
            lo: core::array::from_fn(|axis| bounds.lo[axis].min(site.point[axis])),
            hi: core::array::from_fn(|axis| bounds.hi[axis].max(site.point[axis])),
        })
    }

    fn widest(&self) -> usize {
        let width = |axis: usize| self.hi[axis] - self.lo[axis];
        (1..3).fold(0, |widest, axis| if width(axis) > width(widest) { axis } else { widest })
    }

    fn squared_distance(&self, point: [f64; 3]) -> f64 {
        (0..3).fold(0.0, |sum, axis| {
            let outside = (self.lo[axis] - point[axis]).max(point[axis] - self.hi[axis]).max(0.0);
            sum + outside * outside
        })
    }
}

impl Tree {
    /// Finds the distinct points and halves them along the widest side of their box until leaves
    /// remain: O(n log n), at least one point.
    pub(in super::super) fn new(points: impl Iterator<Item = [f64; 3]>) -> Self {
        let mut sites = distinct(points);
        let mut boxes = Vec::new();
        let root = Node { number: 0, start: 0, end: sites.len() };
        build(&mut sites, root, &mut boxes);
        Self { sites, boxes }
    }

    /// Statistics of the distance from each point to its nearest other one, measured by
    /// `distance` of its square: O(n log n).
    pub(in super::super) fn neighbours<E: Executor>(
        &self,
        executor: &E,
        distance: impl Fn(f64) -> f64 + Sync,
    ) -> Neighbours {
        let blocks = executor.map(self.sites.len().div_ceil(SUM_BLOCK), |block| {
            let start = block * SUM_BLOCK;
            let end = self.sites.len().min(start + SUM_BLOCK);
            let mut found = Neighbours::NONE;
            for index in start..end {
                let Site { point, copies } = self.sites[index];
                let square = if copies > 1 { 0.0 } else { self.search(point, index) };
                found.add(square, distance(square));
                found.duplicates += u64::from(copies) - 1;
            }
            found
        });
        Neighbours::combine(&blocks)
    }

    /// The square of the distance from anywhere to the nearest point.
    pub(in super::super) fn nearest(&self, point: [f64; 3]) -> f64 {
        self.search(point, usize::MAX)
    }

    /// As [`Tree::nearest`], without site `skip`; infinity if there is no other.
    fn search(&self, point: [f64; 3], skip: usize) -> f64 {
        let mut best = f64::INFINITY;
        self.visit(Node { number: 0, start: 0, end: self.sites.len() }, point, skip, &mut best);
        best
    }

    /// At most as deep as the tree: 29 for 2^32 points.
    fn visit(&self, node: Node, point: [f64; 3], skip: usize, best: &mut f64) {
        let Some(children) = node.children() else {
            for index in node.start..node.end {
                let square = squared_distance(point, self.sites[index].point);
                if index != skip && square < *best {
                    *best = square;
                }
            }
            return;
        };
        let far = children.map(|child| self.boxes[child.number].squared_distance(point));
        let first = usize::from(far[1] < far[0]);
        for child in [first, 1 - first] {
            if far[child] < *best {
                self.visit(children[child], point, skip, best);
            }
        }
    }
}

/// The distinct points in order, with how often each occurs.
fn distinct(points: impl Iterator<Item = [f64; 3]>) -> Vec<Site> {
    // Adding 0 makes -0 the same point as 0.
    let site = |point: [f64; 3]| Site { point: point.map(|x| x + 0.0), copies: 1 };
    let mut sites: Vec<Site> = points.map(site).collect();
    sites.sort_unstable_by(|a, b| {
        let [a, b] = [a.point, b.point];
        a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])).then(a[2].total_cmp(&b[2]))
    });
    sites.dedup_by(|next, kept| {
        let same = next.point == kept.point;
        kept.copies += u32::from(same);
        same
    });
    sites
}

fn build(sites: &mut [Site], node: Node, boxes: &mut Vec<Bounds>) {
    if boxes.len() <= node.number {
        boxes.resize(node.number + 1, Bounds::NONE);
    }
    let bounds = Bounds::of(&sites[node.start..node.end]);
    boxes[node.number] = bounds;
    if let Some([left, right]) = node.children() {
        let axis = bounds.widest();
        let middle = left.end - left.start;
        sites[node.start..node.end]
            .select_nth_unstable_by(middle, |a, b| a.point[axis].total_cmp(&b.point[axis]));
        build(sites, left, boxes);
        build(sites, right, boxes);
    }
}
