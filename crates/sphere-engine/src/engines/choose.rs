//! Which engine is done first: arithmetic on costs, without an engine.

use std::time::Duration;

use super::Cost;

/// Bytes that hardly a processor takes long for: below them nothing is measured and nothing opened.
/// Measuring takes some 20 ms, and two cores half a second for so many.
pub(super) const NOT_WORTH_A_LOOK: u64 = 1 << 31;

/// What the CPU must need for a job before another device is opened for it: twice what opening one
/// takes, with its driver, kernels, probe and measurements.
const WORTH_OPENING: Duration = Duration::from_secs(1);

/// Whether work is so large that opening a device may pay.
pub(super) fn is_worth_opening(cpu: Cost, bytes: u64) -> bool {
    cpu.estimate(bytes) >= WORTH_OPENING
}

/// The candidate that is done first with so many bytes; of equal ones the first.
pub(super) fn cheapest<T>(
    candidates: impl IntoIterator<Item = (T, Cost)>,
    bytes: u64,
) -> Option<T> {
    let estimated = candidates.into_iter().map(|(engine, cost)| (engine, cost.estimate(bytes)));
    estimated.min_by_key(|(_, time)| *time).map(|(engine, _)| engine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::INLINE_BYTES;

    /// An engine that is made up: how long it takes for so many bytes, in seconds.
    type Model = fn(f64) -> f64;

    /// Small jobs on the thread that asks, others on a pool that has to be woken.
    const CPU: Model = |bytes| if bytes <= 16_384.0 { 1e-6 } else { 15e-6 } + bytes / 4e9;
    const MANY_CORES: Model =
        |bytes| if bytes <= 16_384.0 { bytes / 4e9 } else { 30e-6 + bytes / 1e11 };
    /// Small jobs into mapped memory, others in chunks.
    const FAST: Model = |bytes| 9e-6 + bytes / 5e10;
    const SLOW_TO_START: Model = |bytes| 2e-3 + bytes / 2.5e10;
    const USELESS: Model = |bytes| 5e-3 + bytes / 1e8;

    fn measured(model: Model) -> Cost {
        let turn = |bytes: u64| Ok::<_, ()>(Duration::from_secs_f64(model(bytes as f64)));
        Cost::measure(turn).unwrap()
    }

    /// The time of the best engine in hindsight, over that of the one chosen. Small work is for the
    /// first.
    fn against_hindsight(models: &[Model], bytes: u64) -> f64 {
        let costs = models.iter().map(|model| (*model, measured(*model)));
        let cheapest = cheapest(costs, bytes).unwrap();
        let chosen = if bytes <= INLINE_BYTES { models[0] } else { cheapest }(bytes as f64);
        let best = models.iter().map(|model| model(bytes as f64)).fold(f64::INFINITY, f64::min);
        best / chosen
    }

    #[test]
    fn the_choice_is_the_best_in_hindsight_or_nearly() {
        for models in [
            &[CPU][..],
            &[CPU, FAST],
            &[CPU, SLOW_TO_START],
            &[CPU, USELESS],
            &[MANY_CORES, FAST, SLOW_TO_START],
            &[CPU, USELESS, SLOW_TO_START, FAST],
        ] {
            // Ten sizes a decade, of points of 24 bytes and of 8.
            for step in 0..=70 {
                let points = 10_f64.powf(2.0 + f64::from(step) / 10.0);
                for bytes in [24.0 * points, 8.0 * points] {
                    let ratio = against_hindsight(models, bytes as u64);
                    assert!(ratio >= 0.9, "{ratio} of {} engines, {bytes} bytes", models.len());
                }
            }
        }
    }

    #[test]
    fn a_measured_cost_is_the_right_one() {
        for (launch, rate) in [(1e-6, 4e9), (2e-3, 2.5e10), (9e-6, 1e11), (0.0, 1e6), (0.1, 1e9)] {
            let turn =
                |bytes: u64| Ok::<_, ()>(Duration::from_secs_f64(launch + bytes as f64 / rate));
            let cost = Cost::measure(turn).unwrap();
            assert!((cost.launch.as_secs_f64() - launch).abs() < 1e-8, "{cost:?}");
            let apart = (cost.bytes_per_second as f64 / rate - 1.0).abs();
            assert!(apart < 1e-3, "{cost:?}, {rate} was right");
        }
    }

    #[test]
    fn estimates_overflow_nowhere() {
        let slowest = Cost { launch: Duration::MAX, bytes_per_second: 0 };
        assert_eq!(slowest.estimate(u64::MAX), Duration::MAX);
        let fastest = Cost { launch: Duration::ZERO, bytes_per_second: u64::MAX };
        assert_eq!(fastest.estimate(u64::MAX), Duration::from_secs(1));
        assert_eq!(
            Cost::measure(|_| Ok::<_, ()>(Duration::ZERO)).unwrap().estimate(0).as_nanos(),
            0
        );
        assert_eq!(Cost::measure(|_| Err(7)), Err(7));
    }

    #[test]
    fn of_equal_ones_the_first_is_chosen() {
        let cost = Cost { launch: Duration::from_micros(5), bytes_per_second: 1 << 30 };
        assert_eq!(cheapest([("cpu", cost), ("cuda", cost)], 1 << 20), Some("cpu"));
        assert_eq!(cheapest::<&str>([], 5), None);
    }

    #[test]
    fn a_device_is_opened_for_what_takes_the_cpu_long() {
        let cpu = Cost { launch: Duration::from_micros(1), bytes_per_second: 4_000_000_000 };
        for (bytes, worth) in
            [(0, false), (NOT_WORTH_A_LOOK, false), (3_990_000_000, false), (4_000_000_000, true)]
        {
            assert_eq!(is_worth_opening(cpu, bytes), worth, "{bytes}");
        }
    }
}
