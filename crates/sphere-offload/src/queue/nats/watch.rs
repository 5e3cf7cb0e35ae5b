//! Seeing all entries: first those that are there, then each as it is stored.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::push::{Ordered, OrderedConfig};
use futures_util::StreamExt as _;

use super::super::QueueError;
use super::connection::Trouble;
use super::core::Core;
use super::entry::{HEADER, Head, Name};

/// Before the watch begins again, where it could not go on.
const PAUSE: Duration = Duration::from_millis(100);

/// Sees what there is.
pub(super) async fn begin(core: &Core) -> Result<Ordered, QueueError> {
    let mut patience = core.store.connection.patience();
    loop {
        patience.connected().await?;
        match attempt(core).await {
            Ok(messages) => return Ok(messages),
            Err(what) => patience.again(Trouble::Passing(what)).await?,
        }
    }
}

async fn attempt(core: &Core) -> Result<Ordered, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let (store, client) = (&core.store, &core.store.connection.client);
    let last = store.entries.get_info().await.map_err(|error| said(&error))?.state.last_sequence;
    let config = OrderedConfig {
        deliver_subject: client.new_inbox(),
        deliver_policy: DeliverPolicy::LastPerSubject,
        filter_subject: format!("{}.>", store.name),
        headers_only: true,
        ..OrderedConfig::default()
    };
    let consumer = store.entries.create_consumer(config).await.map_err(|error| said(&error))?;
    let mut pending = consumer.cached_info().num_pending;
    let mut messages = consumer.messages().await.map_err(|error| said(&error))?;
    while pending > 0 {
        let message = tokio::time::timeout(super::connection::ANSWER, messages.next()).await;
        let message = message.map_err(|error| said(&error))?.ok_or("the watch ended")?;
        pending = see(core, &message.map_err(|error| said(&error))?)?;
    }
    saw(core, last);
    Ok(messages)
}

/// Goes on for as long as the queue is open.
pub(super) async fn follow(core: Weak<Core>, mut messages: Ordered) {
    let Some(returned) = core.upgrade().map(|core| Arc::clone(&core.store.connection.heard)) else {
        return;
    };
    loop {
        let next = tokio::select! {
            next = messages.next() => next,
            () = returned.returned.notified() => {
                let Some(core) = core.upgrade() else { return };
                wait_anew(&core);
                continue;
            }
        };
        let Some(core) = core.upgrade() else { return };
        match next {
            Some(Ok(message)) => {
                // What cannot be read is of a later program, and not for this one.
                let _ = see(&core, &message);
            }
            // It goes on by itself.
            Some(Err(_)) => {
                wait_anew(&core);
                tokio::time::sleep(PAUSE).await;
            }
            None => {
                tokio::time::sleep(PAUSE).await;
                if let Ok(anew) = begin(&core).await {
                    messages = anew;
                }
            }
        }
    }
}

/// For a while nothing was heard, perhaps also by those who had something to say.
fn wait_anew(core: &Core) {
    let now = core.time.now().steady;
    core.index().wait_anew(now);
}

/// How many are still to come.
fn see(core: &Core, message: &Message) -> Result<u64, String> {
    let info = message.info().map_err(|error| error.to_string())?;
    let (number, pending) = (info.stream_sequence, info.pending);
    let head = message.headers.as_ref().and_then(|headers| headers.get(HEADER));
    if let (Some(name), Some(head)) = (Name::parse(&message.subject, &core.store.name), head)
        && let Ok(head) = Head::read(head.as_str(), number)
    {
        core.see(name, &head, number);
    }
    saw(core, number);
    Ok(pending)
}

fn saw(core: &Core, number: u64) {
    core.index().saw(number);
    core.seen.send_modify(|seen| *seen = number.max(*seen));
}
