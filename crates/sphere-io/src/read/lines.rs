//! Lines of a text, counted, none of them without end.

use std::io::{BufRead, Read as _};

use super::ReadError;

/// The longest line: more than the widest row of numbers takes.
const MOST_BYTES: u64 = 16 << 20;

pub(super) struct Lines<'a> {
    input: &'a mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead) -> Self {
        Self { input, line: Vec::new(), number: 0 }
    }

    /// The next line without its end, and its number from 1; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, ReadError> {
        self.line.clear();
        self.number += 1;
        let read = (&mut *self.input).take(MOST_BYTES).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        if read as u64 == MOST_BYTES && !self.line.ends_with(b"\n") {
            let problem = format!("the line is longer than {MOST_BYTES} bytes");
            return Err(problem_at(self.number, 1, problem));
        }
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match std::str::from_utf8(line) {
            Ok(line) => Ok(Some((self.number, line))),
            Err(_) => Err(problem_at(self.number, 1, "the line is no text")),
        }
    }

    /// What follows the last line.
    pub(super) fn into_rest(self) -> &'a mut dyn BufRead {
        self.input
    }
}

pub(super) fn problem_at(line: u64, column: usize, problem: impl Into<String>) -> ReadError {
    ReadError::Text { line, column: column as u64, problem: problem.into() }
}

/// A number as people and programs write it: also `nan` and `inf`.
pub(super) fn number(text: &str, line: u64, column: usize) -> Result<f64, ReadError> {
    text.trim().parse().map_err(|_| {
        let text: String = text.chars().take(64).collect();
        problem_at(line, column, format!("'{text}' is not a number"))
    })
}
