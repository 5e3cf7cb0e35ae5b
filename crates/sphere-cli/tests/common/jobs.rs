//! Jobs over HTTP, as a client has them done.

#![allow(dead_code)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::http::{Answer, Service};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A file for a queue, and services that share it.
pub(crate) struct Kept(pub(crate) TempDir);

impl Kept {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn start(&self, arguments: &str) -> Service {
        Service::start(&format!("{} {arguments}", self.argument()))
    }

    /// A service that sees no device, whatever the machine has, and is to use nothing else.
    pub(crate) fn start_blind(&self, arguments: &str) -> Service {
        let arguments = format!("{} --engines cuda {arguments}", self.argument());
        Service::start_with(&arguments, &[("CUDA_VISIBLE_DEVICES", "-1")])
    }

    fn argument(&self) -> String {
        format!("--queue sqlite:{}", self.0.path().join("queue.sqlite").display())
    }
}

/// A service of the CPU, with a queue and a worker.
pub(crate) fn cpu() -> (Kept, Service) {
    let kept = Kept::new();
    let service = kept.start("--engines cpu");
    (kept, service)
}

pub(crate) fn post(service: &Service, job: &Value) -> Answer {
    service.post("/v1/jobs", "application/json", job.to_string().as_bytes())
}

/// The id of a job that is taken.
pub(crate) fn submit(service: &Service, job: &Value) -> String {
    let answer = post(service, job);
    assert_eq!(answer.status, 202, "{job}: {answer:?}");
    let document = answer.json();
    let id = document["id"].as_str().unwrap().to_string();
    assert_eq!(answer.header("location"), Some(format!("/v1/jobs/{id}").as_str()));
    assert_eq!(document, json!({ "id": id, "state": "queued" }));
    id
}

pub(crate) fn view(service: &Service, id: &str) -> Value {
    let answer = service.get(&format!("/v1/jobs/{id}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

pub(crate) fn wait_for(service: &Service, id: &str, state: &str) -> Value {
    let started = Instant::now();
    loop {
        let job = view(service, id);
        if job["state"] == state {
            return job;
        }
        assert!(started.elapsed() < PATIENCE, "waited for {state}: {job}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn sample(parameters: &Value) -> Value {
    json!({ "kind": "sample", "parameters": parameters })
}

pub(crate) fn done(service: &Service, job: &Value) -> String {
    let id = submit(service, job);
    wait_for(service, &id, "done");
    id
}

/// The documents of a stream of events, read to its end.
pub(crate) fn events(service: &Service, id: &str) -> Vec<Value> {
    let answer = service.get(&format!("/v1/jobs/{id}/events"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events = answer.text().split_terminator("\n\n").filter(|event| *event != ":");
    let data = |event: &str| {
        let data = event.strip_prefix("event: state\ndata: ").unwrap().to_string();
        serde_json::from_str(&data).unwrap()
    };
    events.map(data).collect()
}
