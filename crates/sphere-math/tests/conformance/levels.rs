//! Every instruction set gives the bits of the scalar form.

use sphere_math::simd::SimdLevel;

use crate::cases::{ranges, schemes};
use crate::property::{PLACES, Right};
use crate::ways::{Fault, Whole, Wrong};

fn check(level: SimdLevel) {
    for scheme in schemes() {
        let plan = scheme.plan().unwrap().with_simd(level).unwrap();
        assert_eq!(plan.simd(), level);
        for (at, range) in ranges(scheme).into_iter().enumerate() {
            let right = Right::of(&plan, range);
            assert_eq!(right.difference(&plan, &Whole, at % PLACES), None, "{scheme:?}");
        }
    }
}

crate::for_each_level!(check);

/// Whoever emulates a processor says which levels it has, so that no emulator that falls back to
/// another passes.
#[test]
fn levels_are_those_that_are_expected() {
    let Ok(expected) = std::env::var("SPHERE_SIMD_LEVELS") else { return };
    let names: Vec<_> = SimdLevel::available().into_iter().map(SimdLevel::name).collect();
    assert_eq!(names.join(","), expected);
    for level in SimdLevel::ALL.into_iter().filter(|level| !names.contains(&level.name())) {
        let error = level.check().unwrap_err().to_string();
        let asked = format!("simd level {level} is unavailable: ");
        let there = format!("; there are {}", names.join(", "));
        assert!(error.starts_with(&asked) && error.ends_with(&there), "{error}");
    }
}

#[test]
fn a_wrong_level_is_caught() {
    for scheme in schemes() {
        let plan = scheme.plan().unwrap();
        for range in ranges(scheme).into_iter().filter(|range| !range.is_empty()) {
            let right = Right::of(&plan, range);
            for fault in Fault::ALL {
                let found = right.difference(&plan, &Wrong(fault), 0);
                assert!(found.is_some(), "{fault:?} in {scheme:?} is not seen");
            }
        }
    }
}
