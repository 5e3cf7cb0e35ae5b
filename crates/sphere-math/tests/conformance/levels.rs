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
