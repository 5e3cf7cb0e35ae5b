//! Processes that begin at once, where there is no file yet.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sphere_offload::queue::{JobState, Queue as _};

use crate::roles;

const ROUNDS: u64 = 20;
const PROCESSES: u64 = 4;
/// Of each round: the processes are not always as fast as each other.
const FILES: u64 = 10;

/// All have the same queue, and nobody is told that another is in the way.
pub(crate) fn check() -> String {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        let path = folder.path().join(round.to_string());
        let start = |number: u64| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("--as-newcomer").arg(&path).arg(number.to_string());
            command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
        };
        let mut started: Vec<_> = (0..PROCESSES).map(start).collect();
        // Now they begin.
        for process in &mut started {
            drop(process.stdin.take());
        }
        for mut process in started {
            assert!(process.wait().unwrap().success(), "round {round}");
        }
        for file in 0..FILES {
            let jobs = roles::open(&numbered(&path, file)).counts().unwrap().jobs;
            assert_eq!(jobs[&JobState::Queued], PROCESSES);
        }
    }
    format!("{} of {PROCESSES} processes at once", ROUNDS * FILES)
}

/// One of them, from when its input ends.
pub(crate) fn play(path: &Path, number: u64) {
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    for file in 0..FILES {
        let queue = roles::open(&numbered(path, file));
        queue.submit(vec![roles::job(&number.to_string())]).unwrap();
    }
}

fn numbered(path: &Path, file: u64) -> PathBuf {
    path.with_extension(file.to_string())
}
