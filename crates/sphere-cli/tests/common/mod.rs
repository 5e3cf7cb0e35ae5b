//! Runs the command as a user does.

// Each test binary uses its own part of this.
#![allow(dead_code)]

#[cfg(target_os = "linux")]
pub(crate) mod browser;
pub(crate) mod http;
pub(crate) mod jobs;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The command, in a folder of its own.
pub(crate) struct Sphere {
    pub(crate) folder: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    pub(crate) fn success(self) -> Self {
        assert_eq!((self.status, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self
    }
}

impl Sphere {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The command with these words as arguments.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sphere"));
        command.args(words.split_whitespace()).current_dir(&self.folder).stdin(Stdio::null());
        // What belongs to whoever runs the test is left alone.
        command.env("XDG_DATA_HOME", self.folder.path().join("data"));
        command
    }

    pub(crate) fn run(&self, words: &str) -> Run {
        ended(self.command(words).output().unwrap())
    }

    /// A line for `sh`, in which `$sphere` is the command.
    pub(crate) fn shell(&self, line: &str) -> Run {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env("sphere", env!("CARGO_BIN_EXE_sphere"));
        ended(shell.current_dir(&self.folder).stdin(Stdio::null()).output().unwrap())
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// The names of all files in the folder, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        files(self.folder.path())
    }
}

pub(crate) fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn ended(output: Output) -> Run {
    Run {
        status: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
