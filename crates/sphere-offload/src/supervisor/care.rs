//! When a worker is started, and when it is ended: decisions, without a process and without a clock.

use std::fmt;
use std::time::{Duration, Instant};

use crate::breaker::Backoff;

/// What a worker may do before it is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A worker that says nothing for so long, though it is asked, is frozen.
    pub silence: Duration,
    /// Bytes of memory of its own; `None` is without limit.
    pub memory_bytes: Option<u64>,
    /// How long it is waited before a worker that did not stay up is started again.
    pub backoff: Backoff,
    /// A worker that was up for so long did stay up: the next one starts at once.
    pub settled: Duration,
    /// How long it is waited before an engine that is not on this machine is looked for again.
    pub absent: Backoff,
}

impl Default for Limits {
    fn default() -> Self {
        let backoff = Backoff {
            first: Duration::from_millis(50),
            most: Duration::from_secs(30),
            ..Backoff::default()
        };
        let absent = Backoff {
            first: Duration::from_mins(1),
            most: Duration::from_hours(1),
            ..Backoff::default()
        };
        Self {
            silence: Duration::from_secs(1),
            memory_bytes: None,
            backoff,
            settled: Duration::from_secs(10),
            absent,
        }
    }
}

/// What is seen of a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// There is none.
    None,
    /// There is none, because the engine is not on this machine.
    Absent,
    /// It has ended, or is about to.
    Lost,
    /// It is up.
    Up {
        /// It has said nothing for so long.
        silence: Duration,
        /// Memory of its own.
        memory_bytes: u64,
    },
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Nothing, until it is looked at again.
    Wait,
    /// Start one.
    Start,
    /// End it; why.
    End(Why),
}

/// Why a worker is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Frozen,
    Fat,
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Frozen => "the worker said nothing any more",
            Self::Fat => "the worker took more memory than it may",
        })
    }
}

/// The care for one worker after the other.
#[derive(Clone, Debug)]
pub(super) struct Care {
    limits: Limits,
    /// When the last one was started.
    started: Option<Instant>,
    /// Workers in a row that did not stay up.
    fell: u32,
    /// Starts in a row that found no engine.
    absent: u32,
    /// Whether the end of the last one has been counted.
    counted: bool,
}

