//! The arguments of `sphere engines`.

use clap::Args;

/// Say what can compute on this machine, and what cannot and why
#[derive(Args, Debug)]
pub(crate) struct EnginesArguments {
    /// As a JSON list
    #[arg(long)]
    pub(crate) json: bool,
}
