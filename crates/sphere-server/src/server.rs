//! Connections: accepted, limited, served, and let go of.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use sphere_engine::{CpuEngine, EngineError};
use sphere_offload::OffloadError;
use sphere_offload::queue::{OpenError, UnfeltError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;

use crate::app::App;
use crate::config::Config;
use crate::jobs::Crew;
use crate::{engines, jobs, limits, service};

/// Where somebody is of whom that is not known.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port is taken, or not for us.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The token cannot be read.
    #[error("{0}")]
    Token(std::io::Error),
    /// The engine cannot start.
    #[error("{0}")]
    Engine(EngineError),
    /// What is said of engines cannot be.
    #[error(transparent)]
    Offload(#[from] OffloadError),
    /// The queue cannot be opened. It was left as it is.
    #[error("{0} (--queue none does without one)")]
    Queue(OpenError),
    /// A fault on purpose that nobody would notice.
    #[error(transparent)]
    Fault(UnfeltError),
    /// The runtime cannot start.
    #[error("cannot start threads: {0}")]
    Runtime(std::io::Error),
}

/// A service that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
    /// Does jobs, where there is a queue.
    crew: Option<Crew>,
}

impl Server {
    /// Opens the queue, takes the port, and starts the engines and whoever does jobs.
    ///
    /// # Errors
    /// What keeps it from starting, in one line.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let threads = config.threads.and_then(NonZeroUsize::new);
        let engine = CpuEngine::with_numa(threads, config.numa).map_err(StartError::Engine)?;
        let queue = jobs::open(&config).await?;
        let wanted = config.listen;
        let failed = |source| StartError::Listen { address: wanted, source };
        let listener = TcpListener::bind(wanted).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let app = Arc::new(App::new(config, engine, queue)?);
        let crew = app.jobs.as_deref().map(|jobs| Crew::start(&app, jobs)).transpose()?;
        engines::warm(&app);
        engines::look_after(&app);
        jobs::look_after(&app);
        Ok(Self { listener, address, app, crew })
    }

    /// Where it listens: the port is a real one even if 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is done, then finishes the answers that are under way, and gives back the
    /// jobs, within the grace time.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let connections = Arc::new(Semaphore::new(self.app.config.max_connections));
        let graceful = GracefulShutdown::new();
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&self.listener, &connections) => accepted,
            };
            if let Some((stream, permit)) = accepted {
                self.serve(stream, permit, &graceful);
            }
        }
        self.app.drain();
        drop(self.listener);
        tracing::info!("shutting down");
        let crew = self.crew;
        // All are told before one is waited for, on a thread that may wait.
        crew.iter().for_each(Crew::stop);
        let left = tokio::task::spawn_blocking(move || drop(crew));
        let all = async {
            graceful.shutdown().await;
            // Where it panics, there is nothing left to end.
            let _ = left.await;
        };
        if tokio::time::timeout(self.app.config.grace_time(), all).await.is_err() {
            tracing::warn!("the grace time is over; what was under way is cut");
        }
    }

    fn serve(&self, stream: TcpStream, permit: OwnedSemaphorePermit, graceful: &GracefulShutdown) {
        // Answers are whole when they are written: waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.app.config.progress_time()));
        let app = Arc::clone(&self.app);
        // One that has gone again asks for nothing.
        let peer = stream.get_ref().peer_addr().map_or(UNKNOWN, |peer| peer.ip());
        let service = service_fn(move |request| {
            let app = Arc::clone(&app);
            async move { Ok::<_, Infallible>(service::answer(&app, request, peer).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits::HEAD_TIME)
            .max_buf_size(limits::HEAD_BYTES)
            .max_headers(limits::HEADERS)
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        let connection = graceful.watch(connection);
        let app = Arc::clone(&self.app);
        tokio::spawn(async move {
            app.metrics.connections.inc();
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
            app.metrics.connections.dec();
            drop(permit);
        });
    }
}

/// The next connection, once there is room for it. `None` where one failed.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, permit)),
        Err(error) => {
            // Out of descriptors, or a client that left at once: neither is cured by haste.
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            None
        }
    }
}
