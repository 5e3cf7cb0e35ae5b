//! Opening a queue, or saying why not.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use async_nats::header::NATS_EXPECTED_LAST_SEQUENCE;
use async_nats::{HeaderMap, HeaderValue};
use bytes::Bytes;
use tokio::sync::Semaphore;

use super::super::time::Time;
use super::super::{Clock, Limits, OpenError, QueueError};
use super::calls::NatsQueue;
use super::connection::{Connection, Trouble};
use super::core::Core;
use super::servers::Servers;
use super::store::Store;
use super::streams;
use super::trouble::{Answer, BrokerError};
use super::watch;

/// Has atomic batches.
const NEEDED: (&str, (i64, i64, i64)) = ("2.12", (2, 12, 0));
/// A job with all its checksums, twice, is smaller.
const PAYLOAD: usize = 1 << 20;
/// Of fifty that servers allow, for several processes.
const BATCHES: usize = 12;
const NAME: &str = "sphere-jobs";

/// Which queue of which servers.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    servers: String,
    name: String,
    replicas: Option<usize>,
}

impl NatsOptions {
    /// Of servers as they are written: `nats://USER:PASSWORD@HOST:PORT`, several with commas between. They
    /// are to be told to sync before they acknowledge, which no client can see:
    /// `jetstream { sync_interval: always }`.
    #[must_use]
    pub fn new(servers: &str) -> Self {
        Self { servers: servers.to_owned(), name: NAME.to_owned(), replicas: None }
    }

    /// Another queue than `sphere-jobs` of the same servers. Letters, digits, `-` and `_`.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// How many servers keep everything: otherwise three of a cluster, or the one that there is.
    #[must_use]
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = Some(replicas);
        self
    }

    /// Opens the queue, or makes it if there is none. Takes a second for some hundred thousand jobs.
    ///
    /// # Errors
    ///
    /// If nobody answers, or not to this user, or has no `JetStream`; if there is something else of that name.
    pub fn open(&self, limits: Limits, clock: Arc<dyn Clock>) -> Result<NatsQueue, OpenError> {
        let servers = Servers::parse(&self.servers)?;
        let system = |what: String| BrokerError::System { server: servers.to_string(), what };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("queue-nats")
            .enable_all()
            .build()
            .map_err(|error| system(error.to_string()))?;
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(|error| system(error.to_string()))?;
        let (options, from, seed) = (self.clone(), servers.clone(), u64::from_le_bytes(seed));
        let opening = async move {
            let store = options.store(&from, seed).await?;
            let core = Core::new(store, Time::after(0, clock), limits);
            let messages = watch::begin(&core).await.map_err(|error| {
                let (server, stream) = (from.to_string(), options.name.clone());
                BrokerError::Refused { server, stream, what: error.to_string() }
            })?;
            let core = Arc::new(core);
            tokio::spawn(watch::follow(Arc::downgrade(&core), messages));
            Ok::<_, BrokerError>(core)
        };
        // Whoever calls may be anywhere, also where nothing may block on a runtime.
        let (answers, answer) = std::sync::mpsc::sync_channel(1);
        runtime.spawn(async move {
            let _ = answers.send(opening.await);
        });
        let core = answer.recv().unwrap_or_else(|error| Err(system(error.to_string())))?;
        Ok(NatsQueue::new(core, runtime))
    }

    async fn store(&self, servers: &Servers, seed: u64) -> Result<Store, BrokerError> {
        let server = servers.to_string();
        let refused = |what: &str| BrokerError::Refused {
            server: server.clone(),
            stream: self.name.clone(),
            what: what.to_owned(),
        };
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(letters) {
            return Err(refused("a name has up to 64 letters, digits, - and _"));
        }
        let connection = Connection::open(servers).await?;
        let (client, (needed, (major, minor, patch))) = (&connection.client, NEEDED);
        let info = client.server_info();
        if !client.is_server_compatible(major, minor, patch) {
            return Err(BrokerError::Old { server, found: info.version, needed });
        }
        if !info.jetstream {
            return Err(BrokerError::NoJetStream { server });
        }
        if info.max_payload < PAYLOAD {
            return Err(refused("its max_payload is less than a megabyte: set it to 1MB or more"));
        }
        let replicas = self.replicas.unwrap_or(if info.cluster.is_some() { 3 } else { 1 });
        let bytes_name = format!("{}-bytes", self.name);
        for stream in [&self.name, &bytes_name] {
            streams::ensure(&connection, &self.name, streams::wanted(stream, replicas)).await?;
            probe(&connection, &self.name, stream).await?;
        }
        let stream = |name: String| {
            let context = connection.context.clone();
            async move { context.get_stream_no_info(name).await }
        };
        let entries =
            stream(self.name.clone()).await.map_err(|error| refused(&error.to_string()))?;
        let bytes =
            stream(bytes_name.clone()).await.map_err(|error| refused(&error.to_string()))?;
        let (name, write, batches) =
            (self.name.clone(), AtomicU64::new(seed), Semaphore::new(BATCHES));
        Ok(Store { connection, name, entries, bytes_name, bytes, write, batches })
    }
}

/// Asks for what cannot be: so it is known that this user may publish, and nothing is stored.
async fn probe(connection: &Connection, name: &str, stream: &str) -> Result<(), BrokerError> {
    let mut patience = connection.patience();
    loop {
        let mut headers = HeaderMap::new();
        headers.insert(NATS_EXPECTED_LAST_SEQUENCE, HeaderValue::from(i64::MAX));
        let asked = connection.ask(format!("{stream}.probe"), headers, Bytes::new()).await;
        let (server, stream) = (connection.shown.clone(), stream.to_owned());
        let refused = |error: QueueError| BrokerError::Refused {
            server: server.clone(),
            stream,
            what: error.to_string(),
        };
        let trouble = match asked {
            Ok(message) => match serde_json::from_slice::<Answer>(&message.payload) {
                Ok(Answer { error: Some(error), .. }) if error.is_conflict() => return Ok(()),
                Ok(Answer { error: Some(error), .. }) => Trouble::Passing(error.description),
                _ => Trouble::Passing("it takes what it cannot".to_owned()),
            },
            Err(Trouble::Passing(what)) if what.to_lowercase().contains("permission") => {
                let (server, name) = (connection.shown.clone(), name.to_owned());
                return Err(BrokerError::Permission { server, name, what });
            }
            Err(trouble) => trouble,
        };
        patience.again(trouble).await.map_err(refused)?;
    }
}
