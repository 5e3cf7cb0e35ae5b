//! What must be true whatever happens, and at the end.

use super::super::DevicePointer;
use super::work::{Queue, Work};
use super::{Fake, State, memory};

impl State {
    /// Someone means to free memory, once.
    pub(super) fn attempt_free(&mut self, pointer: DevicePointer) {
        match self.device.start(pointer) {
            Some(allocation) => {
                allocation.attempts += 1;
                if allocation.attempts > 1 {
                    self.wrong("memory is freed twice".to_string());
                }
            }
            None => self.wrong("what was not allocated is freed".to_string()),
        }
    }

    /// A stream has come to the end of memory: no other may still use it.
    pub(super) fn free(&mut self, pointer: DevicePointer) {
        let queued = self.streams.values().flat_map(Queue::waiting);
        let uses = |work: &Work| {
            let pointers = match work {
                Work::Launch(_, arguments) => {
                    vec![arguments.out, arguments.parameters, arguments.table]
                }
                Work::ToHost { from, .. } => vec![*from],
                Work::ToDevice { to, .. } => vec![*to],
                Work::OnDevice { to, from, .. } => vec![*to, *from],
                Work::Free(_) => vec![],
            };
            pointers.iter().any(|used| self.device.is_within(*used, pointer))
        };
        if queued.into_iter().any(uses) {
            self.wrong("memory is freed before it was used".to_string());
        }
        if !self.device.free(pointer) {
            self.wrong("memory ends twice".to_string());
        }
    }

    /// Someone means to let go of registered memory, once for each time that it was registered.
    pub(super) fn attempt_unregister(&mut self, host: usize) {
        let attempts = self.host.attempts.entry(host).or_default();
        *attempts += 1;
        if *attempts > self.host.registered.get(&host).copied().unwrap_or(0) {
            self.wrong("memory is unregistered twice".to_string());
        }
    }

    pub(super) fn unregister(&mut self, host: usize) {
        let Some(bytes) = self.host.unregister(host) else {
            return self.wrong("what was not registered is unregistered".to_string());
        };
        let range = host..host + bytes;
        let uses = |work: &Work| match work {
            Work::ToHost { to: used, .. } | Work::ToDevice { from: used, .. } => {
                range.contains(used)
            }
            Work::Launch(_, arguments) => [arguments.out, arguments.table]
                .into_iter()
                .any(|used| memory::host_address(used).is_some_and(|used| range.contains(&used))),
            _ => false,
        };
        if self.streams.values().flat_map(Queue::waiting).any(uses) {
            self.wrong("memory is unregistered before it was used".to_string());
        }
    }
}

impl Fake {
    /// What is wrong now, at the end of all that used the driver.
    pub(in crate::cuda) fn audit(&self) -> Vec<String> {
        let mut state = self.state();
        let mut wrongs = std::mem::take(&mut state.wrongs);
        for (what, count) in [
            ("streams", state.streams.len()),
            ("events", state.events.len()),
            ("modules", state.modules.len()),
            ("allocations", state.device.all().filter(|one| one.attempts != 1).count()),
        ] {
            if count > 0 {
                wrongs.push(format!("{count} {what} are left"));
            }
        }
        if state.script.lost.is_none() && state.script.one.is_none() && state.script.all.is_none() {
            let left = state.device.all().filter(|one| !one.is_freed).count();
            if left > 0 {
                wrongs.push(format!("{left} allocations have not come to their end"));
            }
        }
        let left = (state.host.registered.iter())
            .filter(|(host, times)| state.host.attempts.get(host) != Some(times));
        let left = left.count();
        if left > 0 {
            wrongs.push(format!("{left} registrations are left"));
        }
        wrongs
    }
}
