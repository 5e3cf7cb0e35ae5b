//! Generators that have nothing in common with those of the library: a good one, to compare with,
//! and bad ones, which the checks have to see.

use core::f64::consts::{PI, TAU};

use sphere_math::sampling::{Placement, Scheme};

use crate::common::directions;

/// Uniform numbers of [0, 1) by Weyl steps and two multiplications.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn around_axis(z: f64, turn: f64) -> [f64; 3] {
    let radius = (1.0 - z * z).sqrt();
    [radius * (TAU * turn).cos(), radius * (TAU * turn).sin(), z]
}

fn normalised([x, y, z]: [f64; 3]) -> [f64; 3] {
    let norm = (x * x + y * y + z * z).sqrt();
    [x / norm, y / norm, z / norm]
}

/// Uniform directions.
pub(crate) fn reference(count: usize) -> Vec<[f64; 3]> {
    made(count, |random| around_axis(1.0 - 2.0 * random.next(), random.next()))
}

fn made(count: usize, point: impl Fn(&mut SplitMix) -> [f64; 3]) -> Vec<[f64; 3]> {
    let mut random = SplitMix(1);
    (0..count).map(|_| point(&mut random)).collect()
}

/// A bad generator, and the checks that are there to see it.
pub(crate) struct Biased {
    pub(crate) name: &'static str,
    pub(crate) points: fn(usize) -> Vec<[f64; 3]>,
    pub(crate) seen_by: &'static [&'static str],
}

pub(crate) const BIASED: [Biased; 9] = [
    Biased {
        name: "uniform in the angle from the pole",
        points: |count| {
            made(count, |random| around_axis((PI * random.next()).cos(), random.next()))
        },
        seen_by: &["pixels", "joint", "bingham", "harmonics", "gine", "z", "neighbours"],
    },
    Biased {
        name: "a cube from which nothing is rejected",
        points: |count| {
            made(count, |random| normalised([(); 3].map(|()| 2.0 * random.next() - 1.0)))
        },
        seen_by: &["pixels", "joint", "harmonics", "z", "phi"],
    },
    Biased {
        name: "z of 16 bits",
        points: |count| {
            made(count, |random| {
                let z = (65_536.0 * random.next()).floor();
                around_axis((65_535.0 - 2.0 * z) / 65_536.0, random.next())
            })
        },
        seen_by: &["fine digits of z"],
    },
    Biased {
        name: "longitude of 16 bits",
        points: |count| {
            made(count, |random| {
                let turn = (65_536.0 * random.next()).floor() / 65_536.0;
                around_axis(1.0 - 2.0 * random.next(), turn)
            })
        },
        seen_by: &["fine digits of phi"],
    },
    Biased {
        name: "the centre is off by a hundredth",
        points: |count| {
            reference(count).into_iter().map(|[x, y, z]| normalised([x, y + 0.01, z])).collect()
        },
        seen_by: &["rayleigh", "harmonics", "phi"],
    },
    Biased {
        name: "longitude depends on z",
        points: |count| {
            made(count, |random| {
                let height = random.next();
                around_axis(1.0 - 2.0 * height, (8.0 * height + random.next() / 2.0).fract())
            })
        },
        seen_by: &["pixels", "joint", "harmonics"],
    },
    Biased {
        name: "every point twice",
        points: |count| reference(count / 2).into_iter().flat_map(|point| [point; 2]).collect(),
        seen_by: &["pixels", "joint", "gine", "neighbours"],
    },
    Biased {
        name: "a walk",
        points: |count| {
            let mut last = [0.0, 0.0, 1.0];
            reference(count)
                .into_iter()
                .map(|step| {
                    last = normalised([0, 1, 2].map(|axis| last[axis] + 3.0 * step[axis]));
                    last
                })
                .collect()
        },
        seen_by: &["gine", "neighbours"],
    },
    Biased {
        name: "a lattice: too even",
        points: |count| {
            let total = count as u64;
            let scheme = Scheme::Fibonacci { total, placement: Placement::Quadrature };
            directions(&scheme.plan().unwrap(), 0..total)
        },
        seen_by: &["pixels", "rayleigh", "bingham", "harmonics", "gine", "z", "phi", "neighbours"],
    },
];
