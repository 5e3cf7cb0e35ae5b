use super::counter::{Counter, Flushed, Own, Tallies};
use super::work::Work;
use super::{WAYS, check};

#[test]
fn nothing_is_lost_on_any_number_of_threads() {
    // One point, less than a chunk, a chunk, and shares that end within chunks and flushes.
    for count in [1, 1_000, 4_096, 65_537] {
        for work in [Work::points().unwrap(), Work::Bare] {
            let attempts = work.attempts(count).unwrap();
            assert!(attempts >= count);
            for (name, way) in WAYS {
                for threads in [1, 2, 3, 8] {
                    let outcome = way(&work, threads, count).unwrap();
                    assert_eq!(outcome.attempts, attempts, "{name}, {threads} threads");
                    assert!(outcome.seconds > 0.0);
                    assert!(threads > 1 || outcome.failures == 0, "{name}: nobody else is there");
                }
            }
        }
    }
}

#[test]
fn the_ball_takes_six_attempts_over_pi_a_point() {
    let attempts = Work::points().unwrap().attempts(100_000).unwrap() as f64 / 1e5;
    // The error of the mean is sqrt(1 - p) / p / sqrt(n) = 0.0042, p = pi / 6.
    assert!((attempts - 6.0 / std::f64::consts::PI).abs() < 0.02, "{attempts}");
}

#[test]
fn a_flush_comes_every_ten_thousand() {
    let (counter, mut own) = (Flushed::default(), Own::default());
    for count in 1..=25_000 {
        counter.count(&mut own);
        assert_eq!(counter.shared(), count / Flushed::EVERY * Flushed::EVERY);
        assert_eq!(counter.shared() + own.pending, count);
    }
}

/// Forgets every thousandth attempt.
#[derive(Debug, Default)]
struct Forgetful(Tallies);

impl Counter for Forgetful {
    fn count(&self, own: &mut Own) {
        self.0.count(own);
        if own.pending == 1_000 {
            own.pending -= 1;
        }
    }

    fn shared(&self) -> u64 {
        self.0.shared()
    }
}

#[test]
fn a_counter_that_loses_one_is_caught() {
    let wrong = Work::Bare.run::<Forgetful>(2, 10_000).unwrap();
    let right = Work::Bare.run::<Tallies>(2, 10_000).unwrap();
    assert!(check("forgetful", &[right, wrong], 10_000).is_err());
    assert!(check("tallies", &[right], 10_000).is_ok());
}
