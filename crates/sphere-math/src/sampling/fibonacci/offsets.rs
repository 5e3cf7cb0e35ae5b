//! Offsets fitted to a goal: see `docs/offsets.md`.
//!
//! Each table holds steps: from so many points on, this offset. It is the shortest one that reaches
//! 99.9 % of what any offset can, for every number of points. Made with
//! `cargo run --release -p sphere-examples --example offsets`.

type Steps = [(u64, f64)];

/// For the largest smallest distance between two points.
///
/// The last step holds for ever: as n grows, the distances beside the poles tend to a limit that
/// depends on the offset alone (3.3509 / sqrt(n) for the last one), and that of the interior is
/// sqrt(8 pi / sqrt(5)) / sqrt(n) = 3.3525 / sqrt(n) whatever the offset.
const PACKING: &Steps = &[
    (2, 0.0),
    (3, 0.36),
    (4, 0.324),
    (6, 0.44),
    (7, 0.4),
    (9, 0.376),
    (10, 0.36),
    (11, 0.344),
    (13, 0.328),
    (16, 0.314),
    (21, 1.52),
    (25, 1.462),
    (32, 1.41),
    (42, 1.358),
    (175, 3.272),
    (1_000, 10.299),
    (31_623, 74.156),
];

/// For the largest mean distance of a point to its nearest neighbour. The offset moves points only
/// near the poles, so that it matters less as n grows, and 1/n of the mean at most.
const SPACING: &Steps = &[(2, 0.0), (3, 0.36), (4, 0.325), (5, 0.415), (6, 0.345)];

pub(super) fn packing(total: u64) -> f64 {
    step(PACKING, total)
}

pub(super) fn spacing(total: u64) -> f64 {
    step(SPACING, total)
}

fn step(steps: &Steps, total: u64) -> f64 {
    // A single point lies on the equator whatever the offset.
    steps.iter().rev().find(|(from, _)| *from <= total).map_or(0.5, |&(_, offset)| offset)
}

#[cfg(test)]
mod tests {
    use super::{PACKING, SPACING, packing, spacing};

    #[test]
    fn steps_ascend() {
        for steps in [PACKING, SPACING] {
            assert!(steps.is_sorted_by(|a, b| a.0 < b.0));
        }
        // Below, the best offset falls between two leaps.
        let large = PACKING.iter().filter(|(from, _)| *from >= 42);
        assert!(large.is_sorted_by(|a, b| a.1 < b.1));
    }

    #[test]
    fn steps_begin_where_they_say() {
        assert_eq!([1, 2, 20, 21, 999, 1_000].map(packing), [0.5, 0.0, 0.314, 1.52, 3.272, 10.299]);
        assert_eq!([1, 2, 5, 1 << 52].map(spacing), [0.5, 0.0, 0.415, 0.345]);
    }
}
