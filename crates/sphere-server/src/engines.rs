//! Which engine answers a request. No reactor thread waits for a device.

use std::sync::Arc;

use hyper::header::HeaderValue;
use serde_json::{Map, Value};
use sphere_engine::{Engine, EngineChoice, EngineName, Exactness, Opening, Work};

use crate::app::App;
use crate::problem::Problem;

/// Opens in the background what `auto` may take, and measures what it compares. Until then, and where
/// there is nothing, `auto` is the CPU.
pub(crate) fn warm(app: &Arc<App>) {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || app.engines.warm());
}

/// The engine for some work. One that is asked for by name is opened when it is first asked for.
pub(crate) async fn choose(
    app: &Arc<App>,
    choice: EngineChoice,
    work: &Work<'_>,
) -> Result<Arc<dyn Engine>, Problem> {
    if let EngineChoice::Named(name) = choice {
        work.suits(name).map_err(|unable| Problem::unable(&unable))?;
        open(app, name).await?;
    }
    let engine = app.engines.choose(choice, work, Opening::Never);
    engine.map(Arc::clone).map_err(|error| Problem::no_engine(&error))
}

/// Sees to it that an engine is open, or known not to be here.
async fn open(app: &Arc<App>, name: EngineName) -> Result<(), Problem> {
    if app.engines.opened(name).is_some() {
        return Ok(());
    }
    let _turn = app.opening.lock().await;
    if app.engines.opened(name).is_some() {
        return Ok(());
    }
    let asked = Arc::clone(app);
    let opened = tokio::task::spawn_blocking(move || {
        if let Err(error) = asked.engines.open(name) {
            tracing::warn!(%name, %error, "an engine is not available");
        }
    });
    opened.await.map_err(|error| {
        tracing::error!(%name, %error, "opening an engine failed");
        Problem::engine()
    })
}

/// What executed, as the header says it.
pub(crate) fn header(engine: &dyn Engine) -> HeaderValue {
    HeaderValue::from_static(engine.capability().name.as_str())
}

/// Whether the same request has the same answer for ever: its points are bits that no device decides.
pub(crate) fn is_exact(engine: &dyn Engine) -> bool {
    engine.capability().name.exactness() == Exactness::Bits
}

/// Every engine, and whether it accepts work as far as that is known.
pub(crate) fn states(app: &App) -> Map<String, Value> {
    let state = |name| match app.engines.opened(name) {
        Some(Ok(_)) => "ready",
        Some(Err(_)) => "unavailable",
        None => "not opened",
    };
    EngineName::ALL.into_iter().map(|name| (name.to_string(), state(name).into())).collect()
}
