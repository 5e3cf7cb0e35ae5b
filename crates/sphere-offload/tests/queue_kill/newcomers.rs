//! Processes that begin at once, where there is no file yet.

use std::process::{Command, Stdio};

use sphere_offload::queue::{JobState, Queue as _};

use crate::roles;

const ROUNDS: u64 = 10;
const PROCESSES: u64 = 4;

/// All have the same queue, and nobody is told that another is in the way.
pub(crate) fn check() -> String {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        let path = folder.path().join(round.to_string());
        let begin = |number: u64| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.arg("--as-newcomer").arg(&path).arg(number.to_string());
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
        };
        let begun: Vec<_> = (0..PROCESSES).map(begin).collect();
        for mut process in begun {
            assert!(process.wait().unwrap().success(), "round {round}");
        }
        let jobs = roles::open(&path).counts().unwrap().jobs;
        assert_eq!(jobs[&JobState::Queued], PROCESSES);
    }
    format!("{ROUNDS} times {PROCESSES} processes")
}
