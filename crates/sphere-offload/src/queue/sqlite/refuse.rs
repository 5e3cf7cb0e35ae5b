//! A disk that refuses, on purpose: the kernel answers this thread's calls with an error.
//!
//! SQLite sees what it sees when a disk is full or breaks, and nothing of it is made up: the calls are its
//! own, and not done. All other threads go on. A thread never gets rid of a filter, and the threads that
//! it starts have it too, so whoever is to be free of it has to be another one, started by another one.

use super::super::Drill;

/// What a thread is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refused {
    /// To write: there is no space.
    writes: bool,
    /// To sync: an error of the disk.
    syncs: bool,
}

impl Refused {
    /// Now.
    pub(super) fn by(drill: &Drill) -> Self {
        Self { writes: drill.disk_is_full(), syncs: drill.syncs_fail() }
    }

    /// Whether a thread that is refused this can be made to be refused that.
    pub(super) fn may_become(self, other: Self) -> bool {
        self.writes <= other.writes && self.syncs <= other.syncs
    }
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod filter {
    use std::collections::BTreeMap;

    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, apply_filter};

    use super::Refused;

    pub(in super::super::super) const CAN_REFUSE: bool = true;

    /// Has this thread refused that, from now on, for ever.
    pub(in super::super) fn refuse(refused: Refused) -> Result<(), seccompiler::Error> {
        let writes: &[i64] = &[libc::SYS_write, libc::SYS_pwrite64, libc::SYS_fallocate];
        let syncs: &[i64] = &[libc::SYS_fsync, libc::SYS_fdatasync];
        for (is_refused, calls, error) in
            [(refused.writes, writes, libc::ENOSPC), (refused.syncs, syncs, libc::EIO)]
        {
            if is_refused {
                answer(calls, error.unsigned_abs())?;
            }
        }
        Ok(())
    }

    /// Answers these calls with this error.
    fn answer(calls: &[i64], error: u32) -> Result<(), seccompiler::Error> {
        let whatever_they_say: BTreeMap<_, _> =
            calls.iter().map(|call| (*call, Vec::new())).collect();
        let filter = SeccompFilter::new(
            whatever_they_say,
            SeccompAction::Allow,
            SeccompAction::Errno(error),
            std::env::consts::ARCH.try_into()?,
        )?;
        apply_filter(&BpfProgram::try_from(filter)?)
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod filter {
    use super::Refused;

    pub(in super::super::super) const CAN_REFUSE: bool = false;

    /// Nothing is asked for here, because no [`Drill`](super::Drill) has it.
    pub(in super::super) fn refuse(_: Refused) -> Result<(), std::convert::Infallible> {
        Ok(())
    }
}

pub(in super::super) use self::filter::CAN_REFUSE;
pub(super) use self::filter::refuse;
