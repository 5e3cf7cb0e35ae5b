//! A query and its headers, read.

use std::sync::Arc;

use hyper::HeaderMap;
use hyper::header::{ACCEPT, HeaderValue, RANGE, TE};
use sphere_engine::{EngineChoice, Job, SampleParameters};
use sphere_io::{Format, Header};
use sphere_jobs::SampleTask;
use sphere_offload::queue::Chunks;

use super::tag::{Tag, TagHash};
use crate::limits;
use crate::problem::Problem;
use crate::text::HeaderText;

/// What is asked for: the job, how it is to be written, and where it is to be computed.
#[derive(Clone)]
pub(super) struct SampleRequest {
    pub(super) parameters: SampleParameters,
    pub(super) job: Job,
    pub(super) format: Format,
    pub(super) quality: Quality,
    pub(super) engine: EngineChoice,
    /// Whether the client reads what comes after a response, and does not ask for a part of it.
    pub(super) takes_trailers: bool,
    /// What the points are to be compared with, where they are the result of a job.
    pub(super) known: Option<Arc<Chunks>>,
}

/// Whether the points are judged, and where the report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quality {
    /// They are not.
    Left,
    /// Into the JSON document, after the points.
    Json,
    /// Into a trailer, which the client has said that it reads.
    Trailer,
}

impl Quality {
    fn of(
        asked: Option<bool>,
        format: Format,
        job: &Job,
        takes_trailers: bool,
    ) -> Result<Self, Problem> {
        if asked != Some(true) {
            return Ok(Self::Left);
        }
        let (points, columns) = (job.points(), job.native().columns() as u64);
        let most = limits::JUDGED_POINTS.min(limits::JUDGED_VALUES / columns);
        if points > most {
            return Err(Problem::too_many_to_judge(points, most));
        }
        match format {
            Format::Json => Ok(Self::Json),
            _ if takes_trailers => Ok(Self::Trailer),
            _ => Err(Problem::no_trailers()),
        }
    }
}

impl SampleRequest {
    pub(super) fn parse(scheme: &str, query: &str, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut parameters =
            SampleParameters::parse(scheme, []).map_err(|error| Problem::parameter(&error))?;
        let mut format = None;
        let mut engine = None;
        let mut quality = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "format" => once("format", &mut format, parse_format(&value)?)?,
                "engine" => once("engine", &mut engine, parse_engine(&value)?)?,
                "quality" => once("quality", &mut quality, parse_bool("quality", &value)?)?,
                name => {
                    let set = parameters.set(name, &value);
                    set.map_err(|error| Problem::parameter(&error))?;
                }
            }
        }
        let job = parameters.job().map_err(|error| Problem::parameter(&error))?;
        let format = match format {
            Some(format) => format,
            None => accepted(headers)?,
        };
        let quality = Quality::of(quality, format, &job, reads_trailers(headers))?;
        let takes_trailers = quality == Quality::Trailer || takes_trailers(headers);
        let engine = engine.unwrap_or_default();
        Ok(Self { parameters, job, format, quality, engine, takes_trailers, known: None })
    }

    /// The result of a job.
    pub(super) fn of_result(
        task: &SampleTask,
        chunks: Chunks,
        format: Option<Format>,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let format = match format {
            Some(format) => format,
            None => accepted(headers)?,
        };
        Ok(Self {
            parameters: task.parameters().clone(),
            job: task.job().clone(),
            format,
            quality: Quality::Left,
            engine: EngineChoice::Auto,
            takes_trailers: takes_trailers(headers),
            known: Some(Arc::new(chunks)),
        })
    }

    /// What a file has before its points.
    pub(super) fn header(&self) -> Header {
        Header::new(self.job.column_names(), self.job.points())
            .with_number("draws", self.job.draws())
            .with_texts([("scheme", self.parameters.scheme().name())])
            .with_texts(self.parameters.texts())
    }

    /// A strong entity tag: the hash of all that decides the bytes, where no device does. Engines of the
    /// same bits share it.
    pub(super) fn tag(&self) -> Tag {
        let mut hash = TagHash::new();
        let fixed =
            [env!("CARGO_PKG_VERSION"), self.format.name(), self.parameters.scheme().name()];
        hash.add(&self.job.draws().to_le_bytes());
        for text in fixed {
            hash.add(text.as_bytes());
        }
        if self.quality != Quality::Left {
            hash.add(b"quality");
        }
        for (name, text) in self.parameters.texts() {
            hash.add(name.as_bytes());
            hash.add(text.as_bytes());
        }
        hash.tag()
    }

    /// The name of the file that a browser saves.
    pub(super) fn disposition(&self) -> HeaderValue {
        let scheme = self.parameters.scheme().name();
        let start = HeaderText::new().text("inline; filename=\"").text(scheme).text("-");
        start.decimal(self.job.points()).text(".").text(self.format.suffix()).text("\"").value()
    }
}

