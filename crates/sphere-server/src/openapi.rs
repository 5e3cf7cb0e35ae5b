//! The service described: an `OpenAPI` 3.1 document, made from the names that the service itself uses.

mod jobs;

use std::iter;

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value, json};
use sphere_engine::{EngineName, SampleParameters, SchemeKind};
use sphere_io::Format;
use sphere_io::read::PointColumns;
use sphere_math::sampling::{MAX_LATTICE_POINTS, SOBOL_DIMENSIONS};

use crate::app::App;
use crate::body::{Response, whole};

pub(crate) fn document(app: &App) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    whole(StatusCode::OK, headers, describe(app.config.max_points, &app.config.engines).to_string())
}

fn describe(max_points: u64, engines: &[EngineName]) -> Value {
    let mut paths = Map::new();
    for scheme in SchemeKind::ALL {
        let described = sample(scheme, max_points, engines);
        paths.insert(format!("/v1/sample/{scheme}"), json!({ "get": described }));
    }
    paths.insert("/v1/nearest/fibonacci".into(), json!({ "post": nearest(engines) }));
    let plain = |summary: &str, media_type: &str| {
        json!({ "get": {
            "summary": summary,
            "responses": {
                "200": { "description": "As asked for", "content": { media_type: {} } },
                "413": problem("The request has a body"),
            },
        } })
    };
    let mut metrics = plain("Metrics", "application/openmetrics-text");
    metrics["get"]["responses"]["401"] = problem("A token is needed");
    let mut ready = plain("Whether work is accepted", "application/json");
    ready["get"]["responses"]["503"] = json!({ "description": "No engine accepts work" });
    paths.insert("/health".into(), plain("Whether the process is alive", "application/json"));
    paths.insert("/ready".into(), ready);
    paths.insert("/metrics".into(), metrics);
    let mut engines = plain("What the engines are in, the first choice first", "application/json");
    engines["get"]["responses"]["401"] = problem("A token is needed");
    paths.insert("/v1/engines".into(), engines);
    paths.extend(jobs::paths().map(|(path, described)| (path.to_string(), described)));
    paths.insert("/openapi.json".into(), plain("This document", "application/json"));
    let mut schemas = jobs::schemas();
    schemas.insert("Problem".to_string(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sphere",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Points on the unit sphere",
            "description": "Every answer under /v1/sample and /v1/nearest is a pure function of its request: the same bytes \
                from any machine, for ever, within one draw version (x-sphere-draws). Points of \
                engine=wgpu alone are within 2^-21 of them, and not to be kept. x-sphere-engine says \
                what computed.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{}, { "token": [] }],
    })
}

fn sample(scheme: SchemeKind, max_points: u64, engines: &[EngineName]) -> Value {
    let mut parameters: Vec<Value> =
        scheme.parameters().iter().map(|name| parameter(scheme, name, max_points)).collect();
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
    parameters.push(json!({
        "name": "format", "in": "query",
        "description": "By default what Accept prefers, else json",
        "schema": { "type": "string", "enum": formats },
    }));
    parameters.push(engine(engines));
    parameters.push(json!({
        "name": "quality", "in": "query",
        "description": "Judge the points as well, up to a million of them: in JSON under quality, \
            else in the trailer x-sphere-quality, for requests with TE: trailers",
        "schema": { "type": "boolean", "default": false },
    }));
    let mut content = Map::new();
    for media_type in Format::ALL.map(Format::media_type) {
        let name = media_type.split(';').next().unwrap_or(media_type);
        content.insert(name.to_string(), json!({}));
    }
    json!({
        "summary": summary(scheme),
        "operationId": format!("sample_{scheme}"),
        "parameters": parameters,
        "responses": {
            "200": { "description": "The points, streamed", "headers": executed(), "content": content },
            "206": {
                "description": "The bytes that Range asks for (raw, npy and ply; not of wgpu)",
                "headers": executed(),
            },
            "202": jobs::instead(),
            "304": { "description": "If-None-Match names the current ETag; wgpu has none" },
            "400": problem("A parameter that cannot be"),
            "401": problem("A token is needed"),
            "406": problem("No format that Accept allows"),
            "413": problem("The request has a body"),
            "416": problem("Range lies outside"),
            "429": jobs::quota(),
            "503": problem("Busy, or every engine has failed (Retry-After says when to try again), or no such engine here"),
        },
    })
}

