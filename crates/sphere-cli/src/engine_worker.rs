//! `sphere engine-worker`: what `sphere serve` starts for an engine that is better off in a process of its
//! own. Nobody else calls it.

use crate::cli::EngineWorkerArguments;
use crate::failure::Failure;

#[cfg(target_os = "linux")]
pub(crate) fn run(arguments: &EngineWorkerArguments) -> Result<(), Failure> {
    use std::io::IsTerminal as _;
    use std::sync::Arc;

    use sphere_engine::{CpuEngine, EngineError, EngineName, open};
    use sphere_offload::worker::{Scripted, serve};

    if std::io::stdin().is_terminal() {
        return Err(Failure::usage("'sphere serve' starts this; there is nothing to do by hand"));
    }
    let options = arguments.software.options();
    let served = serve(|engine| match engine.parse() {
        Ok(EngineName::Scripted) => Ok(Arc::new(Scripted::new(CpuEngine::new(None)?))),
        Ok(engine) => open(engine, &options),
        Err(error) => Err(EngineError::Unavailable { reason: error.to_string() }),
    });
    served.map_err(Failure::work)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn run(_arguments: &EngineWorkerArguments) -> Result<(), Failure> {
    Err(Failure::usage("engines have no processes of their own on this system"))
}
