//! `GET /v1/jobs`: many jobs, the newest first, a page at a time.

use hyper::StatusCode;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use sphere_offload::queue::Filter;

use super::document;
use crate::app::App;
use crate::body::Response;
use crate::limits;
use crate::problem::Problem;
use crate::sample::once;

pub(crate) async fn list(app: &App, request: &Parts) -> Result<Response, Problem> {
    let jobs = super::of(app)?;
    let filter = filter(request.uri.query().unwrap_or(""), jobs.queue.limits().page)?;
    let page = jobs.call(limits::LIST_CALLS, move |queue| {
        let page = queue.list(&filter).map_err(|error| Problem::queue(&error))?;
        // Here, because checksums of a page take their time to be dropped.
        let documents: Vec<Value> = page.jobs.iter().map(document::of).collect();
        Ok(json!({ "jobs": documents, "next": page.next }))
    });
    Ok(super::json(StatusCode::OK, &page.await?))
}

fn filter(query: &str, most: usize) -> Result<Filter, Problem> {
    let (mut state, mut submitter, mut after, mut limit) = (None, None, None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "state" => {
                let known = value.parse();
                let known = known.map_err(|error: sphere_offload::queue::UnknownState| {
                    Problem::invalid("state", error.to_string())
                })?;
                once("state", &mut state, known)?;
            }
            "submitter" => once("submitter", &mut submitter, value.into_owned())?,
            "after" => once("after", &mut after, number("after", &value, 0, u64::MAX)?)?,
            "limit" => once("limit", &mut limit, number("limit", &value, 1, most as u64)?)?,
            name => {
                return Err(Problem::unknown_parameter(name, "state, submitter, after, limit"));
            }
        }
    }
    let limit = limit.map_or(limits::PAGE, |limit| limit as usize);
    Ok(Filter { state, submitter, after, limit })
}

fn number(parameter: &str, text: &str, least: u64, most: u64) -> Result<u64, Problem> {
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        let text: String = text.chars().take(64).collect();
        let detail =
            format!("{parameter} is '{text}'; it must be a whole number from {least} to {most}");
        Problem::invalid(parameter, detail)
    })
}

#[cfg(test)]
mod tests {
    use sphere_offload::queue::{Filter, JobState};

    use super::filter;

    #[test]
    fn queries() {
        let all = Filter { state: None, submitter: None, after: None, limit: 100 };
        assert_eq!(filter("", 1_000).ok(), Some(all));
        let some = Filter {
            state: Some(JobState::Done),
            submitter: Some("a b".to_owned()),
            after: Some(7),
            limit: 5,
        };
        assert_eq!(filter("limit=5&after=7&state=done&submitter=a+b", 1_000).ok(), Some(some));
        for bad in [
            "state=lost",
            "after=-1",
            "limit=0",
            "limit=1001",
            "limit=ten",
            "limit=5&limit=5",
            "colour=red",
        ] {
            assert!(filter(bad, 1_000).is_err(), "{bad}");
        }
    }
}
