//! One connection to the servers, which comes back by itself, and how long to wait for it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::client::RequestErrorKind;
use async_nats::connection::State;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, HeaderMap, Message, Request};
use bytes::Bytes;
use tokio::sync::Notify;

use super::super::QueueError;
use super::fault::Cut;
use super::servers::{Login, Servers};
use super::trouble::BrokerError;

/// For one answer. Then the question is asked again.
pub(super) const ANSWER: Duration = Duration::from_secs(3);
/// For an answer however often it is asked: servers take up to ten seconds to elect one among them.
const PATIENCE: Duration = Duration::from_secs(15);
/// For a connection, when there is none.
const ABSENCE: Duration = Duration::from_secs(5);
const PAUSES: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(250)];

/// The servers, while a queue is open.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) context: Context,
    /// As they are shown.
    pub(super) shown: String,
    pub(super) heard: Arc<Heard>,
    pub(super) cut: Arc<Cut>,
}

/// What happened to the connection meanwhile.
#[derive(Debug, Default)]
pub(super) struct Heard {
    complaint: Mutex<Option<String>>,
    /// It is there again: nothing was heard while it was not.
    pub(super) returned: Notify,
    /// Something is stored that the watch does not show.
    pub(super) behind: Notify,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Worth asking again.
    Passing(String),
    Lasting(QueueError),
}

impl Connection {
    pub(super) async fn open(servers: &Servers) -> Result<Self, BrokerError> {
        let (heard, cut) = (Arc::new(Heard::default()), Arc::new(Cut::default()));
        let client = options(servers, &heard, &cut).connect(servers.addresses()).await;
        let server = servers.to_string();
        let client = client.map_err(|error| {
            let what = error.to_string();
            match error.kind() {
                ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                    BrokerError::Login { server: server.clone(), what }
                }
                _ => BrokerError::Unreachable { server: server.clone(), what },
            }
        })?;
        let context = ContextBuilder::new().timeout(ANSWER).build(client.clone());
        Ok(Self { client, context, shown: server, heard, cut })
    }

    /// Asks once.
    pub(super) async fn ask(
        &self,
        subject: String,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Result<Message, Trouble> {
        let request = Request::new().headers(headers).payload(payload).timeout(Some(ANSWER));
        // The client waits without end for room in its buffer while it is not connected.
        let asked = tokio::time::timeout(2 * ANSWER, self.client.send_request(subject, request));
        match asked.await {
            Ok(Ok(message)) => Ok(message),
            Ok(Err(error)) if error.kind() == RequestErrorKind::MaxPayloadExceeded => {
                Err(Trouble::Lasting(self.storage("a job is larger than its max_payload")))
            }
            Ok(Err(error)) => Err(Trouble::Passing(self.heard.or(error.to_string()))),
            Err(_) => Err(Trouble::Passing(self.heard.or("no answer".to_owned()))),
        }
    }

    /// Sends what is not answered.
    pub(super) async fn send(
        &self,
        subject: String,
        headers: HeaderMap,
        payload: Bytes,
    ) -> Result<(), Trouble> {
        let sent = self.client.publish_with_headers(subject, headers, payload);
        match tokio::time::timeout(ANSWER, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Trouble::Passing(error.to_string())),
            Err(_) => Err(Trouble::Passing("it takes nothing".to_owned())),
        }
    }

    /// For one operation.
    pub(super) fn patience(&self) -> Patience<'_> {
        Patience { connection: self, began: Instant::now(), pause: PAUSES[0] }
    }

    pub(super) fn storage(&self, what: &str) -> QueueError {
        QueueError::Storage { what: format!("{}: {what}", self.shown) }
    }
}

fn options(servers: &Servers, heard: &Arc<Heard>, cut: &Arc<Cut>) -> ConnectOptions {
    let (heard, cut) = (Arc::clone(heard), Arc::clone(cut));
    let options = ConnectOptions::new()
        .name("sphere")
        .connection_timeout(ANSWER)
        .ping_interval(Duration::from_secs(2))
        .request_timeout(Some(ANSWER))
        .event_callback(move |event| {
            heard.hear(&event);
            std::future::ready(())
        })
        .reconnect_delay_callback(move |attempt| {
            let doubled = PAUSES[0] * 2_u32.saturating_pow(attempt.saturating_sub(1).min(9) as u32);
            let usual = if attempt <= 1 { Duration::ZERO } else { doubled.min(4 * PAUSES[1]) };
            usual.max(cut.left())
        });
    match servers.login() {
        Login::Nobody => options,
        Login::Token(token) => options.token(token.clone()),
        Login::User(user, password) => options.user_and_password(user.clone(), password.clone()),
    }
}

impl Heard {
    fn hear(&self, event: &Event) {
        match event {
            Event::Connected => self.returned.notify_waiters(),
            Event::ServerError(error) => {
                let mut complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
                *complaint = Some(error.to_string());
            }
            _ => {}
        }
    }

    /// What a server complained of since this was asked last. It does so beside its answers.
    pub(super) fn complaint(&self) -> Option<String> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn or(&self, what: String) -> String {
        self.complaint().unwrap_or(what)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.shown)
    }
}

/// How long an operation waits altogether.
#[derive(Debug)]
pub(super) struct Patience<'a> {
    connection: &'a Connection,
    began: Instant,
    pause: Duration,
}

impl Patience<'_> {
    /// Until there is a connection, or has been none for too long.
    pub(super) async fn connected(&self) -> Result<(), QueueError> {
        let began = Instant::now();
        while self.connection.client.connection_state() != State::Connected {
            if began.elapsed() > ABSENCE {
                return Err(self.connection.storage("there is no connection"));
            }
            tokio::time::sleep(PAUSES[0]).await;
        }
        Ok(())
    }

    /// A while, or an error if it was asked for too long.
    pub(super) async fn again(&mut self, trouble: Trouble) -> Result<(), QueueError> {
        match trouble {
            Trouble::Lasting(error) => Err(error),
            Trouble::Passing(what) if self.began.elapsed() > PATIENCE => {
                Err(self.connection.storage(&what))
            }
            Trouble::Passing(_) => {
                tokio::time::sleep(self.pause).await;
                self.pause = (2 * self.pause).min(PAUSES[1]);
                Ok(())
            }
        }
    }
}
