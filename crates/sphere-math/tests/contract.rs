//! Promises that every scheme keeps, whatever it computes.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{corners, draw, rows, schemes};
use proptest::prelude::*;
use sphere_math::sampling::{Plan, SampleError, Scheme, Shape};

fn plans() -> Vec<(&'static str, Plan)> {
    schemes().into_iter().map(|(name, scheme)| (name, scheme.plan().unwrap())).collect()
}

#[test]
fn columns_and_rows_hold_the_same_points() {
    for (name, plan) in plans() {
        for range in corners(&plan, 17) {
            let expected: Vec<f64> = rows(&plan, range.clone());
            let width = plan.shape().columns();
            let count = (range.end - range.start) as usize;
            let mut columns = vec![vec![f64::NAN; count]; width];
            let mut slices: Vec<&mut [f64]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
            plan.fill(range, &mut slices).unwrap();
            for row in 0..count {
                for column in 0..width {
                    assert_eq!(columns[column][row], expected[row * width + column], "{name}");
                }
            }
        }
    }
}

#[test]
fn directions_have_length_one() {
    for (name, plan) in plans() {
        if plan.shape() != Shape::Directions {
            continue;
        }
        for range in corners(&plan, 1_000) {
            for (row, v) in common::directions::<f64>(&plan, range.clone()).iter().enumerate() {
                let excess = v.iter().map(|c| c * c).sum::<f64>() - 1.0;
                assert!(
                    excess.abs() <= 8e-16,
                    "{name} {}: |v|² - 1 = {excess:e}",
                    range.start + row as u64
                );
            }
            for v in common::directions::<f32>(&plan, range) {
                let excess = v.iter().map(|&c| f64::from(c).powi(2)).sum::<f64>() - 1.0;
                assert!(excess.abs() <= 5e-7, "{name}: |v|² - 1 = {excess:e}");
            }
        }
    }
}

#[test]
fn points_stay_in_the_disk_and_in_the_cube() {
    for (name, plan) in plans() {
        for range in corners(&plan, 1_000.min(plan.points())) {
            let most = 20_000 / plan.shape().columns() as u64;
            let range = range.start..range.end.min(range.start.saturating_add(most));
            let points: Vec<f64> = rows(&plan, range.clone());
            let singles: Vec<f32> = rows(&plan, range);
            match plan.shape() {
                Shape::Directions => {}
                Shape::Disk => {
                    for point in points.chunks_exact(2) {
                        assert!(point[0].hypot(point[1]) <= 1.0, "{name}");
                    }
                }
                Shape::Cube { .. } => {
                    assert!(points.iter().all(|u| (0.0..1.0).contains(u)), "{name}");
                    assert!(singles.iter().all(|u| (0.0..1.0).contains(u)), "{name}");
                }
            }
        }
    }
}

#[test]
fn no_coordinate_is_minus_zero() {
    for (name, plan) in plans() {
        for range in corners(&plan, 100) {
            let points: Vec<f64> = rows(&plan, range);
            assert!(points.iter().all(|c| *c != 0.0 || c.is_sign_positive()), "{name}");
        }
    }
}

#[test]
fn ranges_end_where_the_points_do() {
    for (name, plan) in plans() {
        let end = plan.points();
        let columns = plan.shape().columns();
        let mut row = vec![0.0_f64; columns];
        assert!(plan.fill_rows(end - 1..end, &mut row).is_ok(), "{name}: the last point");
        assert!(plan.fill_rows(end..end, &mut [0.0_f64; 0]).is_ok(), "{name}: nothing, at the end");
        assert!(plan.fill_rows(0..0, &mut [0.0_f64; 0]).is_ok(), "{name}: nothing, at the start");
        // The counter of random points is full: there is no index past their end.
        if end < u64::MAX {
            let past = plan.fill_rows(end..end + 1, &mut row);
            let expected = SampleError::RangeOutOfBounds { start: end, end: end + 1, points: end };
            assert_eq!(past, Err(expected), "{name}: one past the last");
        }
        #[allow(clippy::reversed_empty_ranges)]
        let backwards = plan.fill_rows(1..0, &mut row);
        assert!(
            matches!(backwards, Err(SampleError::RangeOutOfBounds { .. })),
            "{name}: backwards"
        );
    }
}

#[test]
fn outputs_must_fit() {
    for (name, plan) in plans() {
        let columns = plan.shape().columns();
        let mut values = vec![7.0_f64; 2 * columns];
        let short = plan.fill_rows(0..1, &mut values);
        assert_eq!(
            short,
            Err(SampleError::OutputLength { given: 2 * columns, needed: columns as u64 }),
            "{name}"
        );
        let missing = plan.fill::<f64>(0..1, &mut []);
        assert_eq!(missing, Err(SampleError::ColumnCount { given: 0, needed: columns }), "{name}");
        let mut columns: Vec<&mut [f64]> = values.chunks_mut(2).collect();
        assert!(
            matches!(plan.fill(0..1, &mut columns), Err(SampleError::OutputLength { .. })),
            "{name}"
        );
        assert!(plan.draw(0..1, &mut []).is_err(), "{name}");
        assert!(values.iter().all(|&value| value == 7.0), "{name}: a refused call wrote something");
    }
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    proptest::sample::select(schemes()).prop_map(|(_, scheme)| scheme)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The thesis of the design: a point depends on its index alone.
    #[test]
    fn any_split_gives_the_same_bits(scheme in any_scheme(), at in any::<u64>(), cut in 0_u64..40) {
        let plan = scheme.plan().unwrap();
        let start = at % plan.points();
        let end = plan.points().min(start + 40);
        let middle = end.min(start + cut);

        let whole: Vec<u64> = rows::<f64>(&plan, start..end).into_iter().map(f64::to_bits).collect();
        let mut parts: Vec<f64> = rows(&plan, start..middle);
        parts.extend(rows::<f64>(&plan, middle..end));
        prop_assert_eq!(whole, parts.into_iter().map(f64::to_bits).collect::<Vec<_>>());

        let whole: Vec<u32> = rows::<f32>(&plan, start..end).into_iter().map(f32::to_bits).collect();
        let mut parts: Vec<f32> = rows(&plan, start..middle);
        parts.extend(rows::<f32>(&plan, middle..end));
        prop_assert_eq!(whole, parts.into_iter().map(f32::to_bits).collect::<Vec<_>>());

        let whole = draw(&plan, start..end);
        let first = draw(&plan, start..middle);
        let second = draw(&plan, middle..end);
        for (whole, (first, second)) in whole.iter().zip(first.iter().zip(&second)) {
            prop_assert_eq!(whole, &[first.as_slice(), second].concat());
        }
    }
}
