//! What befalls a queue on purpose, and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Clock, Timestamp};
use crate::fault::{Fault, QueueFault};

/// Where the jobs of a service are kept, as far as it decides what can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// There is no queue.
    Nowhere,
    /// A file.
    InFile,
    /// A broker.
    AtBroker,
}

/// A fault that nobody would notice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fault {fault} would not be felt: it needs {needs}")]
pub struct UnfeltError {
    /// The fault.
    pub fault: Fault,
    /// Who would feel it.
    pub needs: &'static str,
}

/// The faults of a queue, each at its time. [`Drill::default`] has none.
#[derive(Clone, Debug, Default)]
pub struct Drill(Vec<Planned>);

#[derive(Clone, Copy, Debug)]
struct Planned {
    begins: Instant,
    fault: QueueFault,
}

impl Drill {
    /// Those of the faults that are of a queue. Their time is counted from `started`.
    ///
    /// # Errors
    ///
    /// If one of them is not felt by a queue that is kept so.
    pub fn of(faults: &[Fault], kept: Kept, started: Instant) -> Result<Self, UnfeltError> {
        let mut planned = Vec::new();
        for fault in faults {
            let Some(of_queue) = fault.of_queue() else { continue };
            if let Some(needs) = lacking(of_queue, kept) {
                return Err(UnfeltError { fault: fault.clone(), needs });
            }
            let begins = started + fault.after.unwrap_or_default();
            planned.push(Planned { begins, fault: of_queue });
        }
        Ok(Self(planned))
    }

    /// Whether the disk is full now.
    #[must_use]
    pub fn disk_is_full(&self) -> bool {
        self.now().any(|fault| matches!(fault, QueueFault::DiskFull { .. }))
    }

    /// Whether nothing reaches the disk now.
    #[must_use]
    pub fn syncs_fail(&self) -> bool {
        self.now().any(|fault| matches!(fault, QueueFault::FsyncFail { .. }))
    }

    /// When the broker is out of reach, and for how long.
    pub fn cuts(&self) -> impl Iterator<Item = (Instant, Duration)> {
        self.0.iter().filter_map(|planned| match planned.fault {
            QueueFault::BrokerCut { lasts } => Some((planned.begins, lasts)),
            _ => None,
        })
    }

    /// This clock, with jumps if there are any.
    #[must_use]
    pub fn clock(&self, clock: Arc<dyn Clock>) -> Arc<dyn Clock> {
        let jumps = |planned: &Planned| matches!(planned.fault, QueueFault::ClockJump { .. });
        if self.0.iter().any(jumps) {
            Arc::new(JumpingClock { clock, drill: self.clone() })
        } else {
            clock
        }
    }

    /// What is under way.
    fn now(&self) -> impl Iterator<Item = QueueFault> {
        let now = Instant::now();
        let under_way = move |planned: &&Planned| {
            let since = now.checked_duration_since(planned.begins);
            since.is_some_and(|since| planned.fault.lasts().is_none_or(|lasts| since < lasts))
        };
        self.0.iter().filter(under_way).map(|planned| planned.fault)
    }
}

/// Who would have to be there.
fn lacking(fault: QueueFault, kept: Kept) -> Option<&'static str> {
    let (felt, needs) = match fault {
        QueueFault::DiskFull { .. } | QueueFault::FsyncFail { .. } => {
            let needs = "a queue in a file, sqlite:FILE, on Linux";
            (kept == Kept::InFile && super::sqlite::CAN_REFUSE, needs)
        }
        QueueFault::BrokerCut { .. } => (kept == Kept::AtBroker, "a broker, nats://HOST:PORT"),
        QueueFault::ClockJump { .. } => (kept != Kept::Nowhere, "a queue"),
    };
    (!felt).then_some(needs)
}

/// A clock whose time of day is set now and then.
#[derive(Debug)]
struct JumpingClock {
    clock: Arc<dyn Clock>,
    drill: Drill,
}

impl Clock for JumpingClock {
    fn wall(&self) -> Timestamp {
        let jumped = |time: Timestamp, fault| match fault {
            QueueFault::ClockJump { millis } => Timestamp(time.0.saturating_add_signed(millis)),
            _ => time,
        };
        self.drill.now().fold(self.clock.wall(), jumped)
    }

    fn steady(&self) -> Duration {
        self.clock.steady()
    }
}

#[cfg(test)]
mod tests {
    use super::super::SystemClock;
    use super::*;

    fn drill(faults: &[&str], kept: Kept, ago: u64) -> Result<Drill, UnfeltError> {
        let faults: Vec<Fault> = faults.iter().map(|text| text.parse().unwrap()).collect();
        Drill::of(&faults, kept, Instant::now().checked_sub(Duration::from_secs(ago)).unwrap())
    }

    #[test]
    fn brokers_are_cut_at_their_time() {
        let faults = ["slow:cpu:5", "broker-cut:10@5", "broker-cut@20"];
        let drill = drill(&faults, Kept::AtBroker, 0).unwrap();
        let cuts: Vec<_> = drill.cuts().map(|(_, lasts)| lasts.as_secs()).collect();
        assert_eq!(cuts, [10, 5]);
        let [first, second] = [0, 1].map(|at| drill.cuts().nth(at).unwrap().0);
        assert_eq!(second.duration_since(first).as_secs(), 15);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn faults_come_at_their_time_and_go() {
        let faults = ["disk-full:10@5", "disk-full:1@20"];
        for (ago, full) in [(0, false), (4, false), (6, true), (14, true), (16, false), (20, true)]
        {
            assert_eq!(drill(&faults, Kept::InFile, ago).unwrap().disk_is_full(), full, "{ago}");
        }
        assert!(!Drill::default().disk_is_full());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_does_not_end_lasts() {
        let drill = drill(&["disk-full@5", "fsync-fail:9"], Kept::InFile, 1_000).unwrap();
        assert!(drill.disk_is_full() && !drill.syncs_fail());
    }

    #[test]
    fn what_nobody_feels_is_refused() {
        for (fault, kept) in [
            ("disk-full", Kept::Nowhere),
            ("disk-full", Kept::AtBroker),
            ("fsync-fail:1@2", Kept::AtBroker),
            ("broker-cut", Kept::InFile),
            ("clock-jump:1", Kept::Nowhere),
        ] {
            let error = drill(&[fault], kept, 0).unwrap_err();
            assert_eq!(error.fault, fault.parse().unwrap());
            assert!(error.to_string().contains("would not be felt: it needs a "), "{error}");
        }
        assert!(drill(&["worker-kill"], Kept::Nowhere, 0).is_ok());
    }

    #[test]
    fn only_the_time_of_day_jumps() {
        let clock = Arc::new(SystemClock::default());
        let drill = drill(&["clock-jump:3600@1", "clock-jump:-60@2"], Kept::InFile, 3).unwrap();
        let jumping = drill.clock(Arc::<SystemClock>::clone(&clock));
        let ahead = jumping.wall().0.saturating_sub(clock.wall().0);
        assert!(ahead.abs_diff(3_540_000) < 1_000, "{ahead}");
        assert!(jumping.steady().abs_diff(clock.steady()) < Duration::from_secs(1));
    }
}
