//! Where bytes go: files that appear whole, pipes and devices that are written in place.

use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use sphere_io::{Destination, Format};

use crate::failure::Failure;
use crate::interrupt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    StandardOutput,
    File(PathBuf),
}

impl Place {
    /// A file, or standard output for `-`.
    pub(crate) fn of(path: &Path) -> Self {
        if path == Path::new("-") { Self::StandardOutput } else { Self::File(path.to_path_buf()) }
    }

    /// Refuses bytes that are not for people where people would see them.
    pub(crate) fn check(&self, format: Format) -> Result<(), Failure> {
        if *self == Self::StandardOutput && !format.is_text() && io::stdout().is_terminal() {
            return Err(Failure::usage(format!(
                "format {format} is not for a terminal; write to a file with -o, or pipe it on"
            )));
        }
        Ok(())
    }
}

/// The format by name, else by suffix; a suffix that means nothing is not guessed at.
pub(crate) fn format(name: Option<&str>, place: Option<&Place>) -> Result<Format, Failure> {
    if let Some(name) = name {
        return name.parse().map_err(Failure::usage);
    }
    match place {
        Some(Place::File(path)) if path.extension().is_some() => Format::from_path(path)
            .ok_or_else(|| {
                let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
                Failure::usage(format!(
                    "output is {}, whose suffix is no format; say --format {}",
                    path.display(),
                    names.join("|")
                ))
            }),
        _ => Ok(Format::Csv),
    }
}

/// The place of a picture, which has the suffix that `advice` explains.
pub(crate) fn picture(path: &Path, suffix: &str, advice: &str) -> Result<Place, Failure> {
    if path.extension().is_some_and(|given| given.eq_ignore_ascii_case(suffix)) {
        Ok(Place::File(path.to_path_buf()))
    } else {
        Err(Failure::usage(format!("plot is {}; {advice}", path.display())))
    }
}

/// An open output.
pub(crate) struct Output {
    name: String,
    writer: Writer,
    bytes: u64,
}

enum Writer {
    StandardOutput(io::Stdout),
    File(Destination),
}

impl Output {
    pub(crate) fn create(place: &Place) -> Result<Self, Failure> {
        let (name, writer) = match place {
            Place::StandardOutput => {
                ("standard output".to_string(), Writer::StandardOutput(io::stdout()))
            }
            Place::File(path) => {
                let destination = interrupt::create(path).map_err(Failure::work)?;
                (path.display().to_string(), Writer::File(destination))
            }
        };
        Ok(Self { name, writer, bytes: 0 })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Hands on what is still buffered.
    pub(crate) fn flush_all(&mut self) -> Result<(), Failure> {
        self.flush().map_err(|error| Failure::write(&self.name, &error))
    }

    /// Writes everything.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write_all(bytes).map_err(|error| Failure::write(&self.name, &error))
    }

    /// Makes what was written permanent, under its name.
    pub(crate) fn commit(self) -> Result<(), Failure> {
        match self.writer {
            Writer::StandardOutput(_) => Ok(()),
            Writer::File(destination) => destination.commit().map_err(Failure::work),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.writer {
            Writer::StandardOutput(output) => output.write(bytes),
            Writer::File(destination) => destination.write(bytes),
        }?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.writer {
            Writer::StandardOutput(output) => output.flush(),
            Writer::File(destination) => destination.flush(),
        }
    }
}
