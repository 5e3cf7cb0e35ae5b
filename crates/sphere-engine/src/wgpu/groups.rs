//! How many threads a launch has.

/// Threads of a workgroup, as every kernel says.
const GROUP: u32 = 256;
/// Workgroups in one dimension, on every device; kernels rely on this width.
const MOST_GROUPS: u32 = 65_535;

/// The workgroups, in x and y, of so many points: at least as many threads as points.
pub(super) fn groups(points: u32) -> [u32; 2] {
    let groups = points.div_ceil(GROUP);
    [groups.min(MOST_GROUPS), groups.div_ceil(MOST_GROUPS)]
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn groups_cover_the_points() {
        for (points, expected) in [
            (0, [0, 0]),
            (1, [1, 1]),
            (256, [1, 1]),
            (257, [2, 1]),
            (65_535 * 256, [65_535, 1]),
            (65_535 * 256 + 1, [65_535, 2]),
            (1 << 26, [65_535, 5]),
        ] {
            assert_eq!(groups(points), expected, "{points}");
        }
    }
}
