//! The arguments of `sphere engines`, and those by which other verbs choose an engine.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use sphere_engine::{EngineChoice, EngineOptions, SampleParameters, Software};

/// The heading of all that says what computes.
pub(super) const COMPUTING: &str = "What computes";

/// Say what can compute on this machine, and what cannot and why
///
/// Opens every engine, compares its kernels with their definitions, and measures what a job costs.
#[derive(Args, Debug)]
pub(crate) struct EnginesArguments {
    #[command(flatten)]
    pub(crate) software: SoftwareArguments,
    /// As a JSON list
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which engine.
#[derive(Args, Debug)]
pub(crate) struct EngineArguments {
    /// Compute on this engine; 'sphere engines' lists them. auto takes the fastest of those that
    /// compute the same bits: cpu and cuda
    #[arg(long, value_name = "E", help_heading = COMPUTING, default_value = "auto", value_parser = engines())]
    pub(crate) engine: EngineChoice,
    #[command(flatten)]
    pub(crate) software: SoftwareArguments,
}

/// What counts as a device.
#[derive(Args, Debug)]
pub(crate) struct SoftwareArguments {
    /// Let wgpu compute on the processor where there is no graphics processor: for tests
    #[arg(long, help_heading = COMPUTING)]
    pub(crate) software_gpu: bool,
}

impl SoftwareArguments {
    pub(crate) fn options(&self) -> EngineOptions {
        let software = if self.software_gpu { Software::Allowed } else { Software::Refused };
        EngineOptions { software, ..EngineOptions::default() }
    }
}

/// The names that are completed and the choices that they are.
fn engines() -> impl clap::builder::TypedValueParser<Value = EngineChoice> {
    let names = SampleParameters::choices("engine").unwrap_or_default();
    PossibleValuesParser::new(names).try_map(|name| name.parse::<EngineChoice>())
}
