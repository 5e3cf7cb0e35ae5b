//! `GET /v1/jobs/{id}/events`: a job at once and at every change, as server-sent events
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>), until nothing more happens.
//!
//! A watcher is a task that looks now and then, and no thread.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};
use sphere_offload::queue::{JobId, JobState, JobView};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::{Jobs, document};
use crate::app::App;
use crate::body::{Body, Response};
use crate::limits;
use crate::problem::Problem;

/// What a client reads that watches.
pub(crate) struct Watched(Receiver<Bytes>);

impl Watched {
    pub(crate) fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.0.poll_recv(context)
    }
}

pub(crate) async fn watch(
    app: &Arc<App>,
    name: &str,
    method: &Method,
) -> Result<Response, Problem> {
    let (jobs, id) = (super::of(app)?, super::id(name)?);
    let permit = Arc::clone(&jobs.watchers).try_acquire_owned().map_err(|_| Problem::busy())?;
    let first = look(jobs, id).await?;
    let mut body = Body::empty();
    if method != Method::HEAD {
        let (sender, receiver) = channel(1);
        body = Body::Watched(Watched(receiver));
        let app = Arc::clone(app);
        tokio::spawn(async move {
            if let Some(jobs) = app.jobs.as_deref() {
                jobs.metrics.watchers.inc();
                tell(&app, jobs, id, first, &sender).await;
                jobs.metrics.watchers.dec();
            }
            drop(permit);
        });
    }
    let mut response = body.respond(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What a client is told, and whether it is the last.
struct News {
    text: String,
    is_last: bool,
}

async fn look(jobs: &Jobs, id: JobId) -> Result<News, Problem> {
    jobs.call(1, move |queue| queue.view(id).map_err(|error| Problem::queue(&error)).map(news))
        .await
}

#[allow(clippy::needless_pass_by_value, reason = "for map")]
fn news(view: JobView) -> News {
    let text = format!("event: state\ndata: {}\n\n", document::of(&view));
    // A dead job may be queued again, but not by itself.
    News { text, is_last: JobState::is_final(view.state) }
}

/// Until nothing more happens, the client has gone, or the service goes.
async fn tell(app: &App, jobs: &Jobs, id: JobId, first: News, sender: &Sender<Bytes>) {
    let mut latest = first;
    let mut said = Instant::now();
    let mut pause = limits::WATCH_TIME;
    if sender.send(latest.text.clone().into()).await.is_err() {
        return;
    }
    while !latest.is_last && !app.is_draining() && is_there(sender, pause).await {
        let text: Bytes = match look(jobs, id).await {
            Ok(news) if news.text != latest.text => {
                latest = news;
                pause = limits::WATCH_TIME;
                latest.text.clone().into()
            }
            // It has expired.
            Err(problem) if problem.is_of_no_job() => return,
            // Nothing new, or nothing that is known: the queue may answer again.
            _ if said.elapsed() < limits::KEEP_ALIVE_TIME => {
                pause = (2 * pause).min(limits::LONGEST_WATCH_TIME);
                continue;
            }
            _ => Bytes::from_static(b":\n\n"),
        };
        said = Instant::now();
        if sender.send(text).await.is_err() {
            return;
        }
    }
}

/// Waits; false where the client has gone meanwhile.
async fn is_there(sender: &Sender<Bytes>, pause: Duration) -> bool {
    tokio::time::timeout(pause, sender.closed()).await.is_err()
}
