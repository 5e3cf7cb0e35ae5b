//! `sphere jobs`: what people and scripts do with a queue.

mod change;
mod id;
mod list;
mod result;
mod show;
mod submit;
mod wait;
mod words;

use std::io::{self, IsTerminal as _, Write as _};

use sphere_offload::queue::{JobView, QueueError};

use crate::cli::{JobsArguments, JobsVerb};
use crate::failure::Failure;
use crate::queue::Asked;

pub(crate) fn run(arguments: &JobsArguments) -> Result<(), Failure> {
    let asked = Asked::of(&arguments.queue)?;
    match &arguments.verb {
        JobsVerb::Submit(arguments) => submit::run(&asked, arguments),
        JobsVerb::List(arguments) => list::run(&asked, arguments),
        JobsVerb::Show(arguments) => show::run(&asked, arguments),
        JobsVerb::Wait(arguments) => wait::run(&asked, arguments),
        JobsVerb::Result(arguments) => result::run(&asked, arguments),
        JobsVerb::Cancel(arguments) => change::cancel(&asked, &arguments.ids),
        JobsVerb::Retry(arguments) => change::retry(&asked, &arguments.ids),
        JobsVerb::Dead(arguments) => list::dead(&asked, arguments),
    }
}

/// What a queue refuses: some of it because of what it was given.
fn refused(error: QueueError) -> Failure {
    match error {
        QueueError::TooLarge { .. } | QueueError::Empty { .. } => Failure::usage(error),
        error => Failure::work(error),
    }
}

/// Writes to standard output.
fn print(text: &str) -> Result<(), Failure> {
    let written = io::stdout().write_all(text.as_bytes());
    written.map_err(|error| Failure::write("standard output", &error))
}

/// A line for a person at a terminal; nothing for a script.
fn tell(line: &str) {
    if io::stderr().is_terminal() {
        // A standard error that cannot be written leaves nobody to tell.
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// A job for programs. Its checksums can be many: they are left out of lists.
fn document(job: &JobView, checksums: bool) -> Result<String, Failure> {
    let mut document = serde_json::to_value(job).map_err(Failure::work)?;
    if !checksums {
        let places = ["/chunks", "/result/chunks"];
        for place in places {
            if let Some(chunks) = document.pointer_mut(place).and_then(|it| it.as_object_mut()) {
                chunks.remove("checksums");
            }
        }
    }
    Ok(format!("{document}\n"))
}
