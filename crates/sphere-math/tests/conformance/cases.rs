//! Schemes and ranges that could go wrong.

use std::ops::Range;

use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, MAX_LATTICE_POINTS, Method, Placement, Scheme, Scramble};

use crate::common;

/// Schemes of every kind, with what their forms in lanes could get wrong: offsets, parities, seeds.
pub(crate) fn schemes() -> Vec<Scheme> {
    let owen = Scramble::Owen { seed: 7, randomisation: 2 };
    let shift = Scramble::Shift { seed: u64::MAX, randomisation: 0 };
    let mut schemes = Vec::new();
    for total in [1, 2, 3, 17, 1_000, 100_001, 1 << 40, MAX_LATTICE_POINTS] {
        for placement in [Placement::Quadrature, Placement::Offset(0.36), Placement::Offset(75.0)] {
            schemes.push(Scheme::Fibonacci { total, placement });
        }
        schemes.push(Scheme::Disk { total });
    }
    for seed in [0, u64::MAX] {
        for method in [Method::Cylinder, Method::Disk, Method::Ball] {
            schemes.push(Scheme::Random { seed, method });
        }
    }
    for scramble in [Scramble::None, shift, owen] {
        schemes.push(Scheme::Sobol { domain: Domain::Sphere, scramble });
        // Fewer and more than sixteen lanes and than the sixty-four that a table is wide.
        for dimensions in [1, 2, 3, 8, 13, 17, 64, 65, 130] {
            schemes.push(Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble });
        }
    }
    for order in [0, 1, 2, 3, 4, 12, 26, 29] {
        for ordering in [Ordering::Ring, Ordering::Nested] {
            schemes.push(Scheme::Pixels { order, ordering });
        }
    }
    schemes
}

/// One scheme of each kind and variant, for what costs too much to try with all.
pub(crate) fn kinds() -> impl Iterator<Item = Scheme> {
    let is_narrow = |scheme: &Scheme| scheme.extent().unwrap().shape.columns() <= 100;
    common::schemes().into_iter().map(|(_, scheme)| scheme).filter(is_narrow)
}

/// First, last and seam, in lengths around those of a block; the end, where there are no points any
/// more; and all points, if they are few.
pub(crate) fn ranges(scheme: Scheme) -> Vec<Range<u64>> {
    let points = scheme.extent().unwrap().points;
    let starts = [0, 1, 7, 1 << 32, (1 << 32) - 5, 1 << 51, points / 2, points - points.min(130)];
    let mut ranges = Vec::new();
    for start in starts {
        for length in [0, 1, 15, 16, 17, 33, 130] {
            if start <= points && length <= points - start {
                ranges.push(start..start + length);
            }
        }
    }
    if matches!(scheme, Scheme::Sobol { .. }) {
        // Several of the largest blocks, from the middle of one on.
        ranges.extend([61..2_300, (1 << 52) - 1_000..(1 << 52) + 1_050, points - 1_111..points]);
    }
    if matches!(scheme, Scheme::Random { .. }) {
        // All remainders of a batch of retries, and over the end of a counter word.
        let starts = (0..20).map(|step| ((1 << 32) - 3_000 + 194 * step, 106 * step));
        ranges.extend(starts.map(|(start, length)| start..start + length));
    }
    ranges.push(points..points);
    if points <= 10_000 {
        ranges.extend([0..points, points / 3..points]);
    }
    ranges
}

/// A range of so many points, or of all there are: at the start, at the end, or in between.
pub(crate) fn range(scheme: Scheme, count: u64, start: impl Fn(u64) -> u64) -> Range<u64> {
    let points = scheme.extent().unwrap().points;
    let count = count.min(points);
    let start = start(points - count);
    start..start + count
}
