//! Executors of any number of threads, in any order, give the bits of one.

use sphere_math::parallel::{Executor, Serial};
use sphere_math::sampling::{Plan, Scheme};
use sphere_math::simd::SimdLevel;

use crate::cases::{kinds, range};
use crate::common::executors::{Backwards, Threads};
use crate::property::Right;
use crate::ways::On;

/// Values of a range of three parts.
const VALUES: u64 = 600_001;

fn right(scheme: Scheme, plan: &Plan) -> Right {
    let count = VALUES / plan.shape().columns() as u64;
    Right::of(plan, range(scheme, count, |last| last / 3))
}

fn check(level: SimdLevel) {
    for scheme in kinds() {
        let plan = scheme.plan().unwrap().with_simd(level).unwrap();
        let right = right(scheme, &plan);
        let found = [
            right.difference(&plan, &On(Serial), 0),
            right.difference(&plan, &On(Backwards), 1),
            right.difference(&plan, &On(Threads(2)), 3),
            right.difference(&plan, &On(Threads(3)), 5),
            right.difference(&plan, &On(Threads(8)), 8),
        ];
        assert_eq!(found.into_iter().flatten().next(), None, "{scheme:?}");
    }
}

crate::for_each_level!(check);

/// Leaves out one task, and runs the others.
struct Forgetful {
    task: usize,
}

impl Executor for Forgetful {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        (0..tasks).filter(|&index| index != self.task).map(task).collect()
    }
}

#[test]
fn a_task_left_out_is_caught() {
    let mut split = 0;
    for scheme in kinds() {
        let plan = scheme.plan().unwrap();
        let right = right(scheme, &plan);
        let found = |task| right.difference(&plan, &On(Forgetful { task }), 0).is_some();
        assert!(found(0), "{scheme:?}");
        split += usize::from(found(1) && found(2) && !found(3));
    }
    assert!(split >= 15, "only {split} schemes have ranges of three parts");
}
