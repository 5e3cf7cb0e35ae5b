//! The two streams of a queue: made if they are not there, refused if they are something else.

use std::collections::HashMap;

use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, PersistenceMode, RetentionPolicy, StorageType,
};

use super::connection::{Connection, Trouble};
use super::entry::VERSION;
use super::trouble::BrokerError;

/// In the metadata of a stream: that it is ours, and of which version.
const MARK: &str = "sphere.queue";

/// How the stream of a name is to be. What is not said is as the server has it.
pub(super) fn wanted(name: &str, replicas: usize) -> Config {
    Config {
        name: name.to_owned(),
        description: Some("jobs of Sphere".to_owned()),
        subjects: vec![format!("{name}.>")],
        retention: RetentionPolicy::Limits,
        storage: StorageType::File,
        num_replicas: replicas,
        // Without bounds, and nothing is removed to make room.
        max_messages: -1,
        max_bytes: -1,
        discard: DiscardPolicy::New,
        max_messages_per_subject: 1,
        allow_direct: true,
        allow_message_ttl: true,
        allow_atomic_publish: true,
        // An acknowledgement means stored.
        persist_mode: Some(PersistenceMode::Default),
        metadata: HashMap::from([(MARK.to_owned(), VERSION.to_string())]),
        ..Config::default()
    }
}

/// Makes sure that a stream is there as it is needed.
pub(super) async fn ensure(
    connection: &Connection,
    queue: &str,
    config: Config,
) -> Result<(), BrokerError> {
    let (server, context) = (connection.shown.clone(), &connection.context);
    let mut patience = connection.patience();
    let refused = |what: String| BrokerError::Refused {
        server: server.clone(),
        stream: config.name.clone(),
        what,
    };
    loop {
        patience.connected().await.map_err(|error| refused(error.to_string()))?;
        let what = match context.get_stream(&config.name).await {
            Ok(stream) => return check(&server, &config, &stream.cached_info().config),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(error) if error.error_code().0 == 10059 => {
                    match context.create_stream(config.clone()).await {
                        Ok(_) => continue,
                        Err(error) => match error.kind() {
                            // Another process was faster, or servers are about to elect one, or are busy, or
                            // have not all been heard of since they started.
                            CreateStreamErrorKind::JetStream(error)
                                if matches!(
                                    error.error_code().0,
                                    10058 | 10049 | 10008 | 10005
                                ) =>
                            {
                                error.to_string()
                            }
                            CreateStreamErrorKind::JetStream(error) => {
                                return Err(refused(error.to_string()));
                            }
                            CreateStreamErrorKind::TimedOut => error.to_string(),
                            _ => return Err(refused(error.to_string())),
                        },
                    }
                }
                GetStreamErrorKind::JetStream(error)
                    if matches!(error.error_code().0, 10039 | 10076) =>
                {
                    return Err(BrokerError::NoJetStream { server });
                }
                _ => error.to_string(),
            },
        };
        if let Some(what) = connection.heard.complaint() {
            return Err(BrokerError::Permission { server, name: queue.to_owned(), what });
        }
        patience.again(Trouble::Passing(what)).await.map_err(|error| refused(error.to_string()))?;
    }
}

/// Whether a stream is one of ours, and keeps what it is given.
fn check(server: &str, wanted: &Config, found: &Config) -> Result<(), BrokerError> {
    let (server, stream) = (server.to_owned(), found.name.clone());
    let foreign = |what: &str| {
        let (server, stream) = (server.clone(), stream.clone());
        Err(BrokerError::Foreign { server, stream, what: what.to_owned() })
    };
    match found.metadata.get(MARK).map(|version| version.parse::<u32>()) {
        None => return foreign("another program has made it"),
        Some(Err(_)) => return foreign("its version is no number"),
        Some(Ok(version)) if version > VERSION => {
            return Err(BrokerError::Newer { server, stream, found: version, known: VERSION });
        }
        Some(Ok(_)) => {}
    }
    let same = [
        (found.subjects == wanted.subjects, "it has other subjects"),
        (found.storage == wanted.storage, "it is kept in memory"),
        (found.retention == wanted.retention, "it has another retention"),
        (found.discard == wanted.discard, "it removes what is old to make room"),
        (found.max_age.is_zero(), "it removes what is old"),
        (found.max_messages_per_subject == 1, "it keeps more than the last message of a subject"),
        (found.allow_direct, "it does not allow direct gets"),
        (found.allow_message_ttl, "its messages have no time to live"),
        (found.allow_atomic_publish, "it takes no atomic batches"),
        (found.persist_mode != Some(PersistenceMode::Async), "it acknowledges what is not stored"),
        (found.num_replicas >= wanted.num_replicas, "it has fewer replicas than are wanted"),
    ];
    match same.iter().find(|(same, _)| !same) {
        Some((_, what)) => foreign(what),
        None => Ok(()),
    }
}
