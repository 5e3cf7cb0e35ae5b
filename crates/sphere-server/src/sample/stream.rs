//! A job as the body of a response.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use sphere_engine::{Block, Cause, Job, Sink, SinkError, Stop, Stopped, Window};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, channel};

use super::encode::{Encoding, PartEncoder};
use super::layout::Part;
use super::request::SampleRequest;
use crate::app::{App, Share};
use crate::limits;
use crate::problem::Problem;

/// A small response, whole: computed here and now.
pub(super) fn whole(
    app: &App,
    request: &SampleRequest,
    part: &Part,
    encoding: Encoding,
) -> Result<Bytes, Problem> {
    let mut encoder = PartEncoder::new(request, part, encoding);
    // One block mostly, which needs no copy.
    let mut out = Vec::new();
    let block_bytes = limits::MOST_BLOCK_BYTES;
    let computed =
        compute(app, request, part, &mut encoder, block_bytes, &Stop::never(), |bytes| {
            out.push(bytes);
            Ok(())
        });
    computed.map_err(|stopped| {
        tracing::error!(%stopped, "a small response failed");
        Problem::engine()
    })?;
    Ok(if out.len() == 1 { out.remove(0) } else { out.concat().into() })
}

/// A large response: computed on a thread that waits for whoever reads it.
pub(super) fn body(
    app: &Arc<App>,
    request: &SampleRequest,
    part: &Part,
    encoding: Encoding,
) -> Result<StreamBody, Problem> {
    let permit = Arc::clone(&app.streams).try_acquire_owned().map_err(|_| Problem::busy())?;
    let (sender, receiver) = channel(1);
    let stop = Stop::never();
    let length = (part.bytes.end != u64::MAX).then(|| part.bytes.end - part.bytes.start);
    let body = StreamBody { receiver, stop: stop.clone(), left: length, _permit: permit };

    let (app, part) = (Arc::clone(app), part.clone());
    let request = SampleRequest {
        parameters: request.parameters.clone(),
        job: request.job.clone(),
        format: request.format,
    };
    app.metrics.streams.inc();
    tokio::task::spawn_blocking(move || {
        let mut encoder = PartEncoder::new(&request, &part, encoding);
        let share = Share::of(&app.memory);
        let sent =
            compute(&app, &request, &part, &mut encoder, share.block_bytes, &stop, |bytes| {
                sender.blocking_send(Ok(bytes)).map_err(Into::into)
            });
        if let Err(stopped) = sent {
            app.metrics.cut();
            tracing::info!(%stopped, "a response was cut");
            // Ends the body without its end, which the client notices. Nobody may be listening.
            let _ = sender.blocking_send(Err("the response was cut".into()));
        }
        app.metrics.streams.dec();
    });
    Ok(body)
}

/// Computes the rows of a part and passes their bytes on, head and end included.
fn compute(
    app: &App,
    request: &SampleRequest,
    part: &Part,
    encoder: &mut PartEncoder,
    block_bytes: usize,
    stop: &Stop,
    mut send: impl FnMut(Bytes) -> Result<(), SinkError>,
) -> Result<(), Stopped> {
    // A compressor gives nothing until it has enough, and a part may have no head and no end.
    let mut send = |bytes: Bytes| if bytes.is_empty() { Ok(()) } else { send(bytes) };
    let job = rows_of(&request.job, part.rows.clone());
    let start = job.range().start;
    let failed = |next| move |error| Stopped { next, cause: Cause::Sink(error) };
    encoder.begin(part).and_then(&mut send).map_err(failed(start))?;
    let mut sink = PartSink { encoder, send: &mut send, block_bytes };
    let report = app.engine.run(&job, &mut sink, stop)?;
    app.metrics.computed(request.parameters.scheme(), &report);
    let end = job.range().end;
    encoder.end().and_then(send).map_err(failed(end))
}

/// The job for some of its rows, counted from 0.
fn rows_of(job: &Job, rows: Option<Range<u64>>) -> Job {
    let start = job.range().start;
    rows.and_then(|rows| job.part(start + rows.start..start + rows.end))
        .unwrap_or_else(|| job.clone())
}

struct PartSink<'a, F> {
    encoder: &'a mut PartEncoder,
    send: &'a mut F,
    block_bytes: usize,
}

impl<F: FnMut(Bytes) -> Result<(), SinkError>> Sink for PartSink<'_, F> {
    fn window(&self) -> Window {
        Window { blocks: 2, block_bytes: self.block_bytes }
    }

    fn lend(&mut self) -> Block {
        self.encoder.lend()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        let bytes = self.encoder.block(block)?;
        (self.send)(bytes)
    }
}

/// The receiving end. Dropped, because the client has gone, it stops the job.
pub(crate) struct StreamBody {
    receiver: Receiver<Result<Bytes, SinkError>>,
    stop: Stop,
    left: Option<u64>,
    _permit: OwnedSemaphorePermit,
}

impl http_body::Body for StreamBody {
    type Data = Bytes;
    type Error = SinkError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SinkError>>> {
        self.receiver.poll_recv(context).map(|received| {
            received.map(|bytes| {
                bytes.map(|bytes| {
                    self.left = self.left.map(|left| left.saturating_sub(bytes.len() as u64));
                    Frame::data(bytes)
                })
            })
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        self.stop.request();
    }
}
