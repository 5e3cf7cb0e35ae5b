//! A k-d tree, as an oracle.

/// Points, split at the median of x, y and z in turn.
pub(crate) struct Tree {
    points: Vec<([f64; 3], u64)>,
}

/// The squared distance, as [`sphere_math::sampling::Plan::nearest`] has it.
pub(crate) fn squared_distance(p: [f64; 3], q: [f64; 3]) -> f64 {
    let [dx, dy, dz] = [q[0] - p[0], q[1] - p[1], q[2] - p[2]];
    dx * dx + dy * dy + dz * dz
}

impl Tree {
    pub(crate) fn new(points: &[[f64; 3]]) -> Self {
        let mut points: Vec<_> = points.iter().copied().zip(0..).collect();
        split(&mut points, 0);
        Self { points }
    }

    /// The nearest point; of several, the first.
    pub(crate) fn nearest(&self, direction: [f64; 3]) -> u64 {
        let mut best = (f64::INFINITY, u64::MAX);
        search(&self.points, 0, direction, &mut best);
        best.1
    }
}

fn split(points: &mut [([f64; 3], u64)], axis: usize) {
    if points.len() > 1 {
        let middle = points.len() / 2;
        let by_axis = |a: &([f64; 3], u64), b: &([f64; 3], u64)| a.0[axis].total_cmp(&b.0[axis]);
        let (low, _, high) = points.select_nth_unstable_by(middle, by_axis);
        split(low, (axis + 1) % 3);
        split(high, (axis + 1) % 3);
    }
}

fn search(points: &[([f64; 3], u64)], axis: usize, direction: [f64; 3], best: &mut (f64, u64)) {
    let middle = points.len() / 2;
    let Some(&(point, index)) = points.get(middle) else { return };
    let found = (squared_distance(direction, point), index);
    if found < *best {
        *best = found;
    }
    let beyond = direction[axis] - point[axis];
    let (low, high) = (&points[..middle], &points[middle + 1..]);
    let (near, far) = if beyond < 0.0 { (low, high) } else { (high, low) };
    search(near, (axis + 1) % 3, direction, best);
    // Not less, so that points equally near are seen.
    if beyond * beyond <= best.0 {
        search(far, (axis + 1) % 3, direction, best);
    }
}
