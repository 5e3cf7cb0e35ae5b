//! The routes of jobs, described.

use serde_json::{Map, Value, json};
use sphere_engine::SchemeKind;
use sphere_io::Format;
use sphere_jobs::Kind;
use sphere_offload::queue::{JobState, Limits};

use super::problem;
use crate::limits;

/// All of them, by path.
pub(super) fn paths() -> [(&'static str, Value); 5] {
    [
        ("/v1/jobs", json!({ "get": list(), "post": submit() })),
        ("/v1/jobs/{id}", json!({ "get": show(), "delete": cancel() })),
        ("/v1/jobs/{id}/events", json!({ "get": events() })),
        ("/v1/jobs/{id}/result", json!({ "get": result() })),
        ("/v1/jobs/{id}/retry", json!({ "post": retry() })),
    ]
}

/// What they give, by name.
pub(super) fn schemas() -> Map<String, Value> {
    let schemas = [
        ("Submission", submission()),
        ("Submitted", submitted()),
        ("Job", job()),
        ("Jobs", jobs()),
        ("Refusal", refusal()),
        ("JobState", states()),
    ];
    schemas.map(|(name, schema)| (name.to_string(), schema)).into_iter().collect()
}

/// A request that no engine serves, as the other routes say it.
pub(super) fn instead() -> Value {
    taken(
        "No engine can do it now: it is a job, whose result is at result when it is done",
        "Submitted",
    )
}

pub(super) fn quota() -> Value {
    problem("The submitter has too many jobs that are not done (Retry-After)")
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn document(description: &str, name: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": schema(name) } },
    })
}

fn taken(description: &str, name: &str) -> Value {
    let mut taken = document(description, name);
    taken["headers"] = json!({
        "location": { "description": "Where the job is", "schema": { "type": "string" } },
    });
    taken
}

/// The responses that all of these routes have, and some of their own.
fn responses<const N: usize>(own: [(&str, Value); N]) -> Value {
    let unavailable = "Busy, or the queue is full or cannot be reached (Retry-After)";
    let all = [
        ("401", problem("A token is needed")),
        ("404", problem("There is no such job, not any more, or this service has no queue")),
        ("413", problem("The request has a body, or one that is too large")),
        ("503", problem(unavailable)),
    ];
    all.into_iter().chain(own).map(|(status, response)| (status.to_string(), response)).collect()
}

fn id() -> Value {
    json!({
        "name": "id", "in": "path", "required": true,
        "schema": { "type": "string", "pattern": "^[0-9a-f]{32}$" },
    })
}

fn field(name: &str, place: &str, description: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": place, "description": description, "schema": schema })
}

fn submit() -> Value {
    let text = json!({ "type": "string", "minLength": 1, "maxLength": limits::NAME_BYTES });
    let one = schema("Submission");
    let most = Limits::default().batch;
    let all = json!({ "type": "array", "maxItems": most, "items": one });
    let mut taken = taken("On disk, and will be done", "Submitted");
    taken["content"]["application/json"]["schema"] = json!({ "oneOf": [schema("Submitted"), { "type": "array", "items": schema("Submitted") }] });
    json!({
        "summary": "Have work done",
        "description": "One job, or an array of jobs, of which all are kept or none. A sample is points \
            of a scheme, a quality their report, nearest the nearest lattice points of directions: rows \
            [x, y, z], or the name of stored ones. The same idempotency key of the same submitter is the \
            same job. With directions a body may have 64 MiB, if Content-Length says so, else 1 MiB.",
        "operationId": "submit_job",
        "parameters": [
            field("idempotency-key", "header", "As idempotency_key, of one job", &text),
            field("x-sphere-submitter", "header", "As submitter; by default the address of the client", &text),
        ],
        "requestBody": { "required": true, "content": { "application/json": {
            "schema": { "oneOf": [one, all] },
            "example": { "kind": "sample", "parameters": { "scheme": "fibonacci", "count": 1000 } },
        } } },
        "responses": responses([
            ("202", taken),
            ("400", problem("A job that nobody can do; parameter says what to change")),
            ("408", problem("The body did not arrive in time")),
            ("409", problem("The idempotency key is that of another job")),
            ("415", problem("The body is no JSON")),
            ("429", quota()),
        ]),
    })
}

fn list() -> Value {
    let most = Limits::default().page;
    json!({
        "summary": "Jobs, the newest first",
        "operationId": "list_jobs",
        "parameters": [
            field("state", "query", "Only those in this state", &states()),
            field("submitter", "query", "Only those of this submitter", &json!({ "type": "string" })),
            field("after", "query", "The next of the page before",
                &json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX })),
            field("limit", "query", "Jobs of a page", &json!({
                "type": "integer", "minimum": 1, "maximum": most, "default": limits::PAGE,
            })),
        ],
        "responses": responses([
            ("200", document("A page", "Jobs")),
            ("400", problem("A parameter that cannot be")),
        ]),
    })
}

fn show() -> Value {
    json!({
        "summary": "A job",
        "operationId": "show_job",
        "parameters": [id()],
        "responses": responses([("200", document("As it is now", "Job"))]),
    })
}

fn cancel() -> Value {
    json!({
        "summary": "Cancel a job; again is no error",
        "operationId": "cancel_job",
        "parameters": [id()],
        "responses": responses([
            ("204", json!({ "description": "Nobody does it any more" })),
            ("409", problem("It has ended otherwise")),
        ]),
    })
}

