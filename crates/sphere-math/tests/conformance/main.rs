//! Conformance: whatever instruction set, split, thread count, layout and place in memory computes
//! a range, it writes the bits of the scalar form of the whole range, and nothing else.
//!
//! One property ([`property::Right::difference`]), stamped for each level. What is wrong on purpose
//! has to be caught by it: see the last test of each file.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test says what it skips")]

mod cases;
#[path = "../common/mod.rs"]
mod common;
mod levels;
mod property;
mod splits;
mod threads;
mod ways;

use sphere_math::simd::SimdLevel;

/// Runs a check on a level that this machine has.
fn on(level: SimdLevel, check: impl Fn(SimdLevel)) {
    if SimdLevel::available().contains(&level) {
        check(level);
    } else {
        println!("skipped: this machine has no {level}");
    }
}

/// One test for each level.
macro_rules! for_each_level {
    ($check:path) => {
        #[test]
        fn scalar() {
            crate::on(sphere_math::simd::SimdLevel::Scalar, $check);
        }
        #[test]
        fn avx2() {
            crate::on(sphere_math::simd::SimdLevel::Avx2, $check);
        }
        #[test]
        fn avx512() {
            crate::on(sphere_math::simd::SimdLevel::Avx512, $check);
        }
        #[test]
        fn neon() {
            crate::on(sphere_math::simd::SimdLevel::Neon, $check);
        }
    };
}
pub(crate) use for_each_level;
