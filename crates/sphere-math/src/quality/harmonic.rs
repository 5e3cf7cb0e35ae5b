//! Spherical harmonics summed over a set with equal weights: what an even set makes vanish.

use super::Directions;
use super::points::UnitBlock;
use crate::parallel::Executor;
use crate::sum::sum_blocks;

/// The highest degree that is looked at.
pub const MAX_DEGREE: usize = 32;

/// Coefficients of orders 0 ..= l of all degrees.
const COEFFICIENTS: usize = (MAX_DEGREE + 1) * (MAX_DEGREE + 2) / 2;

/// Points that are worked on at once: their rows of the recurrence stay in the innermost cache.
const LANES: usize = 256;

/// Sums that run side by side, so that additions need not wait for one another.
const SUMS: usize = 8;

/// The means of the orthonormal harmonics over a set: a(l, m) = (1/n) sum of `Y_lm(x_i)`, order
/// after order, real and imaginary parts. Those of negative order are their conjugates.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Harmonics {
    means: Vec<[f64; 2]>,
}

/// The recurrence Q(l) = a (z Q(l - 1) - b Q(l - 2)) of the normalised Legendre functions without
/// their factor sin^m theta: Holmes2002, equations 11 and 12. `Y_lm` = Q(l, m; z) (x + i y)^m, so
/// that no angle is needed and nothing is singular at the poles.
#[derive(Debug)]
pub(super) struct Recurrence {
    /// Q(m, m) for each order.
    first: [f64; MAX_DEGREE + 1],
    /// `[a, b]`, laid out as the coefficients are.
    steps: Vec<[f64; 2]>,
}

impl Recurrence {
    pub(super) fn new() -> Self {
        let mut first = [(0.25 * core::f64::consts::FRAC_1_PI).sqrt(); MAX_DEGREE + 1];
        let mut steps = Vec::with_capacity(COEFFICIENTS);
        for order in 0..=MAX_DEGREE {
            let m = order as f64;
            if order > 0 {
                first[order] = -first[order - 1] * ((2.0 * m + 1.0) / (2.0 * m)).sqrt();
            }
            // The first step of an order is not taken.
            steps.push([0.0, 0.0]);
            for degree in order + 1..=MAX_DEGREE {
                let l = degree as f64;
                let a = ((4.0 * l * l - 1.0) / (l * l - m * m)).sqrt();
                let before = l - 1.0;
                let b = ((before * before - m * m) / (4.0 * before * before - 1.0)).sqrt();
                steps.push([a, b]);
            }
        }
        Self { first, steps }
    }

    /// Calls `term(degree, order, re, im)` for all harmonics of non-negative order at a point.
    fn each(&self, [x, y, z]: [f64; 3], mut term: impl FnMut(usize, usize, f64, f64)) {
        let (mut re, mut im) = (1.0, 0.0);
        let mut steps = self.steps.iter();
        for order in 0..=MAX_DEGREE {
            let (mut before, mut now) = (0.0, self.first[order]);
            for (degree, &[a, b]) in (order..=MAX_DEGREE).zip(steps.by_ref()) {
                if degree > order {
                    (before, now) = (now, a * (z * now - b * before));
                }
                term(degree, order, now * re, now * im);
            }
            (re, im) = (re * x - im * y, re * y + im * x);
        }
    }

