//! What an integral is found to be.

use core::f64::consts::PI;

use super::IntegrateError;
use crate::sampling::Shape;
use crate::sum::pairwise;

/// The mean of a function over the sphere or the cube, and how far from the truth it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The mean of `means`.
    pub mean: f64,
    /// The standard error of `mean`: the deviation of `means`, over the square root of their number.
    /// `None` with fewer than two of them. Bounds from it follow Student's distribution with
    /// `means.len() - 1` degrees of freedom.
    pub standard_error: Option<f64>,
    /// What each randomisation gave, in order: independent of one another, and each unbiased.
    pub means: Vec<f64>,
    /// Points of each randomisation.
    pub points_each: u64,
    /// The area of the sphere, 4 pi, or the volume of the cube, 1.
    pub measure: f64,
}

impl Estimate {
    pub(super) fn new(
        means: Vec<f64>,
        points_each: u64,
        shape: Shape,
    ) -> Result<Self, IntegrateError> {
        let measure = if shape == Shape::Directions { 4.0 * PI } else { 1.0 };
        let mean = mean(&means);
        let standard_error = standard_error(&means, mean);
        let estimate = Self { mean, standard_error, means, points_each, measure };
        let finite = |value: f64| (value * measure).is_finite();
        if finite(mean) && standard_error.is_none_or(finite) {
            Ok(estimate)
        } else {
            Err(IntegrateError::Overflow)
        }
    }

    /// How many randomisations there were.
    #[must_use]
    pub fn randomisations(&self) -> usize {
        self.means.len()
    }

    /// The integral: the mean times the measure of the domain.
    #[must_use]
    pub fn integral(&self) -> f64 {
        self.mean * self.measure
    }

    /// The standard error of the integral.
    #[must_use]
    pub fn integral_standard_error(&self) -> Option<f64> {
        self.standard_error.map(|error| error * self.measure)
    }
}

fn mean(values: &[f64]) -> f64 {
    sum(values, |value| value) / values.len() as f64
}

fn standard_error(means: &[f64], mean: f64) -> Option<f64> {
    if means.len() < 2 {
        return None;
    }
    // Scaled, so that no square leaves the range of f64.
    let largest = means.iter().fold(0.0_f64, |largest, value| largest.max((value - mean).abs()));
    if largest == 0.0 || !largest.is_finite() {
        return Some(largest);
    }
    let squares = sum(means, |value| ((value - mean) / largest).powi(2));
    let number = means.len() as f64;
    Some(largest * (squares / (number * (number - 1.0))).sqrt())
}

fn sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let rows: Vec<[f64; 1]> = values.iter().map(|&value| [term(value)]).collect();
    pairwise(&rows)[0]
}

#[cfg(test)]
mod tests {
    use super::{Estimate, IntegrateError, Shape};

    const CUBE: Shape = Shape::Cube { dimensions: 1 };

    fn estimate(means: &[f64]) -> Result<Estimate, IntegrateError> {
        Estimate::new(means.to_vec(), 7, CUBE)
    }

    #[test]
    fn errors_are_those_of_the_textbook() {
        let table: [(&[f64], f64, Option<f64>); 5] = [
            (&[3.0], 3.0, None),
            (&[1.0, 3.0], 2.0, Some(1.0)),
            (&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 5.0, Some((32.0_f64 / 56.0).sqrt())),
            (&[0.1; 4], 0.1, Some(0.0)),
            (&[1e200, 3e200], 2e200, Some(1e200)),
        ];
        for (means, mean, error) in table {
            let estimate = estimate(means).unwrap();
            assert_eq!(estimate.mean, mean, "{means:?}");
            match (estimate.standard_error, error) {
                (Some(found), Some(expected)) => {
                    assert!((found - expected).abs() <= 1e-15 * expected, "{means:?}: {found}");
                }
                (found, expected) => assert_eq!(found, expected, "{means:?}"),
            }
        }
    }

    #[test]
    fn what_f64_cannot_hold_is_an_error() {
        for means in [[1e308, 1e308], [f64::INFINITY, 0.0], [f64::NAN, 0.0]] {
            assert_eq!(estimate(&means), Err(IntegrateError::Overflow), "{means:?}");
        }
        let sphere = Estimate::new(vec![1e308], 1, Shape::Directions);
        assert_eq!(sphere, Err(IntegrateError::Overflow), "4 pi times as much");
    }
}
