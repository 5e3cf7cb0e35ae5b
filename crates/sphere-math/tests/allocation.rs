//! Nothing allocates while points are computed.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use allocation_counter::measure;
use common::schemes;
use sphere_math::integrate::Quadrature;
use sphere_math::parallel::Serial;

#[test]
fn draws_and_fills_allocate_nothing() {
    for (name, scheme) in schemes() {
        let plan = scheme.plan().unwrap();
        let range = 0..plan.points().min(50);
        let count = range.end as usize;
        let width = plan.shape().columns();
        let mut rows = vec![0.0_f64; count * width];
        let mut columns = vec![vec![0.0_f32; count]; width];
        let mut columns: Vec<&mut [f32]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
        let mut words = vec![vec![0; count]; plan.draw_columns()];
        let mut words: Vec<&mut [u64]> = words.iter_mut().map(Vec::as_mut_slice).collect();
        let counted = measure(|| {
            plan.draw(range.clone(), &mut words).unwrap();
            plan.fill(range.clone(), &mut columns).unwrap();
            plan.fill_rows(range.clone(), &mut rows).unwrap();
        });
        assert_eq!(counted.count_total, 0, "{name}");
    }
}

#[test]
fn integrals_allocate_nothing_per_point() {
    for (name, scheme) in schemes().into_iter().filter(|(name, _)| name.starts_with("sobol s")) {
        let count = |points| {
            let quadrature = Quadrature::new(&scheme, points).unwrap();
            measure(|| drop(quadrature.sphere(&Serial, |[x, ..]| x))).count_total
        };
        assert_eq!(count(10), count(4_000), "{name}");
    }
}

#[test]
fn an_allocation_is_noticed() {
    assert_eq!(measure(|| drop(std::hint::black_box(vec![0_u8; 10]))).count_total, 1);
}
