//! However points reach memory, and wherever it begins, they are the same.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use sphere_math::Real;
use sphere_math::parallel::Serial;
use sphere_math::sampling::{
    Domain, Method, Placement, Plan, Scheme, Scramble, Stores, fill_constant_on,
};
use sphere_math::simd::SimdLevel;

/// One scheme of each number of columns, and one that goes column by column.
fn plans() -> Vec<Plan> {
    let sobol = |dimensions| Scheme::Sobol {
        domain: Domain::Cube { dimensions },
        scramble: Scramble::Owen { seed: 1, randomisation: 0 },
    };
    let schemes = [
        Scheme::Fibonacci { total: 10_000, placement: Placement::Quadrature },
        Scheme::Disk { total: 10_000 },
        Scheme::Random { seed: 3, method: Method::Cylinder },
        Scheme::Random { seed: 3, method: Method::Ball },
        sobol(1),
        sobol(5),
        sobol(65),
    ];
    schemes.iter().map(|scheme| scheme.plan().unwrap()).collect()
}

const ROWS: usize = 100;

/// The points in an output that begins `shift` values past a cache line, and what lies around it.
fn filled<R: Real>(plan: &Plan, shift: usize, by_rows: bool) -> Vec<R> {
    let width = plan.shape().columns();
    let length = width * ROWS;
    let mut memory = vec![R::from_f64(7.0); length + 64];
    let to_line = memory.as_ptr().align_offset(64);
    let range = 5..5 + ROWS as u64;
    let out = &mut memory[to_line + shift..to_line + shift + length];
    if by_rows {
        plan.fill_rows(range, out).unwrap();
    } else {
        plan.fill(range, &mut out.chunks_mut(ROWS).collect::<Vec<_>>()).unwrap();
    }
    memory.drain(..to_line);
    memory.truncate(length + 32);
    memory
}

fn check<R: Real>() {
    for plan in plans() {
        for level in SimdLevel::available() {
            let plan = plan.with_simd(level).unwrap();
            let [cached, past] =
                [Stores::Cached, Stores::PastCache].map(|stores| plan.with_stores(stores));
            for shift in 0..17 {
                for by_rows in [false, true] {
                    let [expected, given] =
                        [&cached, &past].map(|plan| filled::<R>(plan, shift, by_rows));
                    assert!(expected == given, "{level} shift {shift} rows {by_rows}");
                }
            }
        }
    }
}

#[test]
fn points_past_the_cache_are_the_points_and_nothing_else_is_written() {
    check::<f64>();
    check::<f32>();
}

/// Another thread reads what was streamed once the fill has returned.
#[test]
fn a_large_output_is_whole_for_other_threads() {
    let plan = &plans()[0];
    let range = 0..10_000;
    let streaming = plan.with_stores(Stores::PastCache);
    for _ in 0..50 {
        let mut rows = vec![0.0_f64; 30_000];
        streaming.fill_rows_on(&Serial, range.clone(), &mut rows).unwrap();
        let sums: Vec<f64> = std::thread::scope(|scope| {
            let halves: Vec<_> = rows
                .chunks(15_000)
                .map(|half| scope.spawn(|| half.iter().copied().map(f64::abs).sum()))
                .collect();
            halves.into_iter().map(|half| half.join().unwrap()).collect()
        });
        let mut expected = vec![0.0; 30_000];
        plan.with_stores(Stores::Cached).fill_rows(range.clone(), &mut expected).unwrap();
        let right: Vec<f64> =
            expected.chunks(15_000).map(|half| half.iter().copied().map(f64::abs).sum()).collect();
        assert_eq!(sums, right);
    }
}

#[test]
fn an_output_past_the_cache_by_its_size_is_the_same() {
    // 48 MiB and a few values, of which the last part is short.
    let count = (1 << 21) + 77;
    let plan = Scheme::Fibonacci { total: 1 << 40, placement: Placement::Quadrature };
    let plan = plan.plan().unwrap();
    let mut values = vec![0.0_f64; 3 * count];
    plan.fill_on(&Serial, 9..9 + count as u64, &mut values.chunks_mut(count).collect::<Vec<_>>())
        .unwrap();
    let mut expected = vec![0.0_f64; 3 * count];
    let cached = plan.with_stores(Stores::Cached);
    cached.fill(9..9 + count as u64, &mut expected.chunks_mut(count).collect::<Vec<_>>()).unwrap();
    assert!(values == expected);
    fill_constant_on(&Serial, &mut values.chunks_mut(count).collect::<Vec<_>>(), 0.25);
    assert!(values.iter().all(|&value| value == 0.25));
}
