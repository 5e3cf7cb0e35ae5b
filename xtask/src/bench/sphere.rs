//! The command under measurement.

use std::env::consts::EXE_SUFFIX;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A release build of `sphere`.
#[derive(Debug)]
pub(super) struct Sphere(PathBuf);

impl Sphere {
    pub(super) fn built(root: &Path) -> Result<Self, Box<dyn Error>> {
        let binary = crate::target(root).join("release").join(format!("sphere{EXE_SUFFIX}"));
        if binary.exists() {
            Ok(Self(binary))
        } else {
            let path = binary.display();
            Err(format!("no {path}: cargo build --release --package sphere-cli").into())
        }
    }

    /// What the command prints with `--json`.
    pub(super) fn json(&self, words: &str) -> Result<Value, Box<dyn Error>> {
        let output = self.output(words)?;
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout)?)
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("sphere {words} failed: {}", said.trim()).into())
        }
    }

    /// Whether the command can do this here.
    pub(super) fn can(&self, words: &str) -> bool {
        self.output(words).is_ok_and(|output| output.status.success())
    }

    fn output(&self, words: &str) -> std::io::Result<Output> {
        Command::new(&self.0).args(words.split_whitespace()).arg("--json").output()
    }
}
