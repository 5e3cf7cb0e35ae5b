//! The processes that are killed, and come back.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use crate::chance::Chance;

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Victim {
    Server,
    Worker,
    /// The process of an engine of one of these.
    Engine,
}

/// A server with a worker of its own, and further workers, on one queue.
pub(crate) struct Fleet {
    pub(crate) server: SocketAddr,
    members: Vec<Member>,
}

struct Member {
    victim: Victim,
    command: Command,
    child: Child,
}

impl Member {
    fn start(victim: Victim, mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        Self { victim, command, child }
    }

    fn replace(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.child = self.command.spawn().unwrap();
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Fleet {
    /// Starts all of them, with these further arguments each.
    pub(crate) fn start(queue: &str, workers: usize, further: &[&str]) -> Self {
        // The port of a server that comes back is the same.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = free.local_addr().unwrap();
        drop(free);
        let listen = server.to_string();
        let mut members = Vec::new();
        let sphere = |words: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_sphere"));
            command.args(words).args(["--queue", queue, "--engines", "scripted,cpu"]).args(further);
            command
        };
        let serve = ["serve", "--listen", &listen, "--log", "error", "--threads", "1"];
        members.push(Member::start(Victim::Server, sphere(&serve)));
        for _ in 0..workers {
            let work = ["worker", "--quiet", "--threads", "1"];
            members.push(Member::start(Victim::Worker, sphere(&work)));
        }
        Self { server, members }
    }

    /// Kills one, and starts it again if nobody else does.
    pub(crate) fn strike(&mut self, chance: &mut Chance) -> Option<Victim> {
        let at = chance.below(self.members.len());
        // Half of the blows are for engines.
        if chance.below(2) == 0 {
            let parent = self.members[at].child.id();
            let engines = children(parent);
            let engine = engines.get(chance.below(engines.len().max(1)))?;
            let pid = rustix::process::Pid::from_raw(*engine)?;
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok()?;
            return Some(Victim::Engine);
        }
        let member = &mut self.members[at];
        member.replace();
        Some(member.victim)
    }

    /// Starts those that have ended by themselves.
    pub(crate) fn revive(&mut self) -> usize {
        let ended = self.members.iter_mut().filter_map(|member| {
            let ended = member.child.try_wait().unwrap().is_some();
            ended.then(|| member.replace())
        });
        ended.count()
    }
}

/// The processes that a process has started.
fn children(parent: u32) -> Vec<i32> {
    let tasks = format!("/proc/{parent}/task");
    let Ok(tasks) = std::fs::read_dir(tasks) else { return Vec::new() };
    let of_task = |task: std::fs::DirEntry| {
        std::fs::read_to_string(task.path().join("children")).unwrap_or_default()
    };
    let all: String = tasks.flatten().map(of_task).collect::<Vec<_>>().join(" ");
    all.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}
