//! Searches are those of the definition, whichever way the directions take.

use sphere_math::sampling::{Method, Scheme};

use super::*;
use crate::NearestJob;
use crate::cuda::values::CudaValues;

pub(super) fn lattice() -> NearestJob {
    NearestJob::parse("fibonacci", [("total", "10001"), ("placement", "offset:0")]).unwrap()
}

/// Some directions, repeated: looking for a million of them takes the fake too long.
pub(super) fn columns(count: usize) -> [Vec<f64>; 3] {
    let plan = Scheme::Random { seed: 1, method: Method::Ball }.plan().unwrap();
    let mut columns = [const { Vec::new() }; 3].map(|_: Vec<f64>| vec![0.0; count]);
    let [x, y, z] = &mut columns;
    plan.fill(0..count as u64, &mut [x, y, z]).unwrap();
    columns
}

pub(super) fn check(columns: [&[f64]; 3], found: &[u64]) {
    let mut right = vec![0; found.len()];
    lattice().plan().nearest_all(columns, &mut right).unwrap();
    assert!(right == found);
}

#[test]
fn every_direction_gets_its_index() {
    for code in [None, Some(801)] {
        let fake = Fake::new(DEVICE_BYTES);
        if let Some(code) = code {
            fake.fail_all("register", code);
        }
        let engine = open(&fake, None).unwrap();
        for count in [0, 1, 2_048, 2_049, 40_000] {
            let [x, y, z] = &columns(count);
            let mut found = vec![7; count];
            let before = fake.calls().len();
            engine.nearest(&lattice(), [x, y, z], &mut found, &Stop::never()).unwrap();
            check([x, y, z], &found);
            let copies = fake.calls()[before..].contains(&"copy_to_host");
            assert_eq!(copies, count > 2_048 || code.is_some() && count > 0, "{count}");
        }
        drop(engine);
        assert_eq!(fake.audit(), [""; 0]);
    }
}

#[test]
fn little_memory_of_the_device_is_enough() {
    let (fake, engine) = with_jobs(&[], Some(20_000));
    let [x, y, z] = &columns(20_000);
    let mut found = vec![7; 20_000];
    engine.nearest(&lattice(), [x, y, z], &mut found, &Stop::never()).unwrap();
    check([x, y, z], &found);
    assert!(fake.most_device_bytes() <= 20_000);
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}

/// Large columns are registered where they are, and let go of; those that the engine has given are not.
#[test]
fn large_columns_stay_where_they_are() {
    let count = (1 << 21) + 5;
    let (fake, engine) = with_jobs(&[], None);
    let [x, y, z] = &columns(count);
    let mut found = vec![7; count];
    let calls = |name: &str| fake.calls().iter().filter(|call| **call == name).count();
    let [registered, freed] = ["register", "unregister"].map(calls);
    let before = fake.calls().len();
    engine.nearest(&lattice(), [x, y, z], &mut found, &Stop::never()).unwrap();
    check([x, y, z], &found);
    let [registered, freed] = [calls("register") - registered, calls("unregister") - freed];
    let called = fake.calls().split_off(before);
    let first = |name: &str| called.iter().position(|call| *call == name);
    let last = |name: &str| called.iter().rposition(|call| *call == name);
    assert!(last("register") < first("copy_to_device"));
    assert!(last("synchronize_event") < first("unregister"));
    assert!((1..=4).contains(&registered) && registered == freed, "{registered}, {freed}");

    let resources = engine.resources();
    let mut all = CudaValues::<f64>::new(resources, 3 * count).unwrap();
    for (to, from) in all.as_mut_slice().chunks_mut(count).zip([x, y, z]) {
        to.copy_from_slice(from);
    }
    let mut given = CudaValues::<u64>::new(resources, count).unwrap();
    let registered = calls("register");
    let [x, y, z] = [0, 1, 2].map(|at| &all.as_slice()[at * count..][..count]);
    engine.nearest(&lattice(), [x, y, z], given.as_mut_slice(), &Stop::never()).unwrap();
    assert!(given.as_slice() == found);
    assert_eq!(calls("register"), registered);
    drop((all, given, engine));
    assert_eq!(fake.audit(), [""; 0]);
}
