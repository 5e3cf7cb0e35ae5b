//! Measuring several pieces of work so that they can be compared.

use std::time::Instant;

use crate::failure::Failure;

/// A run lasts about so long at least: a thousand times what reading the clock takes.
const LEAST_SECONDS: f64 = 5e-3;

/// A piece of work that is done over and over in the same place.
pub(super) type Work<P> = fn(&mut P) -> Result<(), Failure>;

/// Seconds that each piece of work takes, `runs` times.
///
/// They take turns, so that whatever slows the machine down for a while slows all of them down.
/// Nothing is measured before each was done once, so that memory and tables are there. What is short
/// is repeated within a run. `tick` is called after each round.
pub(super) fn rounds<P, const N: usize>(
    place: &mut P,
    works: [Work<P>; N],
    runs: u32,
    tick: impl Fn(),
) -> Result<[Vec<f64>; N], Failure> {
    let mut repeats = [1; N];
    for (work, repeats) in works.iter().zip(&mut repeats) {
        work(place)?;
        *repeats = (LEAST_SECONDS / seconds(place, *work, 1)?).ceil().clamp(1.0, 1e6) as u32;
    }
    let mut all = [const { Vec::new() }; N];
    for _ in 0..runs {
        for ((work, repeats), all) in works.iter().zip(repeats).zip(&mut all) {
            all.push(seconds(place, *work, repeats)?);
        }
        tick();
    }
    Ok(all)
}

/// Seconds of one of so many repeats; never 0.
fn seconds<P>(place: &mut P, work: Work<P>, repeats: u32) -> Result<f64, Failure> {
    let started = Instant::now();
    for _ in 0..repeats {
        work(place)?;
    }
    Ok(started.elapsed().as_secs_f64().max(1e-9) / f64::from(repeats))
}

#[cfg(test)]
mod tests {
    use super::rounds;
    use crate::failure::Failure;

    #[test]
    fn works_take_turns_and_the_first_turn_does_not_count() {
        let slow = |done: &mut String| {
            done.push('s');
            std::thread::sleep(std::time::Duration::from_millis(6));
            Ok(())
        };
        let slower = |done: &mut String| {
            done.push('S');
            std::thread::sleep(std::time::Duration::from_millis(12));
            Ok(())
        };
        let mut done = String::new();
        let [slow, slower] = rounds(&mut done, [slow, slower], 3, || ()).unwrap();
        assert_eq!(done, "ssSS".to_string() + &"sS".repeat(3));
        assert_eq!((slow.len(), slower.len()), (3, 3));
        assert!(slow.iter().all(|&seconds| seconds >= 0.006), "{slow:?}");
        assert!(slower.iter().all(|&seconds| seconds >= 0.012), "{slower:?}");
    }

    #[test]
    fn what_is_short_is_repeated_and_a_failure_ends_it() {
        let mut calls = 0_u32;
        let work = |calls: &mut u32| {
            *calls += 1;
            Ok(())
        };
        rounds(&mut calls, [work], 1, || ()).unwrap();
        assert!(calls > 100, "{calls}");
        let fails = |_: &mut u32| Err(Failure::work("no"));
        assert!(rounds(&mut calls, [fails], 1, || ()).is_err());
    }
}
