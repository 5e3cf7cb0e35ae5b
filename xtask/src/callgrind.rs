//! Instructions, counted by valgrind: exactly, and the same number each time.
//!
//! The processor that valgrind shows has AVX2 and no AVX-512, so the levels `scalar` and `avx2` are
//! counted, on x86-64 Linux.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program that runs the cases of `benches/`, built.
#[derive(Debug)]
pub(crate) struct Program(PathBuf);

/// One run of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) case: &'a str,
    pub(crate) level: &'a str,
    pub(crate) points: u32,
    pub(crate) repeats: u32,
}

/// Why nothing can be counted on this machine.
pub(crate) fn missing() -> Option<&'static str> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        Some("instructions are counted on x86-64 Linux")
    } else if Command::new("valgrind").arg("--version").output().is_err() {
        Some("no valgrind here (tools/setup --tests installs it where it can)")
    } else {
        None
    }
}

impl Program {
    /// Builds it as it is released.
    pub(crate) fn released(root: &Path) -> Result<Self, Box<dyn Error>> {
        Self::build(root, "release", &[])
    }

    /// Builds it with the names of what was inlined.
    pub(crate) fn named(root: &Path) -> Result<Self, Box<dyn Error>> {
        // An instruction that this pass moves behind a check of bounds forgets where it is from, and
        // kernels store their results behind such checks.
        Self::build(root, "flames", &["-Cllvm-args=-disable-machine-sink"])
    }

    fn build(root: &Path, profile: &str, flags: &[&str]) -> Result<Self, Box<dyn Error>> {
        let status = Command::new(crate::cargo())
            .args(["rustc", "--quiet", "--locked", "--package", "sphere-benches"])
            .args(["--bin", "count", "--profile", profile, "--"])
            .args(flags)
            .current_dir(root)
            .status()?;
        if !status.success() {
            return Err("the cases of benches/ do not build".into());
        }
        Ok(Self(crate::target(root).join(profile).join("count")))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// What it lists: `cases`, or those that are `drawn`.
    pub(crate) fn names(&self, which: &str) -> Result<Vec<String>, Box<dyn Error>> {
        words(&Command::new(&self.0).arg(which).output()?)
    }

    /// The levels that it has under valgrind.
    pub(crate) fn levels(&self) -> Result<Vec<String>, Box<dyn Error>> {
        words(&Self::callgrind(Path::new("/dev/null")).arg(&self.0).arg("levels").output()?)
    }

    /// The instructions of a whole run, from the first of the program to its last.
    pub(crate) fn instructions(&self, run: Run<'_>) -> Result<u64, Box<dyn Error>> {
        let output = self.run(Self::callgrind(Path::new("/dev/null")), run)?;
        let said = String::from_utf8_lossy(&output.stderr);
        let collected = said.lines().find_map(|line| line.split_once("Collected : "));
        let (_, count) = collected.ok_or("valgrind does not say what it collected")?;
        Ok(count.trim().parse()?)
    }

    /// How often each instruction of the case itself ran, in callgrind's format.
    pub(crate) fn profile(&self, run: Run<'_>) -> Result<String, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("profile");
        let mut command = Self::callgrind(&path);
        command.args(["--toggle-collect=count::once*", "--dump-instr=yes", "--dump-line=no"]);
        command.args(["--compress-strings=no", "--compress-pos=no"]);
        self.run(command, run)?;
        Ok(fs::read_to_string(path)?)
    }

    fn callgrind(to: &Path) -> Command {
        let mut command = Command::new("valgrind");
        let mut file = std::ffi::OsString::from("--callgrind-out-file=");
        file.push(to);
        command.arg("--tool=callgrind").arg(file);
        command
    }

    fn run(&self, mut command: Command, run: Run<'_>) -> Result<Output, Box<dyn Error>> {
        command.arg(&self.0).args([run.case, run.level]);
        command.args([run.points.to_string(), run.repeats.to_string()]);
        let output = command.output()?;
        checked(&output)?;
        Ok(output)
    }
}

fn checked(output: &Output) -> Result<(), Box<dyn Error>> {
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
    }
}

fn words(output: &Output) -> Result<Vec<String>, Box<dyn Error>> {
    checked(output)?;
    Ok(String::from_utf8_lossy(&output.stdout).split_whitespace().map(str::to_owned).collect())
}
