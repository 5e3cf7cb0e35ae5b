//! Faults as text.

use std::str::FromStr;
use std::time::Duration;

use super::{Fault, FaultKind};

/// A text that names no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{text}' is no fault: one of gpu-poison, worker-kill, worker-freeze, wgpu-lost, slow:ENGINE:MS, \
     corrupt:ENGINE:1/N, alloc-fail:N, each with @SECONDS if it is to come later"
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
    let mut next = || words.next().filter(|word| !word.is_empty());
    let kind = match next()? {
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
        _ => return None,
    };
    words.next().is_none().then_some(kind)
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
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
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
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("'{text}' is no fault")), "{error}");
            assert!(error.contains("corrupt:ENGINE:1/N"), "{error}");
        }
        let long = "x".repeat(1_000).parse::<Fault>().unwrap_err();
        assert_eq!(long.text.len(), 64);
    }
}
