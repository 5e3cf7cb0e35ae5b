//! Serves the sphere over HTTP.
//!
//! `sphere serve` is [`serve`] with a command line before it. The routes are described by the served
//! `/openapi.json`; every answer under `/v1/sample` is the bytes that `sphere sample` writes for the
//! same parameters and format, streamed with bounded memory.
//!
//! This crate knows no scheme's mathematics: it reads parameters, runs jobs, and writes bytes.

#![forbid(unsafe_code)]

mod access;
mod app;
mod body;
mod config;
mod engines;
mod events;
mod jobs;
mod lattice;
mod limits;
mod metrics;
mod nearest;
mod openapi;
mod page;
mod problem;
mod route;
mod sample;
mod server;
mod service;
mod text;
mod upload;

use std::net::SocketAddr;

pub use config::{Config, ConfigError, QueueSetting, QueueSettingError, Settings};
pub use server::{Server, StartError};
use tracing_subscriber::EnvFilter;

/// The first argument of a program that serves as worker: [`Config::worker_program`] is started with it.
pub const ENGINE_WORKER: &str = "engine-worker";

/// Serves until the process is told to end (interrupt or termination), then finishes what is under
/// way, and gives back the jobs that it is doing. `listening` is called once with the address.
///
/// # Errors
/// What keeps it from starting, in one line.
pub fn serve(config: Config, listening: impl FnOnce(SocketAddr)) -> Result<(), StartError> {
    start_log(&config.log);
    raise_descriptor_limit(config.max_connections);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("sphere-http")
        .thread_stack_size(512 << 10)
        // One for each stream that may be under way and each call of the queue, and a few to spare.
        .max_blocking_threads(config.max_streams + limits::QUEUE_CALLS + 16)
        .build()
        .map_err(StartError::Runtime)?;
    let served = runtime.block_on(async {
        let server = Server::bind(config).await?;
        listening(server.address());
        server.run(end_signal()).await;
        Ok(())
    });
    // Streams that are cut wait for nobody.
    runtime.shutdown_background();
    served
}

/// Structured lines on standard error. A second call changes nothing.
fn start_log(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}

/// Each connection is a file descriptor, and shells allow few by default.
fn raise_descriptor_limit(connections: usize) {
    #[cfg(unix)]
    {
        let wanted = connections as u64 + 256;
        if rlimit::increase_nofile_limit(wanted).is_ok_and(|limit| limit < wanted) {
            tracing::warn!("the limit on open files allows fewer than {connections} connections");
        }
    }
    #[cfg(not(unix))]
    let _ = connections;
}

/// Done when the process is to end.
async fn end_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
}
