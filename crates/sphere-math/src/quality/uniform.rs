//! How even numbers of \[0, 1) are in one dimension: the radii and the angles of points of the disk.

/// The star discrepancy of values of \[0, 1\] (the statistic of Kolmogorov and Smirnov): the largest
/// difference between the share of values up to t and t. Sorts the values: O(n log n).
pub(super) fn star_discrepancy(values: &mut [f64]) -> f64 {
    let [above, below] = deviations(values);
    above.max(below)
}

/// The same on a circle, where it must not matter where the circle begins (the statistic of Kuiper):
/// the largest difference between share and length of any arc. O(n log n).
pub(super) fn arc_discrepancy(values: &mut [f64]) -> f64 {
    let [above, below] = deviations(values);
    above + below
}

/// How far the share of values rises above, and falls below, the diagonal.
fn deviations(values: &mut [f64]) -> [f64; 2] {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    values.iter().enumerate().fold([0.0_f64; 2], |[above, below], (index, value)| {
        let k = index as f64;
        [above.max((k + 1.0) / n - value), below.max(value - k / n)]
    })
}

#[cfg(test)]
mod tests {
    use super::{arc_discrepancy, star_discrepancy};

    #[test]
    fn known_sets() {
        let even = |shift: f64| (0..10).map(|k| (f64::from(k) + shift) / 10.0).collect::<Vec<_>>();
        assert!((star_discrepancy(&mut even(0.5)) - 0.05).abs() < 1e-15);
        for shift in [0.0, 0.25, 0.5, 0.99] {
            assert!((arc_discrepancy(&mut even(shift)) - 0.1).abs() < 1e-15, "{shift}");
        }
        assert_eq!(star_discrepancy(&mut [0.25, 0.25]), 0.75);
        assert_eq!(arc_discrepancy(&mut [0.9, 0.9, 0.9]), 1.0);
    }
}
