//! Every instruction set gives the bits of the scalar form: one property, for each level that this
//! machine has.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it skips")]

use std::ops::Range;

use sphere_math::Real;
use sphere_math::healpix::Ordering;
use sphere_math::sampling::{
    Domain, Extent, MAX_LATTICE_POINTS, Method, Placement, Plan, SampleError, Scheme, Scramble,
};
use sphere_math::simd::SimdLevel;

/// Schemes of every kind, with what their forms in lanes could get wrong: offsets, parities, seeds.
fn schemes() -> Vec<Scheme> {
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
        for dimensions in [1, 2, 3, 8, 65] {
            schemes.push(Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble });
        }
    }
    for order in [0, 1, 5, 29] {
        for ordering in [Ordering::Ring, Ordering::Nested] {
            schemes.push(Scheme::Pixels { order, ordering });
        }
    }
    schemes
}

/// First, last and seam, in lengths around those of a block.
fn ranges(Extent { points, .. }: Extent) -> Vec<Range<u64>> {
    let starts = [0, 1, 7, 1 << 32, (1 << 32) - 5, 1 << 51, points / 2, points - points.min(130)];
    let mut ranges = Vec::new();
    for start in starts {
        for length in [0, 1, 15, 16, 17, 33, 130] {
            if start <= points && length <= points - start {
                ranges.push(start..start + length);
            }
        }
    }
    ranges
}

/// The first value that differs, in whatever way points are asked for.
fn difference<R: Real>(
    expected: &Plan,
    fill_rows: impl Fn(Range<u64>, &mut [R]) -> Result<(), SampleError>,
    range: &Range<u64>,
) -> Option<usize> {
    let count = (range.end - range.start) as usize;
    let columns = expected.shape().columns();
    let garbage = R::from_f64(100.0);
    let [mut right, mut given] = [vec![garbage; columns * count], vec![garbage; columns * count]];
    expected.fill_rows(range.clone(), &mut right).unwrap();
    fill_rows(range.clone(), &mut given).unwrap();
    // Converted exactly, so the bits of f64 tell the bits of f32 apart, signs of zero included.
    let bits = |values: &[R]| -> Vec<u64> { values.iter().map(|v| v.to_f64().to_bits()).collect() };
    bits(&right).into_iter().zip(bits(&given)).position(|(right, given)| right != given)
}

fn check<R: Real>(level: SimdLevel) {
    for scheme in schemes() {
        let scalar = scheme.plan().unwrap().with_simd(SimdLevel::Scalar).unwrap();
        let plan = scalar.with_simd(level).unwrap();
        assert_eq!((plan.simd(), scalar.simd()), (level, SimdLevel::Scalar));
        for range in ranges(scheme.extent().unwrap()) {
            let rows = |range, out: &mut [R]| plan.fill_rows(range, out).map(drop);
            let by_columns = |range: Range<u64>, out: &mut [R]| {
                let count = (range.end - range.start) as usize;
                let columns = plan.shape().columns();
                let mut values = vec![R::default(); count * columns];
                let mut slices: Vec<&mut [R]> = if count == 0 {
                    (0..columns).map(|_| &mut [][..]).collect()
                } else {
                    values.chunks_mut(count).collect()
                };
                plan.fill(range, &mut slices)?;
                for (at, value) in out.iter_mut().enumerate() {
                    *value = values[at % columns * count + at / columns];
                }
                Ok(())
            };
            assert_eq!(
                difference(&scalar, rows, &range),
                None,
                "{level} {scheme:?} {range:?} rows"
            );
            assert_eq!(
                difference(&scalar, by_columns, &range),
                None,
                "{level} {scheme:?} {range:?} columns"
            );
        }
    }
}

fn check_both(level: SimdLevel) {
    if !SimdLevel::available().contains(&level) {
        println!("skipped: this machine has no {level}");
        return;
    }
    check::<f64>(level);
    check::<f32>(level);
}

macro_rules! levels {
    ($($name:ident: $level:ident),* $(,)?) => {
        $(#[test] fn $name() { check_both(SimdLevel::$level); })*
    };
}

levels! {
    fill_scalar: Scalar,
    fill_avx2: Avx2,
    fill_avx512: Avx512,
    fill_neon: Neon,
}

/// Points by rejection, in ranges of all remainders of a batch and over the end of a counter word: the
/// same points from the same number of candidates.
#[test]
fn rejection_tries_the_same_candidates() {
    for (method, seed) in [(Method::Disk, 1), (Method::Ball, 2), (Method::Cylinder, 3)] {
        let scalar = Scheme::Random { seed, method }.plan().unwrap();
        let scalar = scalar.with_simd(SimdLevel::Scalar).unwrap();
        for level in SimdLevel::available() {
            let plan = scalar.with_simd(level).unwrap();
            for (start, length) in (0..40).map(|step| ((1 << 32) - 3_000 + 97 * step, 53 * step)) {
                let range = start..start + length;
                let [mut right, mut given] = [(); 2].map(|()| vec![f64::NAN; 3 * length as usize]);
                let expected = scalar.fill_rows(range.clone(), &mut right).unwrap();
                let tally = plan.fill_rows(range.clone(), &mut given).unwrap();
                assert_eq!(tally, expected, "{level} {method:?} {range:?}");
                assert_eq!(given, right, "{level} {method:?} {range:?}");
            }
        }
    }
}

/// A level that flips the last bit of one value of one point, which the property has to see.
#[test]
fn a_wrong_level_is_caught() {
    for scheme in schemes() {
        let plan = scheme.plan().unwrap();
        let wrong = |range: Range<u64>, out: &mut [f64]| {
            plan.fill_rows(range.clone(), out)?;
            let at = 3 * plan.shape().columns() - 1;
            if let Some(value) = out.get_mut(at) {
                *value = f64::from_bits(value.to_bits() ^ 1);
            }
            Ok(())
        };
        let points = scheme.extent().unwrap().points;
        if points >= 3 {
            let found = difference(&plan, wrong, &(0..points.min(40)));
            assert_eq!(found, Some(3 * plan.shape().columns() - 1), "{scheme:?}");
        }
    }
}
