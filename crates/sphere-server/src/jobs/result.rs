//! `GET /v1/jobs/{id}/result`: what came of a job.

use std::sync::Arc;

use hyper::http::request::Parts;
use sphere_io::Format;
use sphere_jobs::{Kind, SampleTask, Task};
use sphere_offload::queue::{BlobId, Chunks, JobResult, JobState, JobView};

use super::stored;
use crate::app::App;
use crate::body::Response;
use crate::problem::Problem;
use crate::sample::{self, once, parse_format};

/// What came of a job that is done.
enum Came {
    /// Points: computed again for whoever wants them, and compared.
    Points(Box<SampleTask>, Chunks),
    /// Bytes that are stored.
    Bytes(Kind, BlobId),
}

pub(crate) async fn result(app: &Arc<App>, name: &str, asked: &Parts) -> Result<Response, Problem> {
    let (jobs, id) = (super::of(app)?, super::id(name)?);
    let format = format(asked.uri.query().unwrap_or(""))?;
    let view = jobs.call(1, move |queue| queue.view(id).map_err(|e| Problem::queue(&e))).await?;
    if view.state != JobState::Done {
        return Err(Problem::no_result(&view));
    }
    match came(view)? {
        Came::Points(task, chunks) => sample::result(app, &task, chunks, format, asked).await,
        Came::Bytes(kind, blob) => stored::result(app, jobs, kind, blob, format, asked).await,
    }
}

/// The parameters are read anew: another version may have written them.
fn came(view: JobView) -> Result<Came, Problem> {
    match (Task::parse(&view.kind, &view.parameters), view.result) {
        (Ok(Task::Sample(task)), Some(JobResult::Recipe { chunks, .. })) => {
            Ok(Came::Points(Box::new(task), chunks))
        }
        (Ok(task), Some(JobResult::Stored { blob, .. })) => Ok(Came::Bytes(task.kind(), blob)),
        (task, _) => {
            let (id, kind, error) = (view.id, view.kind, task.err());
            tracing::error!(%id, kind, ?error, "the result of a job cannot be read");
            Err(Problem::unreadable_result())
        }
    }
}

/// The only parameter of a result.
fn format(query: &str) -> Result<Option<Format>, Problem> {
    let mut format = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "format" => once("format", &mut format, parse_format(&value)?)?,
            name => return Err(Problem::unknown_parameter(name, "format")),
        }
    }
    Ok(format)
}
