//! Probabilities of the distributions that statistics follow.

/// The probability that chi-square with `degrees` of freedom is at least x: the upper regularised
/// incomplete gamma function of degrees / 2 and x / 2, by its series or its continued fraction.
pub(crate) fn chi_square_above(x: f64, degrees: f64) -> f64 {
    let (a, x) = (degrees / 2.0, x / 2.0);
    if x <= 0.0 {
        return 1.0;
    }
    let scale = (a * x.ln() - x - libm::lgamma(a)).exp();
    if x < a + 1.0 { 1.0 - scale * lower_series(a, x) } else { scale * upper_fraction(a, x) }
}

fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    let mut n = a;
    while term > 1e-17 * sum {
        n += 1.0;
        term *= x / n;
        sum += term;
    }
    sum
}

/// The continued fraction 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - ..)), from far inside outwards.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let step = |below: f64, k: u32| {
        let k = f64::from(k);
        x + 2.0 * k - 1.0 - a - k * (k - a) / below
    };
    1.0 / (1..=5_000).rev().fold(x + 10_001.0 - a, step)
}

/// The probability that |a normal deviate| is at least |z|.
pub(crate) fn normal_beyond(z: f64) -> f64 {
    libm::erfc(z.abs() / core::f64::consts::SQRT_2)
}

/// The probability that the Kolmogorov distance of `n` numbers is at least d: the limit, with the
/// correction of Stephens1970 for n.
pub(crate) fn kolmogorov_above(d: f64, n: f64) -> f64 {
    let x = d * (n.sqrt() + 0.12 + 0.11 / n.sqrt());
    // So small a distance has probability 10^-12.
    if x < 0.2 {
        return 1.0;
    }
    let term = |k: i32| {
        let size = (-2.0 * (f64::from(k) * x).powi(2)).exp();
        if k % 2 == 1 { size } else { -size }
    };
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

/// Twice the smaller of the probabilities to be at least and at most what was found: what is too
/// even is as suspect as what is too uneven.
pub(crate) fn two_sided(above: f64) -> f64 {
    2.0 * above.min(1.0 - above)
}

#[test]
fn the_quantiles_of_the_books() {
    // Upper quantiles of chi-square and of Kolmogorov's distribution.
    for (x, degrees, p) in [
        (3.841_459, 1.0, 0.05),
        (7.814_728, 3.0, 0.05),
        (11.070_498, 5.0, 0.05),
        (30.664_850, 3.0, 1e-6),
        (35.888_186, 5.0, 1e-6),
        (124.342_113, 100.0, 0.05),
        (77.929_465, 100.0, 0.95),
    ] {
        let found = chi_square_above(x, degrees);
        assert!((found / p - 1.0).abs() < 1e-4, "{x} {degrees}: {found}");
    }
    for (x, p) in [(1.358_099, 0.05), (1.627_624, 0.01), (1.949_475, 0.001)] {
        let found = kolmogorov_above(x / 1e6, 1e12);
        assert!((found / p - 1.0).abs() < 1e-4, "{x}: {found}");
    }
    assert!((normal_beyond(1.959_964) / 0.05 - 1.0).abs() < 1e-5);
    // Two degrees of freedom have a closed form, on both sides of the place where methods change.
    for x in [0.1, 1.0, 3.9, 4.1, 10.0, 60.0_f64] {
        let (found, right) = (chi_square_above(x, 2.0), (-x / 2.0).exp());
        assert!((found / right - 1.0).abs() < 1e-12, "{x}: {found} {right}");
    }
}