/// Which engine computes: one of those that the service uses, whether they are on this machine or not.
fn engine(engines: &[EngineName]) -> Value {
    let used = EngineName::ALL.into_iter().filter(|name| engines.contains(name));
    let names: Vec<&str> = iter::once("auto").chain(used.map(EngineName::as_str)).collect();
    json!({
        "name": "engine", "in": "query",
        "description": "Which engine computes: auto takes the fastest of those that compute the same \
            bits; wgpu computes f32 in native coordinates",
        "schema": { "type": "string", "enum": names, "default": "auto" },
    })
}

/// What every answer with results says of itself.
fn executed() -> Value {
    json!({
        "x-sphere-engine": {
            "description": "Which engine computed the first points: cpu, wgpu, cuda, or scripted in a \
                drill. Of nearest points all engines, separated by commas. To requests with TE: \
                trailers, the trailer x-sphere-executed says which computed what",
            "schema": { "type": "string" },
        },
    })
}

/// The nearest point of the lattice.
fn nearest(engines: &[EngineName]) -> Value {
    let text = |name: &str, description: &str, schema: Value| {
        json!({
            "name": name, "in": "query", "required": name == "total",
            "description": description, "schema": schema,
        })
    };
    let whole =
        json!({ "type": "integer", "minimum": 1, "maximum": MAX_LATTICE_POINTS, "example": 1000 });
    let formats = ["csv", "npy", "raw", "json"];
    let kinds = PointColumns::ALL.map(PointColumns::name);
    let rows =
        json!({ "type": "array", "items": { "type": "array", "items": { "type": "number" } } });
    let binary = json!({});
    json!({
        "summary": "The lattice point nearest to each direction of the body",
        "description": "A direction is a row: x, y, z of any length but 0, or angles. The body is JSON \
            (an array of rows, or an answer of this service), CSV, Parquet, Arrow, npy, PLY, or raw f64 \
            x, y, z. The answer has an index for each row, in their order.",
        "operationId": "nearest_fibonacci",
        "parameters": [
            text("total", "Points of the whole lattice", whole),
            text("placement", "Where the lattice puts its points", json!({ "type": "string" })),
            text("as", "What the columns are; by default as they are named", json!({ "type": "string", "enum": kinds })),
            text("format", "By default what Accept prefers, else json", json!({ "type": "string", "enum": formats })),
            engine(engines),
        ],
        "requestBody": { "required": true, "content": {
            "application/json": { "schema": rows, "example": [[0, 0, 1], [1, 2, 3]] },
            "text/csv": binary, "application/octet-stream": binary,
            "application/vnd.apache.parquet": binary, "application/vnd.apache.arrow.file": binary,
            "application/vnd.apache.arrow.stream": binary,
        } },
        "responses": {
            "200": { "description": "The indices", "headers": executed(), "content": {
                "application/json": {}, "text/csv": {}, "application/octet-stream": {},
            } },
            "202": jobs::instead(),
            "400": problem("A parameter or a body that cannot be"),
            "401": problem("A token is needed"),
            "406": problem("No format that Accept allows"),
            "408": problem("The body did not arrive in time"),
            "413": problem("The body is too large"),
            "415": problem("No media type that is read"),
            "429": jobs::quota(),
            "503": problem("Busy, or every engine has failed (Retry-After says when to try again), or no such engine here"),
        },
    })
}

fn summary(scheme: SchemeKind) -> &'static str {
    match scheme {
        SchemeKind::Fibonacci => "The spherical Fibonacci lattice: even directions, any number",
        SchemeKind::Disk => "The Fibonacci lattice of the unit disk",
        SchemeKind::Random => "Independent, uniform random directions",
        SchemeKind::Sobol => "The Sobol sequence, of directions or in the cube",
        SchemeKind::Pixels => "The centres of the HEALPix pixels of an order",
    }
}

