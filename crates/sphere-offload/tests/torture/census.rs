//! What a process has, as the system sees it.

use std::fmt::Write as _;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// What could be left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Census {
    descriptors: usize,
    memory_files: usize,
    mappings: usize,
    threads: usize,
    children: usize,
}

impl Census {
    /// Of this process, now.
    pub(crate) fn take() -> Self {
        let names = fs::read_dir("/proc/self/fd").unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().path()).collect();
        let is_memory = |name: &&std::path::PathBuf| {
            fs::read_link(name).is_ok_and(|to| to.to_string_lossy().contains("memfd:"))
        };
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        Self {
            descriptors: names.len(),
            memory_files: names.iter().filter(is_memory).count(),
            mappings: maps.lines().filter(|line| line.contains("memfd:")).count(),
            threads: fs::read_dir("/proc/self/task").unwrap().count(),
            children: children(),
        }
    }

    /// As it is when all that ends has ended: the same as before, or what there is after so long.
    pub(crate) fn settled(before: &Self, patience: Duration) -> Self {
        let started = Instant::now();
        loop {
            let now = Self::take();
            if now == *before || started.elapsed() >= patience {
                return now;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Rows of a table.
    pub(crate) fn beside(&self, after: &Self) -> String {
        let mut rows = String::new();
        for (name, before, after) in [
            ("descriptors", self.descriptors, after.descriptors),
            ("of them shared memory", self.memory_files, after.memory_files),
            ("mappings of shared memory", self.mappings, after.mappings),
            ("threads", self.threads, after.threads),
            ("child processes, the dead included", self.children, after.children),
        ] {
            writeln!(rows, "| {name} | {before} | {after} |").unwrap();
        }
        rows
    }
}

/// Processes whose parent this is, whether they have been waited for or not.
fn children() -> usize {
    let own = std::process::id().to_string();
    let is_child = |stat: String| {
        // The name, which may contain anything, is in parentheses; the state and the parent follow.
        let after = stat.rsplit_once(')').map(|(_, after)| after.to_string());
        after.is_some_and(|after| after.split_whitespace().nth(1) == Some(&own))
    };
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let stats = processes.filter_map(|one| fs::read_to_string(one.path().join("stat")).ok());
    stats.filter(|stat| is_child(stat.clone())).count()
}

/// Bytes of this process that are not files: its own, and what it shares.
pub(crate) fn own_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let kibibytes = |name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().strip_suffix("kB").unwrap().trim().parse::<u64>().unwrap()
    };
    1_024 * (kibibytes("RssAnon:") + kibibytes("RssShmem:"))
}
