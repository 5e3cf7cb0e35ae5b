//! How long to wait after a failure: exponential, with jitter.

use std::time::Duration;

/// Pauses that double, each shortened by chance so that many breakers do not probe at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The first pause.
    pub first: Duration,
    /// No pause is longer.
    pub most: Duration,
    /// What the chance depends on: one breaker, one number.
    pub seed: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), most: Duration::from_mins(1), seed: 0 }
    }
}

impl Backoff {
    /// The pause after so many earlier ones: between half and all of `first` doubled as often, or of
    /// `most`. A function of its arguments.
    #[must_use]
    pub fn pause(&self, earlier: u32) -> Duration {
        let doubled = 2_u32.checked_pow(earlier).and_then(|factor| self.first.checked_mul(factor));
        let whole = doubled.unwrap_or(self.most).min(self.most);
        let half = whole / 2;
        half + half.mul_f64(unit(self.seed ^ u64::from(earlier).rotate_left(32)))
    }
}

/// A number in [0, 1) that looks random: the finaliser of `SplitMix64` (Steele et al. 2014).
fn unit(seed: u64) -> f64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_most() {
        let backoff = Backoff { first: Duration::from_millis(100), ..Backoff::default() };
        for (earlier, whole) in
            [(0, 0.1), (1, 0.2), (2, 0.4), (9, 51.2), (10, 60.0), (40, 60.0), (u32::MAX, 60.0)]
        {
            let pause = backoff.pause(earlier).as_secs_f64();
            assert!((whole / 2.0..=whole).contains(&pause), "{earlier}: {pause}");
        }
    }

    #[test]
    fn breakers_do_not_agree() {
        let pause = |seed| Backoff { seed, ..Backoff::default() }.pause(5);
        let mut pauses: Vec<_> = (0..100).map(pause).collect();
        pauses.sort_unstable();
        pauses.dedup();
        assert_eq!(pauses.len(), 100);
        let mean = pauses.iter().sum::<Duration>().as_secs_f64() / 100.0;
        assert!((5.5..6.5).contains(&mean), "three quarters of 8 s: {mean}");
    }
}
