//! A disk that is full: no file may grow beyond a megabyte, or a whole file system has no more room.

use std::path::Path;
use std::process::{Command, Output};

use sphere_offload::queue::{JobState, Queue as _};

use crate::ledger::{Ledger, lines};
use crate::roles;

const JOBS: usize = 3000;

/// In blocks of 512 bytes. Without the signal, writes fail (EFBIG).
const LIMITED: &str = "trap '' XFSZ; ulimit -f 2048; exec \"$@\" queue.sqlite 0";

/// Two megabytes are left, until the ballast goes (ENOSPC). What is in this file system ends with
/// it, so is copied.
const SMALL: &str = "set -e; mkdir disk; mount -t tmpfs -o size=64m tmpfs disk
    head -c 62m /dev/zero >disk/ballast
    \"$@\" disk/queue.sqlite 0
    test ! -e disk/ballast; cp disk/queue.sqlite* .";

pub(crate) fn check() {
    println!("test a file that may not grow: {} ... ok", filled(&["sh", "-c", LIMITED], JOBS));
    // In namespaces of its own, everybody may mount.
    let alone = ["unshare", "--user", "--map-root-user", "--mount"];
    let mount = "mount -t tmpfs tmpfs \"$1\"";
    let folder = tempfile::tempdir().unwrap();
    if output(&[&alone[..], &["sh", "-c", mount, "sh", "."]].concat(), folder.path()).is_ok() {
        let small = [&alone[..], &["sh", "-c", SMALL]].concat();
        println!("test a full file system: {} ... ok", filled(&small, 2 * JOBS / 3));
    } else {
        println!("test a full file system ... skipped: nobody may mount one here");
    }
}

/// What a command has said, or why it could not.
fn output(command: &[&str], folder: &Path) -> Result<String, String> {
    let ran = Command::new(command[0]).args(&command[1..]).current_dir(folder).output();
    match ran {
        Ok(Output { status, stdout, .. }) if status.success() => {
            Ok(String::from_utf8(stdout).unwrap())
        }
        other => Err(format!("{other:?}")),
    }
}

/// What was acknowledged is there, what was refused is not, and all goes on when there is room again.
fn filled(shell: &[&str], most_refused: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let this = ["sh", this.to_str().unwrap(), "--as-full"];
    let said = output(&[shell, &this].concat(), folder.path()).unwrap();
    let refused: Vec<&str> =
        lines(&said).filter_map(|line| line.strip_prefix("refused ")).collect();
    let kept: Vec<&str> = said.lines().filter(|line| !line.starts_with("refused ")).collect();

    let mut ledger = Ledger::default();
    ledger.acknowledged(&(kept.join("\n") + "\n"));
    let queue = roles::open(&folder.path().join("queue.sqlite"));
    let all = ledger.check(&queue);
    assert_eq!(all.len() + refused.len(), JOBS);
    assert!(!all.is_empty() && !refused.is_empty() && refused.len() < most_refused);
    ledger.resubmit(&queue);
    for key in &refused {
        assert!(queue.submit(vec![roles::job(key)]).unwrap()[0].new, "{key} was refused, and kept");
    }
    roles::drain(&queue);
    assert_eq!(queue.counts().unwrap().jobs[&JobState::Done], JOBS as u64);
    format!("{} acknowledged, {} refused; 0 lost, 0 doubled", all.len(), refused.len())
}
