//! Seeing all entries: first those that are there, then each as it is stored.
//!
//! What a server shows is what it has itself. One that was cut off for a while may show nothing of what it
//! has caught up with, until the next message comes; so the watch compares from time to time with what the
//! leader says is the last, and begins anew if it is behind.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::push::{Ordered, OrderedConfig, OrderedError};
use futures_util::StreamExt as _;

use super::super::QueueError;
use super::connection::{ANSWER, Trouble};
use super::core::Core;
use super::entry::{HEADER, Head, Name};

/// Before the watch begins again, where it could not go on.
const PAUSE: Duration = Duration::from_millis(100);
/// How often it compares.
const CHECK: Duration = Duration::from_secs(2);

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
    let last = store.last().await.map_err(|error| said(&error))?;
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
    let mut seen = 0;
    while pending > 0 || seen < last {
        let message = tokio::time::timeout(ANSWER, messages.next()).await;
        let message = message.map_err(|error| said(&error))?.ok_or("the watch ended")?;
        (seen, pending) = see(core, &message.map_err(|error| said(&error))?)?;
    }
    Ok(messages)
}

/// Goes on for as long as the queue is open.
pub(super) async fn follow(core: Weak<Core>, mut messages: Ordered) {
    let Some(heard) = core.upgrade().map(|core| Arc::clone(&core.store.connection.heard)) else {
        return;
    };
    let mut check = tokio::time::interval(CHECK);
    check.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut before = 0;
    loop {
        let what = tokio::select! {
            next = messages.next() => What::Next(next),
            () = heard.returned.notified() => What::Returned,
            () = heard.behind.notified() => What::Behind,
            _ = check.tick() => What::Check,
        };
        let Some(core) = core.upgrade() else { return };
        let behind = match what {
            What::Next(Some(Ok(message))) => {
                // What cannot be read is of a later program, and not for this one.
                let _ = see(&core, &message);
                false
            }
            What::Returned => {
                wait_anew(&core);
                false
            }
            // What was the last at the check before must be seen by now.
            What::Check => match core.store.last().await {
                Ok(last) => std::mem::replace(&mut before, last) > *core.seen.borrow(),
                Err(_) => false,
            },
            What::Behind | What::Next(_) => true,
        };
        if behind {
            wait_anew(&core);
            match begin(&core).await {
                Ok(anew) => messages = anew,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

/// What happens to a watch.
#[allow(clippy::large_enum_variant, reason = "there is one, for a moment")]
enum What {
    Next(Option<Result<Message, OrderedError>>),
    Returned,
    Behind,
    Check,
}

/// For a while nothing was heard, perhaps also by those who had something to say.
fn wait_anew(core: &Core) {
    let now = core.time.now().steady;
    core.index().wait_anew(now);
}

/// Its number, and how many are still to come.
fn see(core: &Core, message: &Message) -> Result<(u64, u64), String> {
    let info = message.info().map_err(|error| error.to_string())?;
    let (number, pending) = (info.stream_sequence, info.pending);
    let head = message.headers.as_ref().and_then(|headers| headers.get(HEADER));
    if let (Some(name), Some(head)) = (Name::parse(&message.subject, &core.store.name), head)
        // Most are of this process, and were seen when they were acknowledged.
        && !core.index().knows(name, number)
        && let Ok(head) = Head::read(head.as_str(), number)
    {
        core.see(name, &head, number);
    }
    core.index().saw(number);
    core.seen.send_modify(|seen| *seen = number.max(*seen));
    Ok((number, pending))
}
