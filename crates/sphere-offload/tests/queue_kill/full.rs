//! A disk that is full: no file may grow beyond a megabyte.

use std::process::Command;

use sphere_offload::queue::{JobState, Queue as _};

use crate::ledger::{Ledger, lines};
use crate::roles;

/// In blocks of 512 bytes. Without the signal, writes fail, as they do on a full disk.
const LIMITED: &str = "trap '' XFSZ; ulimit -f 2048; exec \"$@\"";

/// What was acknowledged is there, what was refused is not, and all goes on when there is room again.
pub(crate) fn check() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let mut command = Command::new("sh");
    command.args(["-c", LIMITED, "sh"]).arg(std::env::current_exe().unwrap());
    let output = command.arg("--as-full").arg(&path).arg("0").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let refused: Vec<&str> =
        lines(&said).filter_map(|line| line.strip_prefix("refused ")).collect();
    let kept: Vec<&str> = said.lines().filter(|line| !line.starts_with("refused ")).collect();

    let mut ledger = Ledger::default();
    ledger.acknowledged(&(kept.join("\n") + "\n"));
    let queue = roles::open(&path);
    let all = ledger.check(&queue);
    assert_eq!(all.len() + refused.len(), 3000);
    assert!(!all.is_empty() && !refused.is_empty());
    ledger.resubmit(&queue);
    for key in &refused {
        assert!(queue.submit(vec![roles::job(key)]).unwrap()[0].new, "{key} was refused, and kept");
    }
    roles::drain(&queue);
    assert_eq!(queue.counts().unwrap().jobs[&JobState::Done], 3000);
    format!("{} acknowledged, {} refused; 0 lost, 0 doubled", all.len(), refused.len())
}
