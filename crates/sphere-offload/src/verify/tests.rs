use std::time::Instant;

use sphere_engine::{Collect, CpuEngine, EngineName, SampleParameters};

use super::*;
use crate::fault::{Fault, Faults, Faulty};

fn cpu() -> Arc<dyn Engine> {
    Arc::new(CpuEngine::new(NonZeroU64::MIN.try_into().ok()).unwrap())
}

fn verified(fault: &str, one_in: u64) -> Verified {
    let fault: Fault = fault.parse().unwrap();
    let faults = Faults::of(EngineName::Cpu, &[fault], Instant::now()).unwrap();
    let engine = Arc::new(Faulty::new(cpu(), Arc::new(faults)));
    Verified::new(engine, cpu(), NonZeroU64::new(one_in).unwrap(), 11)
}

fn job(count: &str, precision: &str) -> Job {
    let pairs = [("count", count), ("start", "3"), ("precision", precision)];
    SampleParameters::parse("fibonacci", pairs).unwrap().job().unwrap()
}

#[test]
fn what_is_right_is_passed_on() {
    for precision in ["f64", "f32"] {
        let (mut points, mut right) = (Compared::default(), Compared::default());
        let job = job("100000", precision);
        verified("slow:cpu:0", 100).run(&job, &mut points, &Stop::never()).unwrap();
        cpu().run(&job, &mut right, &Stop::never()).unwrap();
        assert!(points.bytes == right.bytes);
    }
}

#[test]
fn a_wrong_bit_where_it_is_looked_at_is_an_error_and_not_passed_on() {
    // All points but those at the seams of runs are looked at.
    let engine = verified("corrupt:cpu:1/1", 1);
    let (mut caught, mut passed) = (0, 0);
    for count in 100..200 {
        let mut points = Collect::<f64>::default();
        match engine.run(&job(&count.to_string(), "f64"), &mut points, &Stop::never()) {
            Ok(_) => passed += 1,
            Err(Stopped { next, cause: Cause::Engine(EngineError::Wrong { reason }) }) => {
                assert!(reason.contains("differs from its definition"), "{reason}");
                assert_eq!((next, points.values.len()), (3, 0));
                caught += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(caught > passed, "{caught} caught, {passed} passed");
}

#[test]
fn wrong_indices_are_seen_too() {
    let lattice = NearestJob::parse("fibonacci", [("total", "1000")]).unwrap();
    let column = vec![0.5; 100];
    let mut indices = vec![0; 100];
    let columns = [&column[..], &column, &column];
    let right = verified("slow:cpu:0", 1).nearest(&lattice, columns, &mut indices, &Stop::never());
    right.unwrap();
    let outcomes: Vec<bool> = (0..20)
        .map(|seed| {
            let Verified { engine, reference, .. } = verified("corrupt:cpu:1/1", 1);
            let engine = Verified::new(engine, reference, NonZeroU64::MIN, seed);
            engine.nearest(&lattice, columns, &mut indices, &Stop::never()).is_err()
        })
        .collect();
    assert!(outcomes.contains(&true), "the first index is looked at by some seed");
}
