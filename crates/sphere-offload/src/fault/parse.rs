//! Faults as text.

use std::str::FromStr;
use std::time::Duration;

use super::{Fault, FaultKind, QueueFault};

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{text}' is no fault: one of gpu-poison, worker-kill, worker-freeze, wgpu-lost, slow:ENGINE:MS, \
     corrupt:ENGINE:1/N, alloc-fail:N, disk-full[:SECONDS], fsync-fail[:SECONDS], broker-cut[:SECONDS], \
     clock-jump:SECONDS, each with @SECONDS if it is to come later"
)]
pub struct FaultError {
    /// What was given, as far as a message has use for it.
    pub text: String,
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let wrong = || FaultError { text: text.chars().take(64).collect() };
        let (kind, after) = match text.split_once('@') {
            None => (text, None),
            Some((kind, after)) => (kind, Some(seconds(after).ok_or_else(wrong)?)),
        };
        Ok(Self { kind: parse_kind(kind).ok_or_else(wrong)?, after })
    }
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

fn parse_kind(text: &str) -> Option<FaultKind> {
    let mut words = text.split(':');
    let name = words.next()?;
    let mut next = || words.next().filter(|word| !word.is_empty());
    let kind = match name {
        "gpu-poison" => FaultKind::GpuPoison,
        "worker-kill" => FaultKind::WorkerKill,
        "worker-freeze" => FaultKind::WorkerFreeze,
        "wgpu-lost" => FaultKind::WgpuLost,
        "slow" => FaultKind::Slow {
            engine: next()?.parse().ok()?,
            by: Duration::from_millis(next()?.parse().ok()?),
        },
        "corrupt" => FaultKind::Corrupt {
            engine: next()?.parse().ok()?,
            one_in: next()?.strip_prefix("1/")?.parse().ok()?,
        },
        "alloc-fail" => FaultKind::AllocFail { every: next()?.parse().ok()? },
        word => FaultKind::Queue(queue_fault(word, words.next())?),
    };
    words.next().is_none().then_some(kind)
}

/// What befalls a queue, and for how long or how far.
fn queue_fault(name: &str, number: Option<&str>) -> Option<QueueFault> {
    if name == "clock-jump" {
        return clock_jump(number?);
    }
    let lasts = match number {
        None => None,
        Some(number) => Some(seconds(number)?),
    };
    match name {
        "disk-full" => Some(QueueFault::DiskFull { lasts }),
        "fsync-fail" => Some(QueueFault::FsyncFail { lasts }),
        "broker-cut" => Some(QueueFault::BrokerCut { lasts: lasts.unwrap_or(QueueFault::CUT) }),
        _ => None,
    }
}

fn clock_jump(seconds: &str) -> Option<QueueFault> {
    let millis = seconds.parse::<f64>().ok()? * 1e3;
    let can_be = (1.0..=QueueFault::FARTHEST).contains(&millis.abs());
    can_be.then_some(QueueFault::ClockJump { millis: millis.round() as i64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_read_back() {
        for text in [
            "gpu-poison",
            "worker-kill@2.5",
            "worker-freeze",
            "wgpu-lost@10",
            "slow:cuda:250",
            "slow:scripted:7",
            "slow:cpu:0@1",
            "corrupt:wgpu:1/1000",
            "alloc-fail:3@0.25",
            "disk-full",
            "disk-full:2.5@1",
            "fsync-fail@3",
            "fsync-fail:0.5",
            "broker-cut:7@2",
            "clock-jump:3600@1",
            "clock-jump:-0.25",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        assert_eq!("broker-cut@1".parse::<Fault>().unwrap().to_string(), "broker-cut:5@1");
    }

    #[test]
    fn what_is_no_fault_is_refused_with_all_that_are() {
        for text in [
            "",
            "@",
            "@1",
            "gpu",
            "gpu-poison:",
            "gpu-poison:1",
            "worker-kill@",
            "worker-kill@-1",
            "worker-kill@nan",
            "worker-kill@1@2",
            "worker-kill@1e99",
            "slow",
            "slow:cpu",
            "slow::5",
            "slow:abacus:5",
            "slow:auto:5",
            "slow:cpu:",
            "slow:cpu:-5",
            "slow:cpu:5:5",
            "corrupt:cpu:5",
            "corrupt:cpu:1/0",
            "corrupt:cpu:1/",
            "alloc-fail",
            "alloc-fail:0",
            "alloc-fail:x",
            "disk-full:",
            "disk-full:-1",
            "disk-full:1:1",
            "fsync-fail:soon",
            "broker-cut:inf",
            "clock-jump",
            "clock-jump:",
            "clock-jump:0",
            "clock-jump:nan",
            "clock-jump:1e12",
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{text}' is no fault")), "{error}");
            assert!(error.contains("corrupt:ENGINE:1/N"), "{error}");
        }
        let long = "x".repeat(1_000).parse::<Fault>().unwrap_err();
        assert_eq!(long.text.len(), 64);
    }
}