/// Whether the client reads what comes after a response, and does not ask for a part of it.
fn takes_trailers(headers: &HeaderMap) -> bool {
    reads_trailers(headers) && !headers.contains_key(RANGE)
}

/// Whether the client has said so.
fn reads_trailers(headers: &HeaderMap) -> bool {
    let given = headers.get(TE).and_then(|value| value.to_str().ok()).unwrap_or("");
    given.split(',').any(|one| one.trim().eq_ignore_ascii_case("trailers"))
}

pub(crate) fn once<T>(name: &'static str, slot: &mut Option<T>, value: T) -> Result<(), Problem> {
    if slot.replace(value).is_some() { Err(Problem::duplicate(name)) } else { Ok(()) }
}

pub(crate) fn parse_format(name: &str) -> Result<Format, Problem> {
    name.parse()
        .map_err(|error: sphere_io::UnknownFormat| Problem::invalid("format", error.to_string()))
}

fn parse_bool(parameter: &'static str, value: &str) -> Result<bool, Problem> {
    value.parse().map_err(|_| {
        let value: String = value.chars().take(64).collect();
        Problem::invalid(parameter, format!("{parameter} is '{value}'; it must be true or false"))
    })
}

pub(crate) fn parse_engine(name: &str) -> Result<EngineChoice, Problem> {
    name.parse().map_err(|error| Problem::parameter(&error))
}

/// The format that `Accept` prefers; JSON where it leaves the choice.
pub(crate) fn accepted(headers: &HeaderMap) -> Result<Format, Problem> {
    const TYPES: [(&str, Format); 9] = [
        ("application/json", Format::Json),
        ("text/csv", Format::Csv),
        ("application/octet-stream", Format::Raw),
        ("application/x-npy", Format::Npy),
        ("application/vnd.apache.parquet", Format::Parquet),
        ("application/vnd.apache.arrow.file", Format::Arrow),
        ("application/*", Format::Json),
        ("text/*", Format::Csv),
        ("*/*", Format::Json),
    ];
    let Some(accept) = headers.get(ACCEPT) else { return Ok(Format::Json) };
    let ranges = accept.to_str().unwrap_or("").split(',');
    let mut best: Option<(f32, Format)> = None;
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or("").to_ascii_lowercase();
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
        let known = TYPES.iter().find(|(known, _)| *known == name);
        if let Some(&(_, format)) = known
            && quality > best.map_or(0.0, |(quality, _)| quality)
        {
            best = Some((quality, format));
        }
    }
    let known = "application/json, text/csv, application/octet-stream (raw), application/x-npy, \
        application/vnd.apache.parquet, application/vnd.apache.arrow.file";
    best.map(|(_, format)| format).ok_or_else(|| Problem::not_acceptable(known))
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use sphere_io::Format;

    use super::{SampleRequest, accepted};

    #[test]
    fn formats_by_accept() {
        let table = [
            ("", None),
            ("*/*", Some(Format::Json)),
            ("text/csv", Some(Format::Csv)),
            ("text/html, text/*;q=0.5, */*;q=0.1", Some(Format::Csv)),
            ("application/octet-stream;q=0.2, application/x-npy", Some(Format::Npy)),
            ("text/csv;q=0", None),
            ("image/png", None),
            ("Application/JSON", Some(Format::Json)),
        ];
        for (accept, expected) in table {
            let mut headers = HeaderMap::new();
            headers.insert("accept", accept.parse().unwrap());
            assert_eq!(accepted(&headers).ok(), expected, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()).ok(), Some(Format::Json));
    }

    #[test]
    fn tags_tell_responses_apart() {
        let tag = |query: &str| {
            SampleRequest::parse("random", query, &HeaderMap::new()).ok().unwrap().tag()
        };
        let first = tag("count=10&seed=1");
        assert_eq!(first, tag("seed=1&count=10"), "the order of a query changes nothing");
        assert_eq!(first, tag("seed=1&count=1e1&engine=cpu"));
        for other in
            ["count=10", "count=10&seed=2", "count=10&seed=1&format=csv", "count=11&seed=1"]
        {
            assert_ne!(first, tag(other), "{other}");
        }
    }
}
