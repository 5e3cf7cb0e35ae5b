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
    Block, Cause, CollectColumns, Engine as _, EngineName, Job, Sink, SinkError, Stop, Stopped,
    Window,
};
use sphere_io::Format;
use sphere_io::quality::Report;
use sphere_io::read::PointSet;
use sphere_jobs::{Different, Recheck};
use sphere_offload::ladder::{Outcome, Undone, Way};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::encode::{Encoding, PartEncoder};
use super::layout::Part;
use super::request::{Quality, SampleRequest};
use super::{EXECUTED_TRAILER, QUALITY_TRAILER};
use crate::app::{App, Share};
use crate::problem::Problem;
use crate::{engines, limits};

/// A small response, whole: computed here and now.
pub(super) fn whole(
    app: &App,
    request: &SampleRequest,
    way: &Way,
    part: &Part,
    encoding: Encoding,
) -> Result<(Bytes, EngineName), Problem> {
    let mut encoder = PartEncoder::new(request, part, encoding);
    // One block mostly, which needs no copy.
    let mut out = Vec::new();
    let work = PartOf { app, request, way, part, block_bytes: limits::MOST_BLOCK_BYTES };
    let mut begun = None;
    let computed = work.compute(&mut encoder, &mut begun, &Stop::never(), |bytes| {
        out.push(bytes);
        Ok(())
    });
    let outcome = computed.map_err(|cut| {
        tracing::error!(%cut, "a small response failed");
        cut.problem()
    })?;
    let end = encoder.end(None).map_err(|error| {
        tracing::error!(%error, "a small response failed");
        Problem::engine()
    })?;
    if !end.is_empty() {
        out.push(end);
    }
    let engine = outcome.executed.last().map_or_else(|| work.first(), |part| part.engine);
    Ok((if out.len() == 1 { out.remove(0) } else { out.concat().into() }, engine))
}

/// A large response: computed on a thread that waits for whoever reads it. Ready when its first points are,
/// or when there will be none: until then it may be refused; it is told what computed them.
pub(super) async fn body(
    app: &Arc<App>,
    request: &SampleRequest,
    way: &Way,
    part: &Part,
    encoding: Encoding,
) -> Result<(StreamBody, EngineName), Problem> {
    let permits = Arc::new(Permits::take(app, request)?);
    let (sender, receiver) = channel(1);
    let (begin, begun) = oneshot::channel();
    let stop = Stop::never();
    let length = (part.bytes.end != u64::MAX).then(|| part.bytes.end - part.bytes.start);
    let body =
        StreamBody { receiver, stop: stop.clone(), left: length, _permits: Arc::clone(&permits) };

    let app = Arc::clone(app);
    let (request, way, part) = (request.clone(), way.clone(), part.clone());
    app.metrics.streams.inc();
    tokio::task::spawn_blocking(move || {
        let mut encoder = PartEncoder::new(&request, &part, encoding);
        let share = Share::of(&app.memory);
        let block_bytes = share.block_bytes;
        let work = PartOf { app: &app, request: &request, way: &way, part: &part, block_bytes };
        let mut begin = Some(begin);
        let sent = work.compute(&mut encoder, &mut begin, &stop, |bytes| {
            sender.blocking_send(Ok(Frame::data(bytes))).map_err(Into::into)
        });
        let sent = sent.and_then(|outcome| end(&app, &request, &outcome, &mut encoder, &sender));
        if let Err(cut) = sent {
            if let Some(begin) = begin {
                tracing::warn!(%cut, "a response could not begin");
                let _ = begin.send(Err(cut.problem()));
            } else {
                app.metrics.cut();
                tracing::info!(%cut, "a response was cut");
                // Ends the body without its end, which the client notices. Nobody may be listening.
                let _ = sender.blocking_send(Err("the response was cut".into()));
            }
        }
        app.metrics.streams.dec();
        // Held until here as well: a client that has gone does not end the judging of its points.
        drop(permits);
    });
    let engine = begun.await.map_err(|_| Problem::engine())??;
    Ok((body, engine))
}

/// Whoever waits for the first points of a response.
type Begin = oneshot::Sender<Result<EngineName, Problem>>;

/// Why a response has no end.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error(transparent)]
    Undone(#[from] Box<Undone>),
    #[error("it cannot be written: {0}")]
    Unwritten(SinkError),
    #[error("its points cannot be judged: {0}")]
    Unjudged(Stopped),
}

impl Cut {
    /// What a client is told that has got nothing yet.
    fn problem(&self) -> Problem {
        match self {
            Self::Undone(undone) if matches!(undone.cause, Cause::Engine(_)) => {
                Problem::engines_failed()
            }
            Self::Undone(undone) if is_different(&undone.cause) => Problem::different(),
            _ => Problem::engine(),
        }
    }
}

/// Whether points were computed again and are not what they were.
fn is_different(cause: &Cause) -> bool {
    matches!(cause, Cause::Sink(error) if error.is::<Different>())
}

/// A part of a response, and what computes it.
struct PartOf<'a> {
    app: &'a App,
    request: &'a SampleRequest,
    way: &'a Way,
    part: &'a Part,
    block_bytes: usize,
}

