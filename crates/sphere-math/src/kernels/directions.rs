//! Directions for kernels that have no f64.

use crate::direction::moderate;

/// Components from which, and up to which, f32 holds all digits of a direction.
const LEAST: f64 = 1e-20;
const MOST: f64 = 1e20;

/// A direction in f32, rounded once: no more than 2^-24 from where it was, in radians. What is none, zero
/// or not finite, stays none: no numbers.
#[must_use]
pub fn single_direction(direction: [f64; 3]) -> [f32; 3] {
    let [x, y, z] = direction;
    let largest = x.abs().max(y.abs()).max(z.abs());
    // A sum, because the largest of numbers passes over what is none.
    if (LEAST..=MOST).contains(&largest) && (x + y + z).is_finite() {
        return direction.map(|component| component as f32);
    }
    let Some(moderate) = moderate(direction) else { return [f32::NAN; 3] };
    let [x, y, z] = moderate;
    let per_largest = 1.0 / x.abs().max(y.abs()).max(z.abs());
    moderate.map(|component| (component * per_largest) as f32)
}

#[cfg(test)]
mod tests {
    use super::single_direction;

    #[test]
    fn lengths_do_not_matter_and_what_is_no_direction_stays_none() {
        for scale in [1.0, 1e-12, 1e12, 1e-30, 1e30, 1e-170, 1e170, 1e-307, 1e307, 4e-320] {
            let single = single_direction([3.0, -4.0, 0.5].map(|component| component * scale));
            let [x, y, z] = single.map(f64::from);
            assert!((x / y + 0.75).abs() < 2e-3_f64.min(1e-7 + 1e-322 / scale), "{scale:e}");
            assert!((z / y + 0.125).abs() < 2e-3_f64.min(1e-7 + 1e-322 / scale), "{scale:e}");
        }
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for none in [[0.0; 3], [inf, 0.0, 0.0], [1.0, -inf, inf], [1.0, nan, 0.0], [nan, 2.0, 3.0]]
        {
            assert!(single_direction(none).iter().any(|component| component.is_nan()), "{none:?}");
        }
    }
}
