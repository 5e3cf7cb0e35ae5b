//! What is said of many measurements.

/// The middle of some measurements, and how far apart they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) median: f64,
    /// The width of the middle half, as a share of the median.
    pub(super) spread: f64,
}

impl Summary {
    /// Of at least one measurement.
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let median = quantile(&values, 0.5);
        Self { median, spread: (quantile(&values, 0.75) - quantile(&values, 0.25)) / median }
    }
}

/// The value that a share of the sorted ones does not exceed, interpolated; 0 where there is none.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let below = place.floor();
    match (sorted.get(below as usize), sorted.get(place.ceil() as usize)) {
        (Some(low), Some(high)) => (high - low).mul_add(place - below, *low),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Summary, quantile};

    #[test]
    fn quantiles_by_hand() {
        let table: [(&[f64], f64, f64); 8] = [
            (&[], 0.5, 0.0),
            (&[3.0], 0.999, 3.0),
            (&[1.0, 2.0], 0.5, 1.5),
            (&[1.0, 2.0, 4.0], 0.5, 2.0),
            (&[1.0, 2.0, 4.0], 0.75, 3.0),
            (&[1.0, 2.0, 4.0], 0.0, 1.0),
            (&[1.0, 2.0, 4.0], 1.0, 4.0),
            (&[0.0, 10.0], 0.999, 9.99),
        ];
        for (sorted, share, expected) in table {
            assert_eq!(quantile(sorted, share), expected, "{sorted:?} {share}");
        }
    }

    #[test]
    fn a_summary_does_not_depend_on_the_order() {
        let expected = Summary { median: 2.0, spread: 0.75 };
        assert_eq!(Summary::of(vec![4.0, 1.0, 2.0]), expected);
        assert_eq!(Summary::of(vec![1.0, 2.0, 4.0]), expected);
        assert_eq!(Summary::of(vec![5.0]), Summary { median: 5.0, spread: 0.0 });
    }
}
