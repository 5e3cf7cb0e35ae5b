//! `sphere jobs result`.

use crate::cli::ResultArguments;
use crate::failure::Failure;
use crate::queue::Asked;

pub(super) fn run(_asked: &Asked, _arguments: &ResultArguments) -> Result<(), Failure> {
    Err(Failure::work("to come"))
}
