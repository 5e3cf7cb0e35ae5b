//! What is compared: every kernel, every branch of it, and the ends of every range of indices.

use std::ops::Range;

use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

/// Rows of a range: no multiple of a group of threads.
const ROWS: u64 = 1_003;

const SEED: u64 = 0x0123_4567_89ab_cdef;

pub(crate) fn schemes() -> Vec<Scheme> {
    let mut schemes = Vec::new();
    for (total, placement) in [
        (1, Placement::Quadrature),
        (2, Placement::Offset(0.0)),
        (1_000, Placement::Packing),
        (100_003, Placement::Offset(0.0)),
        (1 << 33, Placement::Spacing),
        ((1 << 52) - 1, Placement::Quadrature),
        (1 << 52, Placement::Offset(1e15)),
    ] {
        schemes.push(Scheme::Fibonacci { total, placement });
    }
    schemes.extend([1, 2, 100_003, 1 << 52].map(|total| Scheme::Disk { total }));
    for method in [Method::Cylinder, Method::Disk, Method::Ball] {
        schemes.extend([0, SEED].map(|seed| Scheme::Random { seed, method }));
    }
    for scramble in [
        Scramble::None,
        Scramble::Shift { seed: SEED, randomisation: 7 },
        Scramble::Owen { seed: SEED, randomisation: 1 << 40 },
    ] {
        let domains = [1, 2, 37].map(|dimensions| Domain::Cube { dimensions });
        for domain in domains.into_iter().chain([Domain::Sphere]) {
            schemes.push(Scheme::Sobol { domain, scramble });
        }
    }
    for ordering in [Ordering::Ring, Ordering::Nested] {
        schemes.extend([0, 1, 4, 13, 16, 29].map(|order| Scheme::Pixels { order, ordering }));
    }
    schemes
}

/// Both ends, the middle, where words carry, and for pixels both sides of where caps begin.
pub(crate) fn ranges(scheme: &Scheme) -> Vec<Range<u64>> {
    let points = scheme.extent().unwrap().points;
    let mut middles = vec![0, 1 << 32, points / 2, points / 3, points];
    if let Scheme::Pixels { order, .. } = *scheme {
        let nside = 1_u64 << order;
        let cap = 2 * nside * (nside - 1);
        middles.extend([cap, points - cap, cap / 2, points - cap / 3]);
    }
    let mut ranges: Vec<_> = middles
        .into_iter()
        .map(|middle| {
            let start = middle.saturating_sub(ROWS / 2).min(points.saturating_sub(ROWS));
            start..points.min(start + ROWS)
        })
        .collect();
    ranges.sort_by_key(|range| range.start);
    ranges.dedup();
    ranges
}
