//! What can befall a queue.

use std::fmt;
use std::time::Duration;

/// A failure of what a queue stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueFault {
    /// Nothing more can be written.
    DiskFull {
        /// For so long; `None` is to the end.
        lasts: Option<Duration>,
    },
    /// The system cannot bring to the disk what was written.
    FsyncFail {
        /// For so long; `None` is to the end.
        lasts: Option<Duration>,
    },
    /// The broker cannot be reached.
    BrokerCut {
        /// For so long.
        lasts: Duration,
    },
    /// The time of day is set.
    ClockJump {
        /// Forward by so many milliseconds, or back.
        millis: i64,
    },
}

impl QueueFault {
    /// How long a broker is cut off if nothing is said.
    pub(super) const CUT: Duration = Duration::from_secs(5);
    /// Clocks jump by no more milliseconds than a century has.
    pub(super) const FARTHEST: f64 = 100.0 * 366.0 * 86_400e3;

    /// How long it lasts, if it ends.
    #[must_use]
    pub const fn lasts(self) -> Option<Duration> {
        match self {
            Self::DiskFull { lasts } | Self::FsyncFail { lasts } => lasts,
            Self::BrokerCut { lasts } => Some(lasts),
            Self::ClockJump { .. } => None,
        }
    }
}

/// As it is read: `disk-full:2.5`.
impl fmt::Display for QueueFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::DiskFull { .. } => "disk-full",
            Self::FsyncFail { .. } => "fsync-fail",
            Self::BrokerCut { .. } => "broker-cut",
            Self::ClockJump { millis } => {
                return write!(formatter, "clock-jump:{}", *millis as f64 / 1e3);
            }
        })?;
        self.lasts().map_or(Ok(()), |lasts| write!(formatter, ":{}", lasts.as_secs_f64()))
    }
}