fn events() -> Value {
    json!({
        "summary": "Watch a job",
        "description": "Server-sent events: an event state with the document of the job at once and at \
            every change, until it has ended",
        "operationId": "watch_job",
        "parameters": [id()],
        "responses": responses([
            ("200", json!({ "description": "Events", "content": { "text/event-stream": {} } })),
        ]),
    })
}

fn result() -> Value {
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    let types = Format::ALL.map(Format::media_type);
    let types = types.iter().filter_map(|media_type| media_type.split(';').next());
    let content: Map<String, Value> = types.map(|name| (name.to_string(), json!({}))).collect();
    json!({
        "summary": "What came of a job",
        "description": "Of a sample the bytes of /v1/sample with the same parameters, of any number of \
            points: computed again in whole chunks and compared with their checksums; an answer that is \
            another is cut. Of a quality its report. Of nearest the indices, as json, csv, npy or raw.",
        "operationId": "job_result",
        "parameters": [
            id(),
            field("format", "query", "By default what Accept prefers, else json",
                &json!({ "type": "string", "enum": formats })),
        ],
        "responses": responses([
            ("200", json!({ "description": "The result", "content": content })),
            ("206", json!({ "description": "The bytes that Range asks for" })),
            ("304", json!({ "description": "If-None-Match names the current ETag" })),
            ("400", problem("A format that such a result has not")),
            ("406", problem("No format that Accept allows")),
            ("409", problem("Not done yet (Retry-After), or never: error says why")),
            ("410", problem("It was cancelled")),
            ("416", problem("Range lies outside")),
            ("500", problem("The points were computed again and are others")),
        ]),
    })
}

fn retry() -> Value {
    json!({
        "summary": "Queue a dead job again",
        "operationId": "retry_job",
        "parameters": [id()],
        "responses": responses([
            ("202", taken("It goes on where it was", "Submitted")),
            ("409", problem("It is not dead")),
            ("429", quota()),
        ]),
    })
}

fn states() -> Value {
    json!({ "type": "string", "enum": JobState::ALL.map(JobState::name) })
}

fn submission() -> Value {
    let name =
        json!({ "type": ["string", "null"], "minLength": 1, "maxLength": limits::NAME_BYTES });
    let row =
        json!({ "type": "array", "items": { "type": "number" }, "minItems": 3, "maxItems": 3 });
    let seconds = Limits::default().expires_after.as_secs();
    json!({
        "type": "object",
        "required": ["kind", "parameters"],
        "additionalProperties": false,
        "properties": {
            "kind": { "type": "string", "enum": Kind::ALL.map(Kind::name) },
            "parameters": {
                "type": "object",
                "required": ["scheme"],
                "properties": {
                    "scheme": { "type": "string", "enum": SchemeKind::ALL.map(SchemeKind::name) },
                    "directions": { "oneOf": [
                        { "type": "array", "items": row },
                        { "type": "string", "pattern": "^[0-9a-f]{64}$" },
                    ] },
                },
                "additionalProperties": { "type": ["string", "number"] },
            },
            "submitter": name,
            "idempotency_key": name,
            "expires_after_seconds":
                { "type": ["integer", "null"], "minimum": 0, "maximum": seconds },
        },
    })
}

fn submitted() -> Value {
    json!({
        "type": "object",
        "required": ["id", "state"],
        "properties": {
            "id": { "type": "string" },
            "state": schema("JobState"),
            "result": { "type": "string", "description": "Where the result will be" },
        },
    })
}

fn refusal() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object", "required": ["code", "detail"],
        "properties": { "code": text, "detail": text },
    })
}

fn job() -> Value {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 0 }));
    let (no_text, no_number) =
        (json!({ "type": ["string", "null"] }), json!({ "type": ["integer", "null"] }));
    let time = json!({ "type": "integer", "description": "Milliseconds since 1970" });
    let object = |properties: Value| json!({ "type": "object", "properties": properties });
    let list = |properties: Value| json!({ "type": "array", "items": object(properties) });
    let chunks = object(json!({ "points": number, "done": number }));
    let properties = json!({
        "id": text, "state": schema("JobState"), "kind": text, "submitter": text,
        "parameters": { "type": "object" },
        "progress": object(json!({ "done": number, "total": number })),
        "chunks": { "oneOf": [{ "type": "null" }, chunks] },
        "failed_attempts": number,
        "attempts": list(json!({ "worker": text, "began": time, "ended": time, "cause": text })),
        "position": no_number, "worker": no_text, "engine": no_text,
        "executed": list(json!({ "engine": text, "from": number, "to": number })),
        "created": time, "updated": time, "expires": no_number,
        "error": { "oneOf": [{ "type": "null" }, schema("Refusal")] },
        "result": no_text,
    });
    let names: Vec<&String> = properties.as_object().into_iter().flat_map(Map::keys).collect();
    json!({ "type": "object", "required": names, "properties": properties })
}

fn jobs() -> Value {
    json!({
        "type": "object",
        "required": ["jobs", "next"],
        "properties": {
            "jobs": { "type": "array", "items": schema("Job") },
            "next": { "type": ["integer", "null"], "description": "after of the next page" },
        },
    })
}
