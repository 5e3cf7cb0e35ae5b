//! The points nearest to directions: within the bound of the nearest, and truthful about what is none.

use std::thread;

use sphere_engine::{Cause, Engine, EngineError, Harm, NearestJob, Stop, Stopped};
use sphere_math::kernels::NEAREST_BOUND;
use sphere_math::sampling::{Method, Plan, SampleError, Scheme};

use super::suite::Wrong;
use super::{open, shared};

/// Not as many as a multiple of a group.
const DIRECTIONS: u64 = 30_001;

type Columns = [Vec<f64>; 3];

fn lattice(total: &str, placement: &str) -> NearestJob {
    NearestJob::parse("fibonacci", [("total", total), ("placement", placement)]).unwrap()
}

/// Anywhere, in f64, some of lengths that f32 has not.
fn directions(count: u64) -> Columns {
    let random = Scheme::Random { seed: 7, method: Method::Cylinder }.plan().unwrap();
    let mut columns = [0; 3].map(|_| vec![0.0_f64; count as usize]);
    random.fill(0..count, &mut columns.each_mut().map(Vec::as_mut_slice)).unwrap();
    for column in &mut columns {
        for (row, value) in column.iter_mut().enumerate() {
            *value *= [1.0, 1e-3, 1e200, 1e-200, 7.0][row % 5];
        }
    }
    columns
}

fn find(engine: &dyn Engine, job: &NearestJob, columns: &Columns) -> Result<Vec<u64>, Stopped> {
    let mut indices = vec![5; columns[0].len()];
    let columns = columns.each_ref().map(Vec::as_slice);
    engine.nearest(job, columns, &mut indices, &Stop::never()).map(|()| indices)
}

fn apart(plan: &Plan, direction: [f64; 3], index: u64) -> f64 {
    let mut point = [0.0_f64; 3];
    plan.fill_rows(index..index + 1, &mut point).unwrap();
    let largest = direction.into_iter().fold(0.0, |most, c| f64::max(most, c.abs()));
    let direction = direction.map(|component| component / largest);
    let length = direction.into_iter().map(|c| c * c).sum::<f64>().sqrt();
    let apart = [0, 1, 2].map(|axis| point[axis] - direction[axis] / length);
    apart.into_iter().map(|c| c * c).sum::<f64>().sqrt()
}

/// How many of an engine's indices are not those of the definition, and how much further away the
/// points are; `None` if that is more than the bound.
fn others(engine: &dyn Engine, job: &NearestJob, columns: &Columns) -> Option<(usize, f64)> {
    let (plan, found) = (job.plan(), find(engine, job, columns).unwrap());
    let (mut others, mut most) = (0, 0.0_f64);
    for (row, &index) in found.iter().enumerate() {
        let direction = columns.each_ref().map(|column| column[row]);
        let right = plan.nearest(direction).unwrap();
        if index != right {
            let index = (index < plan.points()).then_some(index)?;
            let further = apart(plan, direction, index) - apart(plan, direction, right);
            (others, most) = (others + 1, most.max(further));
        }
    }
    (most <= NEAREST_BOUND).then_some((others, most))
}

#[test]
fn points_are_the_nearest_within_the_bound() {
    let Some(engine) = shared() else { return };
    let columns = directions(DIRECTIONS);
    // So many may be others: a direction moves by 2^-24, which is little beside the points.
    for (total, placement, most) in [
        ("1", "quadrature", 0),
        ("2", "offset:0", 0),
        ("1000", "packing", 2),
        ("1000", "offset:500", 2),
        ("1e6", "quadrature", 3),
        ("1e6", "offset:3e5", 3),
        ("1e9", "spacing", 12),
        ("1e12", "packing", 500),
    ] {
        let (others, further) = others(engine, &lattice(total, placement), &columns).unwrap();
        eprintln!("{total} {placement}: {others} others, {further:e} further");
        assert!(others <= most, "{total} {placement}: {others}");
    }
}

#[test]
fn a_wrong_engine_is_caught() {
    let Some(engine) = shared() else { return };
    let columns = directions(1_001);
    for row in [0, 500, 1_000] {
        let wrong = Wrong { engine, byte: 8 * row, bits: 1 };
        assert_eq!(others(&wrong, &lattice("1e6", "quadrature"), &columns), None);
    }
}

#[test]
fn batches_and_threads_change_no_index() {
    let (Some(engine), Some(split)) = (shared(), open(Some(85_000))) else { return };
    let (job, columns) = (lattice("1e6", "packing"), directions(DIRECTIONS));
    let whole = find(engine, &job, &columns).unwrap();
    assert!(find(&split, &job, &columns).unwrap() == whole);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert!(find(&split, &job, &columns).unwrap() == whole));
        }
    });
    assert_eq!(find(engine, &job, &directions(0)).unwrap(), []);
}

#[test]
fn what_is_no_direction_is_named_and_what_comes_before_is_found() {
    let Some(engine) = open(Some(85_000)) else { return };
    let job = lattice("1e6", "quadrature");
    for (bad, none) in [
        (0, [0.0; 3]),
        (20_000, [0.0, f64::NAN, 1.0]),
        (30_000, [f64::INFINITY, 0.0, 0.0]),
        (12_345, [1.0, 1.0, f64::NEG_INFINITY]),
    ] {
        let mut columns = directions(DIRECTIONS);
        for (column, component) in columns.iter_mut().zip(none) {
            column[bad] = component;
        }
        // A later one changes nothing.
        columns[0][30_000] = f64::NAN;
        let mut indices = vec![u64::MAX; DIRECTIONS as usize];
        let parts = columns.each_ref().map(Vec::as_slice);
        let stopped = engine.nearest(&job, parts, &mut indices, &Stop::never()).unwrap_err();
        assert_eq!(stopped.next, bad as u64);
        assert!(
            matches!(stopped.cause, Cause::Input(SampleError::NoDirection { index, .. }) if index == bad),
            "{stopped}"
        );
        assert!(indices[..bad].iter().all(|index| *index < 1_000_000));
    }
    let mut indices = [0; 3];
    let unequal =
        engine.nearest(&job, [&[1.0; 3], &[1.0; 3], &[1.0; 2]], &mut indices, &Stop::never());
    assert!(matches!(unequal.unwrap_err().cause, Cause::Input(SampleError::UnequalColumns { .. })));
}

#[test]
fn what_f32_does_not_resolve_is_for_another_engine() {
    let Some(engine) = shared() else { return };
    for (total, placement) in [("1e13", "quadrature"), ("1e6", "offset:1e12")] {
        let stopped = find(engine, &lattice(total, placement), &directions(5)).unwrap_err();
        let reason = stopped.cause.to_string();
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::Unavailable { .. })));
        assert!(reason.contains("f32 are too coarse"), "{reason}");
    }
}

#[test]
fn a_stop_and_a_loss_are_seen() {
    let Some(engine) = open(Some(85_000)) else { return };
    let (job, columns) = (lattice("1e6", "quadrature"), directions(DIRECTIONS));
    let parts = columns.each_ref().map(Vec::as_slice);
    let mut indices = vec![0; DIRECTIONS as usize];
    let stop = Stop::never();
    stop.request();
    let stopped = engine.nearest(&job, parts, &mut indices, &stop).unwrap_err();
    assert_eq!(stopped.next, 0);
    assert!(matches!(stopped.cause, Cause::Requested));
    engine.harm(Harm::Lose).unwrap();
    let stopped = find(&engine, &job, &columns).unwrap_err();
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "{stopped}");
}
