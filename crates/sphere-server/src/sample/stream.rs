//! A job as the body of a response.

use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};
use sphere_engine::{
    Block, Cause, CollectColumns, Engine, Job, Sink, SinkError, Stop, Stopped, Window,
};
use sphere_io::Format;
use sphere_io::quality::Report;
use sphere_io::read::PointSet;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::QUALITY_TRAILER;
use super::encode::{Encoding, PartEncoder};
use super::layout::Part;
use super::request::{Quality, SampleRequest};
use crate::app::{App, Share};
use crate::limits;
use crate::problem::Problem;

/// A small response, whole: computed here and now.
pub(super) fn whole(
    app: &App,
    request: &SampleRequest,
    engine: &dyn Engine,
    part: &Part,
    encoding: Encoding,
) -> Result<Bytes, Problem> {
    let mut encoder = PartEncoder::new(request, part, encoding);
    // One block mostly, which needs no copy.
    let mut out = Vec::new();
    let block_bytes = limits::MOST_BLOCK_BYTES;
    let work = PartOf { app, request, engine, part };
    let computed = work.compute(&mut encoder, block_bytes, &Stop::never(), |bytes| {
        out.push(bytes);
        Ok(())
    });
    computed.map_err(|stopped| {
        tracing::error!(%stopped, "a small response failed");
        Problem::engine()
    })?;
    let end = encoder.end(None).map_err(|error| {
        tracing::error!(%error, "a small response failed");
        Problem::engine()
    })?;
    if !end.is_empty() {
        out.push(end);
    }
    Ok(if out.len() == 1 { out.remove(0) } else { out.concat().into() })
}

/// A large response: computed on a thread that waits for whoever reads it.
pub(super) fn body(
    app: &Arc<App>,
    request: &SampleRequest,
    engine: &Arc<dyn Engine>,
    part: &Part,
    encoding: Encoding,
) -> Result<StreamBody, Problem> {
    let permits = Arc::new(Permits::take(app, request)?);
    let (sender, receiver) = channel(1);
    let stop = Stop::never();
    let length = (part.bytes.end != u64::MAX).then(|| part.bytes.end - part.bytes.start);
    let body =
        StreamBody { receiver, stop: stop.clone(), left: length, _permits: Arc::clone(&permits) };

    let (app, engine) = (Arc::clone(app), Arc::clone(engine));
    let (request, part) = (request.clone(), part.clone());
    app.metrics.streams.inc();
    tokio::task::spawn_blocking(move || {
        let mut encoder = PartEncoder::new(&request, &part, encoding);
        let share = Share::of(&app.memory);
        let work = PartOf { app: &app, request: &request, engine: &*engine, part: &part };
        // Where another engine takes over: `Stopped` says at which row, the encoder is as far.
        let sent = work.compute(&mut encoder, share.block_bytes, &stop, |bytes| {
            sender.blocking_send(Ok(Frame::data(bytes))).map_err(Into::into)
        });
        let sent = sent.and_then(|()| end(&app, &request, &mut encoder, &sender));
        if let Err(stopped) = sent {
            app.metrics.cut();
            tracing::info!(%stopped, "a response was cut");
            // Ends the body without its end, which the client notices. Nobody may be listening.
            let _ = sender.blocking_send(Err("the response was cut".into()));
        }
        app.metrics.streams.dec();
        // Held until here as well: a client that has gone does not end the judging of its points.
        drop(permits);
    });
    Ok(body)
}

/// A part of a response, and what computes it.
struct PartOf<'a> {
    app: &'a App,
    request: &'a SampleRequest,
    engine: &'a dyn Engine,
    part: &'a Part,
}

