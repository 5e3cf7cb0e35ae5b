//! Real spherical harmonics by the plain recurrence: an oracle, not a kernel.

/// The real harmonics of degree 0 to `lmax` in a direction, at index l² + l + m, normalised to mean
/// square 1 over the sphere. Holmes2002, equations 11 and 13, with the powers of sin(theta) kept in
/// the cosines and sines of m phi, so that nothing is divided by it.
pub(crate) fn harmonics(lmax: usize, [x, y, z]: [f64; 3]) -> Vec<f64> {
    let mut values = vec![f64::NAN; (lmax + 1).pow(2)];
    // r^m cos(m phi), r^m sin(m phi), and P(m, m) / r^m.
    let (mut cos, mut sin, mut sectoral) = (1.0, 0.0, 1.0);
    for m in 0..=lmax {
        let (mut before, mut legendre) = (0.0, sectoral);
        for l in m..=lmax {
            if l > m {
                let (l, m) = (l as f64, m as f64);
                let square = (2.0 * l + 1.0) / ((l - m) * (l + m));
                let a = (square * (2.0 * l - 1.0)).sqrt();
                let b = (square * (l + m - 1.0) * (l - m - 1.0) / (2.0 * l - 3.0)).abs().sqrt();
                (before, legendre) = (legendre, a * z * legendre - b * before);
            }
            values[l * l + l + m] = legendre * cos;
            if m > 0 {
                values[l * l + l - m] = legendre * sin;
            }
        }
        let next = (m + 1) as f64;
        sectoral *= if m == 0 { 3.0_f64 } else { (2.0 * next + 1.0) / (2.0 * next) }.sqrt();
        (cos, sin) = (x * cos - y * sin, x * sin + y * cos);
    }
    values
}