impl Care {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, started: None, fell: 0, absent: 0, counted: true }
    }

    /// What to do about what is seen at this time.
    pub(super) fn act(&mut self, seen: Seen, now: Instant) -> Act {
        match seen {
            Seen::Up { silence, .. } if silence >= self.limits.silence => Act::End(Why::Frozen),
            Seen::Up { memory_bytes, .. }
                if self.limits.memory_bytes.is_some_and(|most| memory_bytes > most) =>
            {
                Act::End(Why::Fat)
            }
            Seen::Up { .. } => Act::Wait,
            Seen::None | Seen::Lost => {
                self.count(now, false);
                self.start(self.pause_after_falls(), now)
            }
            Seen::Absent => {
                self.count(now, true);
                self.start(self.limits.absent.pause(self.absent.saturating_sub(1)), now)
            }
        }
    }

    /// Counts what became of the last one, once.
    fn count(&mut self, now: Instant, is_absent: bool) {
        let Some(started) = self.started else { return };
        if std::mem::replace(&mut self.counted, true) {
            return;
        }
        let stayed_up = now.duration_since(started) >= self.limits.settled;
        (self.absent, self.fell) = match (is_absent, stayed_up) {
            (true, _) => (self.absent.saturating_add(1), 0),
            (false, true) => (0, 0),
            (false, false) => (0, self.fell.saturating_add(1)),
        };
    }

    fn pause_after_falls(&self) -> Duration {
        match self.fell {
            // The first one that falls is replaced at once: that is what a worker is for.
            0 | 1 => Duration::ZERO,
            fell => self.limits.backoff.pause(fell - 2),
        }
    }

    fn start(&mut self, pause: Duration, now: Instant) -> Act {
        if self.started.is_some_and(|started| now < started + pause) {
            return Act::Wait;
        }
        (self.started, self.counted) = (Some(now), false);
        Act::Start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn limits() -> Limits {
        let backoff = Backoff { first: SECOND, most: 8 * SECOND, seed: 1 };
        let absent = Backoff { first: 60 * SECOND, most: 240 * SECOND, seed: 1 };
        let memory_bytes = Some(1_000);
        Limits { silence: 2 * SECOND, memory_bytes, backoff, settled: 10 * SECOND, absent }
    }

    fn up(silence: Duration, memory_bytes: u64) -> Seen {
        Seen::Up { silence, memory_bytes }
    }

    #[test]
    fn a_healthy_worker_is_left_alone_and_others_are_ended() {
        let (mut care, now) = (Care::new(limits()), Instant::now());
        for (seen, expected) in [
            (up(Duration::ZERO, 0), Act::Wait),
            (up(Duration::from_millis(1_999), 1_000), Act::Wait),
            (up(2 * SECOND, 0), Act::End(Why::Frozen)),
            (up(Duration::ZERO, 1_001), Act::End(Why::Fat)),
        ] {
            assert_eq!(care.act(seen, now), expected, "{seen:?}");
        }
        let mut unlimited = Care::new(Limits { memory_bytes: None, ..limits() });
        assert_eq!(unlimited.act(up(Duration::ZERO, u64::MAX), now), Act::Wait);
    }

    #[test]
    fn the_first_is_started_at_once_and_so_is_the_one_after_it() {
        let (mut care, now) = (Care::new(limits()), Instant::now());
        assert_eq!(care.act(Seen::None, now), Act::Start);
        assert_eq!(care.act(Seen::Lost, now), Act::Start);
    }

    #[test]
    fn workers_that_fall_are_started_ever_more_seldom() {
        let (mut care, mut now) = (Care::new(limits()), Instant::now());
        assert_eq!(care.act(Seen::None, now), Act::Start);
        assert_eq!(care.act(Seen::Lost, now), Act::Start);
        for pause in [1, 2, 4, 8, 8] {
            now += waited(&mut care, Seen::Lost, now, pause * SECOND);
        }
    }

    /// How long nothing is started; about `pause`.
    fn waited(care: &mut Care, seen: Seen, now: Instant, pause: Duration) -> Duration {
        let (mut waited, tick) = (Duration::ZERO, Duration::from_millis(10));
        while care.act(seen, now + waited) == Act::Wait {
            waited += tick;
        }
        assert!((pause / 2..=pause + tick).contains(&waited), "{waited:?} of {pause:?}");
        waited
    }

    #[test]
    fn an_engine_that_is_not_here_is_looked_for_seldom() {
        let (mut care, mut now) = (Care::new(limits()), Instant::now());
        assert_eq!(care.act(Seen::None, now), Act::Start);
        for pause in [60, 120, 240, 240] {
            now += waited(&mut care, Seen::Absent, now, pause * SECOND);
        }
        // Once it is here, it is a worker like any other, and the next absence is the first.
        assert_eq!(care.act(up(Duration::ZERO, 0), now), Act::Wait);
        assert_eq!(care.act(Seen::Lost, now), Act::Start, "the first that falls");
        waited(&mut care, Seen::Absent, now, 60 * SECOND);
    }

    #[test]
    fn an_absence_is_no_fall() {
        let (mut care, mut now) = (Care::new(limits()), Instant::now());
        assert_eq!(care.act(Seen::None, now), Act::Start);
        assert_eq!(care.act(Seen::Lost, now), Act::Start);
        now += waited(&mut care, Seen::Lost, now, SECOND);
        now += waited(&mut care, Seen::Absent, now, 60 * SECOND);
        assert_eq!(care.act(Seen::Lost, now), Act::Start, "the first that falls, again");
        waited(&mut care, Seen::Lost, now, SECOND);
    }

    #[test]
    fn a_worker_that_stayed_up_is_replaced_at_once() {
        let (mut care, mut now) = (Care::new(limits()), Instant::now());
        for _ in 0..3 {
            while care.act(Seen::Lost, now) == Act::Wait {
                now += SECOND;
            }
        }
        now += 10 * SECOND;
        assert_eq!(care.act(Seen::Lost, now), Act::Start);
        assert_eq!(care.act(Seen::Lost, now), Act::Start, "the first that falls");
        assert_eq!(care.act(Seen::Lost, now), Act::Wait);
    }
}