/// The description and the range of a parameter.
fn parameter(scheme: SchemeKind, name: &str, max_points: u64) -> Value {
    let whole =
        |least: u64, most: u64| json!({ "type": "integer", "minimum": least, "maximum": most });
    let is_lattice = matches!(scheme, SchemeKind::Fibonacci | SchemeKind::Disk);
    let (description, schema) = match name {
        "count" => ("How many points", whole(0, max_points)),
        "start" => ("The index of the first point", whole(0, u64::MAX)),
        "total" => {
            ("Points of the whole lattice; start + count by default", whole(1, MAX_LATTICE_POINTS))
        }
        "seed" => ("Which sequence; for sobol, with a scramble", whole(0, u64::MAX)),
        "randomisation" => ("Which independent randomisation, with a scramble", whole(0, u64::MAX)),
        "dimensions" => {
            ("Points of the cube instead of directions", whole(1, SOBOL_DIMENSIONS.into()))
        }
        "order" => ("Nside = 2^order", whole(0, 29)),
        "placement" => (
            "quadrature, packing, spacing, or offset:<e> with e from 0 to 2^52",
            json!({ "type": "string", "pattern": "^(quadrature|packing|spacing|offset:[0-9]+(\\.[0-9]+)?)$" }),
        ),
        "method" => ("How random words become a direction", choices("method")),
        "scramble" => ("How the sequence is randomised", choices("scramble")),
        "ordering" => ("How pixels are numbered", choices("ordering")),
        "columns" => ("Coordinates; angles are of directions only", choices("columns")),
        _ => ("The type of the values", choices("precision")),
    };
    let has_default_count = scheme == SchemeKind::Pixels || is_lattice;
    let required = name == "order" || (name == "count" && !has_default_count);
    json!({
        "name": name, "in": "query", "required": required,
        "description": description, "schema": schema,
    })
}

fn choices(parameter: &str) -> Value {
    let names = SampleParameters::choices(parameter).unwrap_or_default();
    json!({ "type": "string", "enum": names, "default": names.first() })
}

fn problem(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": schema } },
    })
}

/// RFC 9457, with a stable code and the parameter to change.
fn problem_schema() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": text, "title": text, "status": { "type": "integer" },
            "detail": text, "code": text, "parameter": text,
            "state": { "$ref": "#/components/schemas/JobState" },
            "error": { "$ref": "#/components/schemas/Refusal" },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sphere_engine::{EngineName, SchemeKind};

    use super::describe;
    use crate::route::Route;

    #[test]
    fn every_parameter_of_every_scheme_is_described() {
        let document = describe(1_000, &[EngineName::Wgpu, EngineName::Scripted, EngineName::Cpu]);
        for scheme in SchemeKind::ALL {
            let described = &document["paths"][format!("/v1/sample/{scheme}")]["get"]["parameters"];
            let names: Vec<&str> = described
                .as_array()
                .unwrap()
                .iter()
                .map(|parameter| parameter["name"].as_str().unwrap())
                .collect();
            assert_eq!(names[..names.len() - 3], *scheme.parameters());
            assert_eq!(names[names.len() - 3..], ["format", "engine", "quality"]);
            let engines = &described[names.len() - 2]["schema"]["enum"];
            assert_eq!(*engines, serde_json::json!(["auto", "cpu", "wgpu"]));
        }
    }

    #[test]
    fn every_route_of_jobs_is_described_with_its_methods() {
        let document = describe(1_000, &[EngineName::Cpu]);
        for (path, described) in document["paths"].as_object().unwrap() {
            let route = Route::of(path);
            assert_ne!(route, Route::Unknown, "{path}");
            let described = described.as_object().unwrap().keys().map(|name| name.to_uppercase());
            let methods = route.methods().split(", ").filter(|method| *method != "HEAD");
            assert_eq!(described.collect::<BTreeSet<_>>(), methods.map(str::to_owned).collect());
        }
        let text = document.to_string();
        for name in text.split("#/components/schemas/").skip(1) {
            let name = name.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}
