//! Where bytes go: files that appear whole, pipes and devices that are written in place.

use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use sphere_io::{Destination, Format};

use crate::cli::SampleArguments;
use crate::failure::Failure;
use crate::interrupt;

/// What the arguments ask to be written.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) points: Option<Place>,
    pub(super) format: Format,
    pub(super) picture: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    StandardOutput,
    File(PathBuf),
}

impl Target {
    pub(super) fn of(arguments: &SampleArguments) -> Result<Self, Failure> {
        let points = match &arguments.output {
            Some(path) if path == Path::new("-") => Some(Place::StandardOutput),
            Some(path) => Some(Place::File(path.clone())),
            None if arguments.plot.is_none() => Some(Place::StandardOutput),
            None => None,
        };
        if points.is_none() && arguments.format.is_some() {
            let message = "format is that of the points, and --plot alone writes none; add -o FILE";
            return Err(Failure::usage(message));
        }
        let format = format(arguments, points.as_ref())?;
        if points == Some(Place::StandardOutput) && !format.is_text() && io::stdout().is_terminal()
        {
            let message = format!(
                "format {format} is not for a terminal; write to a file with -o, or pipe it on"
            );
            return Err(Failure::usage(message));
        }
        let picture = arguments.plot.clone().map(picture).transpose()?;
        if picture.is_some() && picture == points {
            return Err(Failure::usage("plot and output are the same file"));
        }
        Ok(Self { points, format, picture })
    }

    /// Whether the terminal's standard output is left to us.
    pub(super) fn uses_standard_output(&self) -> bool {
        self.points == Some(Place::StandardOutput)
    }
}

/// The format by name, else by suffix; a suffix that means nothing is not guessed at.
fn format(arguments: &SampleArguments, points: Option<&Place>) -> Result<Format, Failure> {
    if let Some(name) = &arguments.format {
        return name.parse().map_err(Failure::usage);
    }
    match points {
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

fn picture(path: PathBuf) -> Result<Place, Failure> {
    let is_png = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("png"));
    if is_png {
        Ok(Place::File(path))
    } else {
        let message = format!("plot is {}; pictures are PNG files: FILE.png", path.display());
        Err(Failure::usage(message))
    }
}

/// An open output.
pub(super) struct Output {
    name: String,
    writer: Writer,
    bytes: u64,
}

enum Writer {
    StandardOutput(io::Stdout),
    File(Destination),
}

impl Output {
    pub(super) fn create(place: &Place) -> Result<Self, Failure> {
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

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Written so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Hands on what is still buffered.
    pub(super) fn flush_all(&mut self) -> Result<(), Failure> {
        self.flush().map_err(|error| Failure::write(&self.name, &error))
    }

    /// Makes what was written permanent, under its name.
    pub(super) fn commit(self) -> Result<(), Failure> {
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
