//! Points of the sphere: the first dimension is the height, the second the longitude.

use core::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f64x8, u64x8};

use super::directions::Directions;
use super::lanes::Blocks;
use super::scramble::{Scrambler, permute_words};
use super::{Sobol, word_at, words};
use crate::sampling::lift::lanes::{Cylinder, Fill, Pair, Parallels, from_53_bits};
use crate::sampling::lift::{Height, on_parallel};
use crate::sampling::store::Store;
use crate::simd::Kernel;
use crate::{Real, Turn};

/// The words of both dimensions as points.
struct Words<'a>([(&'a Directions, Scrambler); 2]);

impl<'a> Words<'a> {
    fn new(sobol: &'a Sobol) -> Self {
        Self([0, 1].map(|dimension| (&sobol.table[dimension], sobol.scrambler(dimension))))
    }
}

/// Fills a range of points of the sphere.
pub(super) struct Sphere<'a, R, O> {
    pub(super) sobol: &'a Sobol,
    pub(super) range: Range<u64>,
    pub(super) out: &'a mut O,
    pub(super) real: core::marker::PhantomData<R>,
}

impl<R: Real, O: Store<R>> Kernel for Sphere<'_, R, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(self) {
        let [heights, longitudes] = Words::new(self.sobol).0.map(|(directions, scrambler)| {
            words(directions, self.range.clone()).map(move |word| scrambler.apply(word))
        });
        for (row, (height, longitude)) in heights.zip(longitudes).enumerate() {
            self.out.set_row(row, direction(height, longitude));
        }
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) {
        Fill::new(&Words::new(self.sobol), self.range, self.out).lanes(simd);
    }
}

/// The first 53 bits of a height: z goes from 1 down in steps of 2^-52.
const HALF: u64 = 1 << 52;
const UNIT: f64 = 1.0 / HALF as f64;

/// z = 1 - 2 u0 with u0 the top 53 bits, exactly; the longitude is the whole second word.
#[inline(always)]
fn direction<R: Real>(height: u64, longitude: u64) -> [R; 3] {
    let steps = height >> 11;
    let height = Height {
        z: (HALF.cast_signed() - steps.cast_signed()) as f64 * UNIT,
        from_pole: steps.min(2 * HALF - steps) as f64 * UNIT,
    };
    on_parallel(height, Turn(longitude).cos_sin())
}

impl Parallels for Words<'_> {
    #[inline(always)]
    fn point<R: Real>(&self, index: u64) -> [R; 3] {
        let [height, longitude] =
            self.0.map(|(directions, scrambler)| scrambler.apply(word_at(directions, index)));
        direction(height, longitude)
    }

    #[inline(always)]
    fn blocks<S: Simd>(&self, simd: S, start: u64) -> impl FnMut() -> Cylinder<S> {
        let [mut heights, mut longitudes] =
            [Scrambled::new(simd, self.0[0], start), Scrambled::new(simd, self.0[1], start)];
        #[inline(always)]
        move || {
            let [first, second] = heights.next(simd);
            let [first, second] = [parallel(simd, first), parallel(simd, second)];
            Cylinder {
                z: [first[0], second[0]],
                from_pole: [first[1], second[1]],
                turns: longitudes.next(simd),
            }
        }
    }
}

/// The form in lanes of the height in `direction`: z and its distance from the pole. All integers
/// are up to 2^53, so that doubles hold them and their differences.
#[inline(always)]
fn parallel<S: Simd>(simd: S, words: u64x8<S>) -> [f64x8<S>; 2] {
    const HALF: f64 = super::sphere::HALF as f64;
    let steps = from_53_bits(simd, words >> 11);
    let nearer = steps.min(f64x8::splat(simd, 2.0 * HALF) - steps);
    [(f64x8::splat(simd, HALF) - steps) * UNIT, nearer * UNIT]
}

/// The words of one dimension, scrambled.
struct Scrambled<'a, S: Simd> {
    blocks: Blocks<'a, S>,
    keys: Option<u64x8<S>>,
}

impl<'a, S: Simd> Scrambled<'a, S> {
    #[inline(always)]
    fn new(simd: S, (directions, scrambler): (&'a Directions, Scrambler), start: u64) -> Self {
        let keys = match scrambler {
            Scrambler::Shift { .. } => None,
            Scrambler::Owen { .. } => Some(u64x8::splat(simd, scrambler.keys())),
        };
        Self { blocks: Blocks::new(simd, directions, start, scrambler.mask()), keys }
    }

    #[inline(always)]
    fn next(&mut self, simd: S) -> Pair<u64x8<S>> {
        let [first, second] = self.blocks.next(simd);
        match self.keys {
            None => [first, second],
            Some(keys) => [permute_words(simd, first, keys), permute_words(simd, second, keys)],
        }
    }
}
