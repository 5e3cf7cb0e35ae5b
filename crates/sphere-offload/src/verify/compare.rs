//! When what an engine computed is what it promises.

use sphere_engine::Exactness;
use sphere_math::kernels::{NEAREST_BOUND, SINGLE_BOUND};
use sphere_math::sampling::Plan;

/// Whether the bytes of some points are right, given those of the definition. What is only bounded is f32.
pub(super) fn is_right(exactness: Exactness, found: &[u8], right: &[u8]) -> bool {
    match exactness {
        Exactness::Bits => found == right,
        Exactness::Bound => {
            let near = |(one, other): (f32, f32)| (one - other).abs() <= SINGLE_BOUND;
            found.len() == right.len() && singles(found).zip(singles(right)).all(near)
        }
    }
}

fn singles(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes.as_chunks().0.iter().map(|bytes| f32::from_ne_bytes(*bytes))
}

/// Whether a lattice point is the nearest to a direction, given the one that is.
pub(super) fn is_as_near(
    exactness: Exactness,
    lattice: &Plan,
    direction: [f64; 3],
    found: u64,
    right: u64,
) -> bool {
    found == right
        || exactness == Exactness::Bound
            && match (apart(lattice, direction, found), apart(lattice, direction, right)) {
                (Some(found), Some(right)) => found - right <= NEAREST_BOUND,
                _ => false,
            }
}

/// How far a lattice point is from a direction of any length, in space; `None` where there is no such
/// point.
fn apart(lattice: &Plan, direction: [f64; 3], index: u64) -> Option<f64> {
    let mut point = [0.0_f64; 3];
    lattice.fill_rows(index..index.checked_add(1)?, &mut point).ok()?;
    // Neither the largest nor the smallest directions have a square.
    let largest = direction.into_iter().fold(0.0, |most, part| f64::max(most, part.abs()));
    let direction = direction.map(|part| part / largest);
    let length = direction.into_iter().map(|part| part * part).sum::<f64>().sqrt();
    let square = |axis: usize| (point[axis] - direction[axis] / length).powi(2);
    Some([0, 1, 2].map(square).into_iter().sum::<f64>().sqrt())
}

#[cfg(test)]
mod tests {
    use sphere_engine::NearestJob;

    use super::*;

    fn bytes(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|value| value.to_ne_bytes()).collect()
    }

    #[test]
    fn bits_are_equal_and_bounds_are_kept() {
        let right = bytes(&[0.5, -0.25]);
        let near = bytes(&[0.5 + SINGLE_BOUND, -0.25 - SINGLE_BOUND / 2.0]);
        for (found, bits, bound) in [
            (right.clone(), true, true),
            (near, false, true),
            (bytes(&[0.5 + 1.5 * SINGLE_BOUND, -0.25]), false, false),
            (bytes(&[0.5, f32::NAN]), false, false),
            (bytes(&[0.5]), false, false),
        ] {
            assert_eq!(is_right(Exactness::Bits, &found, &right), bits, "{found:?}");
            assert_eq!(is_right(Exactness::Bound, &found, &right), bound, "{found:?}");
        }
    }

    #[test]
    fn another_point_may_be_as_near_and_no_point_is() {
        let job = NearestJob::parse("fibonacci", [("total", "1000")]).unwrap();
        let plan = job.plan();
        let direction = [1e200, 2e200, 3e200];
        let right = plan.nearest(direction).unwrap();
        for exactness in [Exactness::Bits, Exactness::Bound] {
            assert!(is_as_near(exactness, plan, direction, right, right));
            for found in [right + 1, 1_000, u64::MAX] {
                assert!(!is_as_near(exactness, plan, direction, found, right), "{found}");
            }
        }
        // Half way between two neighbours each is as near as the other.
        let mut points = vec![[0.0_f64; 3]; 1_000];
        plan.fill_rows(0..1_000, points.as_flattened_mut()).unwrap();
        let one = points[500];
        let square = |other: &[f64; 3]| -> f64 {
            one.iter().zip(other).map(|(one, other)| (one - other).powi(2)).sum()
        };
        let others = (0..1_000).filter(|other| *other != 500);
        let next = others.min_by(|a, b| square(&points[*a]).total_cmp(&square(&points[*b])));
        let next = next.unwrap();
        let other = points[next];
        let next = next as u64;
        let between = [0, 1, 2].map(|axis| one[axis] + other[axis]);
        assert!(is_as_near(Exactness::Bound, plan, between, 500, next));
        assert!(!is_as_near(Exactness::Bits, plan, between, 500, next));
    }
}
