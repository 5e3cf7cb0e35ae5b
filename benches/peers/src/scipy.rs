//! scipy, in a process of its own that draws when it is asked to.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::Result;

pub struct Scipy {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub name: String,
}

impl Scipy {
    pub fn start(python: &str) -> Result<Self> {
        let mut process = Command::new(python)
            .args(["-c", include_str!("../scipy_sobol.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take().ok_or("no way to ask scipy")?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("no way to hear scipy")?);
        let mut version = String::new();
        answers.read_line(&mut version)?;
        let name = format!("scipy {}", version.trim());
        Ok(Self { process, questions, answers, name })
    }

    /// How long it takes to draw the first `points` points, `repeats` times.
    pub fn draw(&mut self, dimensions: usize, points: usize, repeats: u32) -> Result<Duration> {
        writeln!(self.questions, "{dimensions} {points} {repeats}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(Duration::from_secs_f64(answer.trim().parse()?))
    }
}

impl Drop for Scipy {
    fn drop(&mut self) {
        // Nobody reads what it would say, and it holds nothing that has to be saved.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