impl PartOf<'_> {
    /// The engine of first choice.
    fn first(&self) -> EngineName {
        engines::first(self.app, self.way)
    }

    /// An answer that fails is the client's trouble; a result that is another is the operator's.
    fn look(&self, undone: &Undone) {
        if is_different(&undone.cause) {
            tracing::error!(%undone, "a result was computed again and is not what it was");
            if let Some(jobs) = &self.app.jobs {
                jobs.metrics.different();
            }
        }
    }

    /// Computes the rows of the part and passes their bytes on, after the head. Of a result the last bytes are
    /// passed on when everything has been compared, so that a body which ends is right.
    fn compute(
        &self,
        encoder: &mut PartEncoder,
        begin: &mut Option<Begin>,
        stop: &Stop,
        mut send: impl FnMut(Bytes) -> Result<(), SinkError>,
    ) -> Result<Outcome, Cut> {
        // A compressor gives nothing until it has enough, and a part may have no head and no end.
        let mut pass = |bytes: Bytes| if bytes.is_empty() { Ok(()) } else { send(bytes) };
        let known = self.request.known.as_deref();
        let mut held = Bytes::new();
        let mut send = |bytes: Bytes| {
            let is_held = known.is_some() && !bytes.is_empty();
            pass(if is_held { std::mem::replace(&mut held, bytes) } else { bytes })
        };
        let job = rows_of(&self.request.job, self.part.rows.clone());
        let first = job.range().start - self.request.job.range().start;
        let recheck = known.map(|chunks| Recheck::new(chunks, &self.request.job, first));
        encoder.begin(self.part).and_then(&mut send).map_err(Cut::Unwritten)?;
        let (engine, block_bytes) = (self.first(), self.block_bytes);
        let is_held = recheck.is_some();
        let mut sink =
            PartSink { encoder, send: &mut send, block_bytes, engine, begin, is_held, recheck };
        let done = self.app.offload.ladder().run(self.way, &job, &mut sink, stop);
        let outcome = done.inspect_err(|undone| self.look(undone))?;
        if let Some(begin) = begin.take() {
            // There are no points, or those that are there are held.
            let first = outcome.executed.first();
            let _ = begin.send(Ok(first.map_or_else(|| self.first(), |part| part.engine)));
        }
        pass(held).map_err(Cut::Unwritten)?;
        self.app.metrics.computed(self.request.parameters.scheme(), &outcome.report);
        Ok(outcome)
    }
}

/// The end of the document, and of the report where one is asked for, and what is told in trailers.
fn end(
    app: &App,
    request: &SampleRequest,
    outcome: &Outcome,
    encoder: &mut PartEncoder,
    sender: &Sender<Result<Frame<Bytes>, SinkError>>,
) -> Result<(), Cut> {
    let report = match request.quality {
        Quality::Left => None,
        Quality::Json | Quality::Trailer => Some(judge(app, &request.job).map_err(Cut::Unjudged)?),
    };
    let inside = report.as_ref().filter(|_| request.quality == Quality::Json);
    let bytes = encoder.end(inside).map_err(Cut::Unwritten)?;
    let send =
        |frame| sender.blocking_send(Ok(frame)).map_err(|error| Cut::Unwritten(error.into()));
    if !bytes.is_empty() {
        send(Frame::data(bytes))?;
    }
    let mut trailers = HeaderMap::new();
    let mut tell = |name, value: String| {
        let value = HeaderValue::try_from(value).map_err(|error| Cut::Unwritten(error.into()))?;
        trailers.insert(HeaderName::from_static(name), value);
        Ok::<_, Cut>(())
    };
    if let Some(report) = report.filter(|_| request.quality == Quality::Trailer) {
        tell(QUALITY_TRAILER, report.to_string())?;
    }
    if request.takes_trailers {
        tell(EXECUTED_TRAILER, engines::executed(&outcome.executed))?;
        send(Frame::trailers(trailers))?;
    }
    Ok(())
}

/// The quality of the points of a job, which are computed again, on the CPU in f64: they are few, and
/// were sent in whatever form.
fn judge(app: &App, job: &Job) -> Result<serde_json::Value, Stopped> {
    let job = job.native();
    let mut points = CollectColumns::new(job.columns());
    app.offload.cpu().run(&job, &mut points, &Stop::never())?;
    let points = PointSet::of_shape(job.shape(), points.columns);
    match Report::of(&points, &**app.offload.cpu()) {
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
    /// What computes the blocks that come next.
    engine: EngineName,
    /// Who waits for the first of them.
    begin: &'a mut Option<Begin>,
    /// The block that comes next is not sent before another has come.
    is_held: bool,
    /// Compares the points, where they are known.
    recheck: Option<Recheck>,
}

impl<F: FnMut(Bytes) -> Result<(), SinkError>> Sink for PartSink<'_, F> {
    fn window(&self) -> Window {
        Window { blocks: 2, block_bytes: self.block_bytes }
    }

    fn lend(&mut self) -> Block {
        self.encoder.lend()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        if let Some(recheck) = &mut self.recheck {
            recheck.add(block.bytes())?;
        }
        let bytes = self.encoder.block(block)?;
        // Where the block after one that is held is wrong, there still may be an answer that says so.
        let is_held = std::mem::take(&mut self.is_held);
        if let Some(begin) = self.begin.take_if(|_| !is_held) {
            // Nobody waits where the client has gone: then sending fails as well.
            let _ = begin.send(Ok(self.engine));
        }
        (self.send)(bytes)
    }

    fn computed_by(&mut self, engine: EngineName) {
        self.engine = engine;
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
