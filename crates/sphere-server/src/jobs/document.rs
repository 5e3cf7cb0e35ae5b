//! A job as its document. Times are in milliseconds since 1970, as everywhere in this service.

use serde_json::{Value, json};
use sphere_offload::queue::{Chunks, JobState, JobView};

/// All that a client is told of a job. Of its checksums only how many there are.
pub(super) fn of(view: &JobView) -> Value {
    let result = (view.state == JobState::Done).then(|| format!("/v1/jobs/{}/result", view.id));
    json!({
        "id": view.id,
        "state": view.state,
        "kind": view.kind,
        "parameters": view.parameters,
        "submitter": view.submitter,
        "progress": view.progress,
        "chunks": view.chunks.as_ref().map(chunks),
        "failed_attempts": view.failed_attempts,
        "attempts": view.attempts,
        "position": view.position,
        "worker": view.worker,
        "engine": view.executed.last().map(|span| &span.engine),
        "executed": view.executed,
        "created": view.created,
        "updated": view.updated,
        "expires": view.expires,
        "error": view.error,
        "result": result,
    })
}

fn chunks(chunks: &Chunks) -> Value {
    json!({ "points": chunks.points, "done": chunks.checksums.0.len() })
}
