//! Plans that were used of late.

use std::sync::{Mutex, PoisonError};

use sphere_math::sampling::{Plan, SampleError, Scheme};

/// Plans kept. The largest, of 21,201 Sobol dimensions, holds 11 MB.
const MOST_PLANS: usize = 8;

/// The plans of the last few schemes: a Sobol plan is a table, which takes from a microsecond to
/// 30 ms to build, and requests ask for the same ones again.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    /// The latest last.
    recent: Mutex<Vec<(Scheme, Plan)>>,
}

impl Plans {
    /// The plan of a scheme, as [`Scheme::plan`] makes it.
    pub(crate) fn get(&self, scheme: &Scheme) -> Result<Plan, SampleError> {
        if !matches!(scheme, Scheme::Sobol { .. }) {
            return scheme.plan();
        }
        if let Some(plan) = self.take(scheme) {
            return Ok(plan);
        }
        // Built outside the lock: nobody else waits for a large table.
        let plan = scheme.plan()?;
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if recent.len() == MOST_PLANS {
            recent.remove(0);
        }
        recent.push((*scheme, plan.clone()));
        Ok(plan)
    }

    fn take(&self, scheme: &Scheme) -> Option<Plan> {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let at = recent.iter().rposition(|(known, _)| known == scheme)?;
        recent[at..].rotate_left(1);
        recent.last().map(|(_, plan)| plan.clone())
    }
}

#[cfg(test)]
mod tests {
    use sphere_math::sampling::{Domain, Scheme, Scramble};

    use super::{MOST_PLANS, Plans};

    fn sobol(dimensions: u32) -> Scheme {
        Scheme::Sobol { domain: Domain::Cube { dimensions }, scramble: Scramble::None }
    }

    #[test]
    fn the_plans_used_last_are_kept() {
        let plans = Plans::default();
        for dimensions in 1..=MOST_PLANS as u32 {
            plans.get(&sobol(dimensions)).unwrap();
        }
        plans.get(&sobol(1)).unwrap();
        plans.get(&sobol(100)).unwrap();
        let known = |dimensions| plans.take(&sobol(dimensions)).is_some();
        assert!(known(1) && known(100) && !known(2) && known(3));
        assert_eq!(plans.recent.lock().unwrap().len(), MOST_PLANS);
    }

    #[test]
    fn a_plan_is_that_of_its_scheme() {
        let plans = Plans::default();
        for dimensions in [3, 5, 3, 3, 5] {
            let plan = plans.get(&sobol(dimensions)).unwrap();
            assert_eq!(plan.shape().columns(), dimensions as usize);
        }
        assert!(plans.get(&sobol(0)).is_err());
    }
}
