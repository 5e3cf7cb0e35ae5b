//! What the arguments ask to be written, and where.

use std::path::Path;

use sphere_io::Format;

use crate::cli::SampleArguments;
use crate::failure::Failure;
use crate::output::{self, Place};

/// What the arguments ask to be written.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) points: Option<Place>,
    pub(super) format: Format,
    pub(super) picture: Option<Place>,
}

impl Target {
    pub(super) fn of(arguments: &SampleArguments) -> Result<Self, Failure> {
        let points = match &arguments.output {
            Some(path) => Some(Place::of(path)),
            None if arguments.plot.is_none() => Some(Place::StandardOutput),
            None => None,
        };
        if points.is_none() && arguments.format.is_some() {
            let message = "format is that of the points, and --plot alone writes none; add -o FILE";
            return Err(Failure::usage(message));
        }
        let format = output::format(arguments.format.as_deref(), points.as_ref())?;
        points.as_ref().map_or(Ok(()), |points| points.check(format))?;
        let picture = arguments.plot.as_deref().map(picture).transpose()?;
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

fn picture(path: &Path) -> Result<Place, Failure> {
    output::picture(path, "png", "pictures are PNG files: FILE.png")
}
