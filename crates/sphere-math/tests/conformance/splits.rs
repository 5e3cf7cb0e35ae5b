//! Pieces of any size, at any place in memory, give the bits of the whole.

use std::ops::Range;

use sphere_math::sampling::Scheme;
use sphere_math::simd::SimdLevel;

use crate::cases::{kinds, range};
use crate::property::{PLACES, Right};
use crate::ways::{Fault, Pieces, Whole, Wrong};

const SIZES: [&[u64]; 6] = [&[1], &[15], &[16], &[17], &[64], &[3, 40, 1, 16, 0, 7, 33, 128]];
const COUNT: u64 = 333;

fn places(scheme: Scheme) -> [Range<u64>; 3] {
    [
        range(scheme, COUNT, |_| 0),
        range(scheme, COUNT, |last| last.min((1 << 32) - COUNT / 2)),
        range(scheme, COUNT, |last| last),
    ]
}

fn check(level: SimdLevel) {
    for scheme in kinds() {
        let plan = scheme.plan().unwrap().with_simd(level).unwrap();
        for range in places(scheme) {
            let right = Right::of(&plan, range);
            for place in 0..PLACES {
                for sizes in SIZES {
                    let found = right.difference(&plan, &Pieces { sizes, way: Whole }, place);
                    assert_eq!(found, None, "{scheme:?} in pieces of {sizes:?}");
                }
            }
        }
    }
}

crate::for_each_level!(check);

/// What is wrong at the end of a call is wrong elsewhere when calls end elsewhere.
#[test]
fn a_wrong_split_is_caught() {
    for scheme in kinds() {
        let plan = scheme.plan().unwrap();
        let right = Right::of(&plan, range(scheme, COUNT, |last| last / 2));
        for (sizes, fault) in SIZES.iter().flat_map(|s| Fault::ALL.map(|fault| (s, fault))) {
            let found = right.difference(&plan, &Pieces { sizes, way: Wrong(fault) }, 0);
            assert!(found.is_some(), "{fault:?} in {scheme:?} in pieces of {sizes:?} is not seen");
        }
    }
}