    /// Adds the harmonics of up to [`LANES`] points to `sums`, laid out as the coefficients are.
    fn accumulate(&self, [x, y, z]: [&[f64]; 3], sums: &mut [f64; 2 * COEFFICIENTS]) {
        let count = x.len();
        let mut powers = [[1.0; LANES], [0.0; LANES]];
        let mut rows = [[0.0; LANES]; 2];
        let mut coefficient = 0;
        for order in 0..=MAX_DEGREE {
            rows[0][..count].fill(0.0);
            rows[1][..count].fill(self.first[order]);
            for degree in order..=MAX_DEGREE {
                let [before, now] = &mut rows;
                let (before, now) = (&mut before[..count], &mut now[..count]);
                if degree > order {
                    let [a, b] = self.steps[coefficient];
                    for ((before, now), z) in before.iter_mut().zip(now).zip(z) {
                        *before = a * (z * *now - b * *before);
                    }
                    rows.swap(0, 1);
                }
                let [re, im] = powers.each_ref().map(|power| dot(&rows[1][..count], power));
                sums[2 * coefficient] += re;
                sums[2 * coefficient + 1] += im;
                coefficient += 1;
            }
            let [re, im] = &mut powers;
            for (((re, im), x), y) in re.iter_mut().zip(im).zip(x).zip(y) {
                (*re, *im) = (*re * x - *im * y, *re * y + *im * x);
            }
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let b = &b[..a.len()];
    let mut sums = [0.0; SUMS];
    let (a_chunks, b_chunks) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS));
    let rest: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for lane in 0..SUMS {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

impl Harmonics {
    /// O(n L²) for L = [`MAX_DEGREE`]; the same bits on any number of threads.
    pub(super) fn new<E: Executor>(
        points: &Directions<'_>,
        recurrence: &Recurrence,
        executor: &E,
    ) -> Self {
        let sums = sum_blocks::<E, { 2 * COEFFICIENTS }>(executor, points.count(), |range| {
            let block = UnitBlock::new(points, range);
            let mut sums = [0.0; 2 * COEFFICIENTS];
            for start in (0..block.len()).step_by(LANES) {
                let end = block.len().min(start + LANES);
                recurrence.accumulate(block.columns().map(|column| &column[start..end]), &mut sums);
            }
            sums
        });
        let n = points.count() as f64;
        Self { means: sums.chunks_exact(2).map(|sum| [sum[0] / n, sum[1] / n]).collect() }
    }

    /// The sum over all orders, negative ones too, of |a(l, m)|² for each degree.
    pub(super) fn spectrum(&self) -> [f64; MAX_DEGREE + 1] {
        let mut spectrum = [0.0; MAX_DEGREE + 1];
        let mut means = self.means.iter();
        for order in 0..=MAX_DEGREE {
            for (degree, [re, im]) in (order..=MAX_DEGREE).zip(means.by_ref()) {
                spectrum[degree] += both_signs(order) * (re * re + im * im);
            }
        }
        spectrum
    }

    /// The sum over all degrees and orders of `weights[l]` conj(a(l, m)) `Y_lm(point)`.
    pub(super) fn synthesis(
        &self,
        recurrence: &Recurrence,
        weights: &[f64; MAX_DEGREE + 1],
        point: [f64; 3],
    ) -> f64 {
        let mut means = self.means.iter();
        let mut sum = 0.0;
        recurrence.each(point, |degree, order, re, im| {
            if let Some([mean_re, mean_im]) = means.next() {
                sum += weights[degree] * both_signs(order) * (mean_re * re + mean_im * im);
            }
        });
        sum
    }
}

/// The terms of order m and -m are the same in sums of products.
fn both_signs(order: usize) -> f64 {
    if order == 0 { 1.0 } else { 2.0 }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEGREE, Recurrence};

    /// `Y_lm` at a few places, from its closed forms.
    #[test]
    fn closed_forms() {
        let pi = core::f64::consts::PI;
        let (x, y, z): (f64, f64, f64) = (0.48, -0.64, 0.6);
        let table = [
            (0, 0, (0.25 / pi).sqrt(), 0.0),
            (1, 0, (0.75 / pi).sqrt() * z, 0.0),
            (1, 1, -(0.375 / pi).sqrt() * x, -(0.375 / pi).sqrt() * y),
            (2, 0, (5.0 / (16.0 * pi)).sqrt() * (3.0 * z * z - 1.0), 0.0),
            (2, 1, -(7.5 / (4.0 * pi)).sqrt() * x * z, -(7.5 / (4.0 * pi)).sqrt() * y * z),
            (2, 2, (7.5 / (16.0 * pi)).sqrt() * (x * x - y * y), (7.5 / (4.0 * pi)).sqrt() * x * y),
        ];
        let mut seen = 0;
        Recurrence::new().each([x, y, z], |degree, order, re, im| {
            for &(l, m, expected_re, expected_im) in &table {
                if (l, m) == (degree, order) {
                    assert!((re - expected_re).abs() < 1e-15, "{l} {m}: {re} {expected_re}");
                    assert!((im - expected_im).abs() < 1e-15, "{l} {m}: {im} {expected_im}");
                    seen += 1;
                }
            }
        });
        assert_eq!(seen, table.len());
    }

    /// The addition theorem with itself: the sum over m of |Y|² is (2 l + 1) / 4 pi everywhere.
    #[test]
    fn squares_of_a_degree_add_up_at_every_point() {
        let recurrence = Recurrence::new();
        for z in [-1.0, -0.999_999, -0.3, 0.0, 0.7, 1.0_f64] {
            let r = (1.0 - z * z).sqrt();
            let mut sums = [0.0; MAX_DEGREE + 1];
            recurrence.each([0.6 * r, 0.8 * r, z], |degree, order, re, im| {
                sums[degree] += super::both_signs(order) * (re * re + im * im);
            });
            for (degree, sum) in sums.iter().enumerate() {
                let expected = (2 * degree + 1) as f64 * 0.25 * core::f64::consts::FRAC_1_PI;
                assert!((sum / expected - 1.0).abs() < 1e-12, "{degree} at {z}: {sum}");
            }
        }
    }
}
