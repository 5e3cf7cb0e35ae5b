//! `POST /v1/nearest/{scheme}`: directions in, lattice indices out.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use sphere_engine::{Cause, EngineChoice, NearestJob, Stop, Work};
use sphere_io::read::{PointColumns, PointSet, RawShape, ReadError, ReadOptions, read_stream};
use sphere_io::{Format, IndexEncoder, Precision};

use crate::app::App;
use crate::body::{Response, whole};
use crate::problem::Problem;
use crate::sample::{accepted, once, parse_engine, parse_format};
use crate::{engines, jobs, limits, sample, upload};

/// The media types of bodies.
const TYPES: [(&str, Option<Format>); 6] = [
    ("application/json", Some(Format::Json)),
    ("text/csv", Some(Format::Csv)),
    ("application/vnd.apache.parquet", Some(Format::Parquet)),
    ("application/vnd.apache.arrow.file", Some(Format::Arrow)),
    ("application/vnd.apache.arrow.stream", Some(Format::Arrow)),
    // npy and ply by their first bytes, else raw.
    ("application/octet-stream", None),
];

/// Indices that are encoded at a time.
const AT_ONCE: usize = 1 << 13;

/// What is asked for.
struct NearestRequest {
    job: NearestJob,
    format: Format,
    encoder: IndexEncoder,
    columns: Option<PointColumns>,
    reading: ReadOptions,
    engine: EngineChoice,
    submitter: String,
}

pub(crate) async fn nearest(
    app: &Arc<App>,
    scheme: &str,
    request: &Parts,
    peer: IpAddr,
    body: Incoming,
) -> Result<Response, Problem> {
    let asked = NearestRequest::parse(scheme, request, peer)?;
    if app.is_draining() {
        return Err(Problem::draining());
    }
    // An engine that is not here is told before the body has come, unless the work may become a job.
    let work = Work::Nearest { job: &asked.job, directions: 0 };
    match engines::way(app, asked.engine, &work).await {
        Err(problem) if !(problem.is_of_all_engines() && asked.can_wait(app)) => {
            return Err(problem);
        }
        _ => {}
    }
    let permit = Arc::clone(&app.bodies).try_acquire_owned().map_err(|_| Problem::busy())?;
    let bytes = upload::read(app, body, limits::BODY_BYTES, Problem::body_too_large).await?;
    let app = Arc::clone(app);
    // Off the reactor: a full body takes a good part of a second.
    let found = tokio::task::spawn_blocking(move || {
        let found = asked.answer(&bytes, &app);
        drop(permit);
        found
    });
    found.await.map_err(|error| {
        tracing::error!(%error, "finding nearest points failed");
        Problem::engine()
    })?
}

impl NearestRequest {
    fn parse(scheme: &str, request: &Parts, peer: IpAddr) -> Result<Self, Problem> {
        let (mut format, mut columns, mut engine) = (None, None, None);
        let mut pairs = Vec::new();
        let query = request.uri.query().unwrap_or("");
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "format" => once("format", &mut format, parse_format(&value)?)?,
                "engine" => once("engine", &mut engine, parse_engine(&value)?)?,
                "as" => once("as", &mut columns, parse_columns(&value)?)?,
                _ => pairs.push((name, value)),
            }
        }
        let pairs = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let job = NearestJob::parse(scheme, pairs).map_err(|error| Problem::parameter(&error))?;
        let format = match format {
            Some(format) => format,
            None => accepted(&request.headers)?,
        };
        let encoder = IndexEncoder::new(format)
            .map_err(|error| Problem::invalid("format", error.to_string()))?;
        let (engine, reading) = (engine.unwrap_or_default(), reading(request)?);
        let submitter = jobs::submitter(&request.headers, peer)?;
        Ok(Self { job, format, encoder, columns, reading, engine, submitter })
    }

    /// Whether another engine may do it another time.
    fn can_wait(&self, app: &App) -> bool {
        self.engine == EngineChoice::Auto && app.jobs.is_some()
    }

    /// The indices; where no engine finds them now, the job that will.
    fn answer(self, body: &[u8], app: &App) -> Result<Response, Problem> {
        let table = read_stream(body, &self.reading).map_err(|error| refused(&error))?;
        let points = PointSet::of(table, self.columns);
        let directions = points.and_then(PointSet::directions);
        let [x, y, z] = directions.map_err(|error| Problem::body(error.to_string()))?;
        match self.find(app, [&x, &y, &z]) {
            Ok((engine, found)) => Ok(self.found(engine, &found)),
            Err(problem) => match &app.jobs {
                Some(jobs) if problem.is_of_all_engines() && self.can_wait(app) => {
                    let (directions, format) = ([&*x, &*y, &*z], self.format);
                    let submitter = &self.submitter;
                    jobs::nearest_instead(jobs, &self.job, directions, format, submitter, problem)
                }
                _ => Err(problem),
            },
        }
    }

    /// The indices, and what found them.
    fn find(&self, app: &App, directions: [&[f64]; 3]) -> Result<(HeaderValue, Vec<u64>), Problem> {
        let mut found = vec![0; directions[0].len()];
        let work = Work::Nearest { job: &self.job, directions: found.len() as u64 };
        let ladder = app.offload.ladder();
        let way = ladder.way(self.engine, &work).map_err(|error| Problem::no_engine(&error))?;
        let done = ladder.nearest(&way, &self.job, directions, &mut found, &Stop::never());
        let outcome = done.map_err(|undone| match undone.cause {
            Cause::Input(error) => Problem::body(error.to_string()),
            cause => {
                tracing::error!(%cause, "finding nearest points failed");
                if matches!(cause, Cause::Engine(_)) {
                    Problem::engines_failed()
                } else {
                    Problem::engine()
                }
            }
        })?;
        Ok((engines::headers(app, &way, &outcome.executed), found))
    }

    fn found(self, engine: HeaderValue, found: &[u64]) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(self.format.media_type())),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (sample::ENGINE, engine),
            (sample::DRAWS, HeaderValue::from(sphere_math::DRAW_VERSION)),
        ];
        whole(StatusCode::OK, headers, encoded(self.encoder, found))
    }
}

/// Indices as a whole file.
pub(crate) fn encoded(mut encoder: IndexEncoder, indices: &[u64]) -> Vec<u8> {
    let mut bytes = encoder.begin(indices.len() as u64);
    for some in indices.chunks(AT_ONCE) {
        bytes.extend(encoder.indices(some));
    }
    bytes.extend(encoder.end());
    bytes
}

fn parse_columns(name: &str) -> Result<PointColumns, Problem> {
    name.parse()
        .map_err(|error: sphere_io::read::PointsError| Problem::invalid("as", error.to_string()))
}

/// How the body is read, by its media type.
fn reading(request: &Parts) -> Result<ReadOptions, Problem> {
    let given = request.headers.get(CONTENT_TYPE);
    let given = given.and_then(|value| value.to_str().ok()).unwrap_or("application/json");
    let name = given.split(';').next().unwrap_or("").trim();
    let known = TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let Some(&(_, format)) = known else {
        let known: Vec<&str> = TYPES.iter().map(|(known, _)| *known).collect();
        return Err(Problem::media_type(name, &known.join(", ")));
    };
    let raw = format.is_none().then_some(RawShape { columns: 3, precision: Precision::Double });
    Ok(ReadOptions { format, raw, most_values: limits::BODY_VALUES })
}

fn refused(error: &ReadError) -> Problem {
    match error {
        ReadError::TooLarge { .. } => Problem::body_too_large(),
        error => Problem::body(format!("the body cannot be read: {error}")),
    }
}