impl PartOf<'_> {
    /// Computes the rows of the part and passes their bytes on, after the head.
    fn compute(
        &self,
        encoder: &mut PartEncoder,
        block_bytes: usize,
        stop: &Stop,
        mut send: impl FnMut(Bytes) -> Result<(), SinkError>,
    ) -> Result<(), Stopped> {
        // A compressor gives nothing until it has enough, and a part may have no head and no end.
        let mut send = |bytes: Bytes| if bytes.is_empty() { Ok(()) } else { send(bytes) };
        let job = rows_of(&self.request.job, self.part.rows.clone());
        let start = job.range().start;
        let failed = |next| move |error| Stopped { next, cause: Cause::Sink(error) };
        encoder.begin(self.part).and_then(&mut send).map_err(failed(start))?;
        let mut sink = PartSink { encoder, send: &mut send, block_bytes };
        let report = self.engine.run(&job, &mut sink, stop)?;
        self.app.metrics.computed(self.request.parameters.scheme(), &report);
        Ok(())
    }
}

/// The end of the document, and of the report where one is asked for.
fn end(
    app: &App,
    request: &SampleRequest,
    encoder: &mut PartEncoder,
    sender: &Sender<Result<Frame<Bytes>, SinkError>>,
) -> Result<(), Stopped> {
    let next = request.job.range().end;
    let failed = |error| Stopped { next, cause: Cause::Sink(error) };
    let report = match request.quality {
        Quality::Left => None,
        Quality::Json | Quality::Trailer => Some(judge(app, &request.job)?),
    };
    let inside = report.as_ref().filter(|_| request.quality == Quality::Json);
    let bytes = encoder.end(inside).map_err(failed)?;
    let send = |frame| sender.blocking_send(Ok(frame)).map_err(|error| failed(error.into()));
    if !bytes.is_empty() {
        send(Frame::data(bytes))?;
    }
    match report.filter(|_| request.quality == Quality::Trailer) {
        None => Ok(()),
        Some(report) => {
            let value = HeaderValue::try_from(report.to_string());
            let value = value.map_err(|error| failed(error.into()))?;
            let name = HeaderName::from_static(QUALITY_TRAILER);
            send(Frame::trailers(HeaderMap::from_iter([(name, value)])))
        }
    }
}

/// The quality of the points of a job, which are computed again, on the CPU in f64: they are few, and
/// were sent in whatever form.
fn judge(app: &App, job: &Job) -> Result<serde_json::Value, Stopped> {
    let job = job.native();
    let mut points = CollectColumns::new(job.columns());
    app.engines.cpu().run(&job, &mut points, &Stop::never())?;
    let points = PointSet::of_shape(job.shape(), points.columns);
    match Report::of(&points, &**app.engines.cpu()) {
        Ok(report) => Ok(report.to_json()),
        // Of points of our own, only that there are none.
        Err(error) => Ok(serde_json::json!({ "error": error.to_string() })),
    }
}

/// What a stream takes of the service, given back when both its work and its body have ended.
#[derive(Debug)]
struct Permits {
    _all: Vec<OwnedSemaphorePermit>,
}

impl Permits {
    fn take(app: &App, request: &SampleRequest) -> Result<Self, Problem> {
        let is_columnar = matches!(request.format, Format::Parquet | Format::Arrow);
        let wanted = [
            Some(&app.streams),
            is_columnar.then_some(&app.columnar),
            (request.quality != Quality::Left).then_some(&app.judged),
        ];
        let taken = wanted.into_iter().flatten().map(|semaphore| {
            Arc::clone(semaphore).try_acquire_owned().map_err(|_| Problem::busy())
        });
        Ok(Self { _all: taken.collect::<Result<_, _>>()? })
    }
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
    receiver: Receiver<Result<Frame<Bytes>, SinkError>>,
    stop: Stop,
    left: Option<u64>,
    _permits: Arc<Permits>,
}

impl http_body::Body for StreamBody {
    type Data = Bytes;
    type Error = SinkError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, SinkError>>> {
        self.receiver.poll_recv(context).map(|received| {
            received.map(|frame| {
                frame.inspect(|frame| {
                    let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                    self.left = self.left.map(|left| left.saturating_sub(bytes));
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
