//! Workers on a queue in a file, with the CPU.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sphere_engine::{Collect, CpuEngine, Engine as _, EngineName, EngineOptions, NearestJob, Stop};
use sphere_offload::ladder::Unheard as NoEvents;
use sphere_offload::queue::{
    Beat, JobId, JobResult, JobState, JobView, Limits, NewChunks, Queue, SqliteQueue, SystemClock,
};
use sphere_offload::{Offload, OffloadOptions};

use super::{QueueWorker, Report, Unheard};
use crate::{Kind, NearestTask, Recheck, SampleTask, Task, TaskError};

fn queue(folder: &Path) -> Arc<dyn Queue> {
    let limits = Limits { lease: Duration::from_secs(1), ..Limits::default() };
    let path = folder.join("queue.sqlite");
    Arc::new(SqliteQueue::open(&path, limits, Arc::new(SystemClock::default())).unwrap())
}

/// The CPU, or no engine at all, with faults.
fn offload(engine: EngineName, faults: &[&str]) -> Arc<Offload> {
    let cpu = Arc::new(CpuEngine::new(None).unwrap());
    let offload = Offload::start(&OffloadOptions {
        engines: vec![engine],
        cpu,
        devices: EngineOptions::default(),
        #[cfg(target_os = "linux")]
        workers: None,
        verify: None,
        seed: 1,
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        patience: Duration::from_secs(2),
        events: Arc::new(NoEvents),
    });
    Arc::new(offload.unwrap())
}

fn worker(queue: &Arc<dyn Queue>, offload: &Arc<Offload>, name: &str) -> QueueWorker {
    let (queue, offload) = (Arc::clone(queue), Arc::clone(offload));
    QueueWorker::start(queue, offload, name.to_owned(), Arc::new(Unheard)).unwrap()
}

#[allow(clippy::needless_pass_by_value, reason = "a literal at every call")]
fn submit(queue: &Arc<dyn Queue>, kind: &str, parameters: serde_json::Value) -> JobId {
    let task = Task::parse(kind, &parameters).unwrap();
    queue.submit(vec![task.new_job("tester")]).unwrap()[0].id
}

/// Waits until a job is as wanted.
fn until(queue: &Arc<dyn Queue>, id: JobId, wanted: impl Fn(&JobView) -> bool) -> JobView {
    let began = Instant::now();
    loop {
        let view = queue.view(id).unwrap();
        if wanted(&view) {
            return view;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{view:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn ended(view: &JobView) -> bool {
    view.state.is_final()
}

#[test]
fn points_are_computed_once_and_can_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (queue, offload) = (queue(folder.path()), offload(EngineName::Cpu, &[]));
    let parameters = json!({"scheme": "sobol", "count": 200_000, "precision": "f32"});
    let id = submit(&queue, "sample", parameters.clone());
    let _worker = worker(&queue, &offload, "one");
    let view = until(&queue, id, ended);
    assert_eq!(
        (view.state, view.progress.done, view.failed_attempts),
        (JobState::Done, 200_000, 0)
    );
    assert_eq!((view.executed.len(), view.executed[0].to), (1, 200_000));
    let Some(JobResult::Recipe { points: 200_000, chunks }) = view.result else {
        panic!("{:?}", view.result);
    };
    let Task::Sample(task) = Task::parse("sample", &parameters).unwrap() else { panic!() };
    let mut values = Collect::<f32>::default();
    offload.cpu().run(task.job(), &mut values, &Stop::never()).unwrap();
    let rows: &[u8] = bytemuck::cast_slice(&values.values);
    Recheck::new(&chunks, task.job(), 0).add(rows).unwrap();
    let mut other = rows.to_vec();
    other[1_000_000] ^= 4;
    assert!(Recheck::new(&chunks, task.job(), 0).add(&other).is_err());
}

#[test]
fn whoever_takes_a_job_over_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path());
    let (slow, fast) = (offload(EngineName::Cpu, &["slow:cpu:5"]), offload(EngineName::Cpu, &[]));
    let parameters = json!({"scheme": "random", "count": 20_000_000});
    let id = submit(&queue, "sample", parameters);
    let first = worker(&queue, &slow, "first");
    until(&queue, id, |view| view.chunks.is_some());
    let asked = Instant::now();
    drop(first);
    assert!(asked.elapsed() < Duration::from_secs(1), "it was told to end");
    let view = queue.view(id).unwrap();
    let known = view.chunks.unwrap();
    let kept = known.checksums.0.len() as u64 * known.points;
    assert_eq!((view.state, view.failed_attempts), (JobState::Queued, 0), "given back");
    assert!(kept > 0 && kept < 20_000_000, "{kept}");

    let _second = worker(&queue, &fast, "second");
    let view = until(&queue, id, ended);
    assert_eq!(view.state, JobState::Done, "{view:?}");
    let Some(JobResult::Recipe { chunks, .. }) = view.result else { panic!() };
    assert_eq!(chunks.checksums.0[..known.checksums.0.len()], known.checksums.0);
    // The same as undisturbed.
    let id = submit(&queue, "sample", json!({"scheme": "random", "count": "2e7"}));
    let Some(JobResult::Recipe { chunks: undisturbed, .. }) = until(&queue, id, ended).result
    else {
        panic!()
    };
    assert_eq!(chunks, undisturbed);
}

#[test]
fn a_set_is_judged_and_directions_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let (queue, offload) = (queue(folder.path()), offload(EngineName::Cpu, &[]));
    let _worker = worker(&queue, &offload, "one");
    let stored = |id| {
        let view = until(&queue, id, ended);
        let Some(JobResult::Stored { blob, .. }) = view.result else { panic!("{view:?}") };
        queue.get(blob).unwrap()
    };
    let id = submit(&queue, "quality", json!({"scheme": "fibonacci", "count": 2_000}));
    let report: serde_json::Value = serde_json::from_slice(&stored(id)).unwrap();
    assert!(report.to_string().contains("2000"), "{report}");

    let columns = [[0.0, 1.0, 0.3], [0.0, -1.0, 0.2], [1.0, 0.5, -0.9]];
    let blob = queue.put(&NearestTask::pack([&columns[0], &columns[1], &columns[2]])).unwrap();
    let directions = blob.to_string();
    let parameters = json!({"scheme": "fibonacci", "total": 1000, "directions": directions});
    let found = stored(submit(&queue, "nearest", parameters));
    let job = NearestJob::parse("fibonacci", [("total", "1000")]).unwrap();
    for (at, index) in found.chunks(8).enumerate() {
        let direction = [columns[0][at], columns[1][at], columns[2][at]];
        let expected = job.plan().nearest(direction).unwrap();
        assert_eq!(u64::from_le_bytes(index.try_into().unwrap()), expected);
    }

    let blob = queue.put(&NearestTask::pack([&[0.0], &[0.0], &[0.0]])).unwrap();
    let parameters = json!({"scheme": "fibonacci", "total": 1000, "directions": blob.to_string()});
    let view = until(&queue, submit(&queue, "nearest", parameters), ended);
    let error = view.error.unwrap();
    assert_eq!((view.state, error.code.as_str()), (JobState::Failed, "invalid_input"), "{error:?}");
    assert_eq!(view.failed_attempts, 0, "it was not tried again");
}

#[test]
fn who_cancels_is_heard_and_the_next_job_comes() {
    let folder = tempfile::tempdir().unwrap();
    let (queue, offload) = (queue(folder.path()), offload(EngineName::Cpu, &["slow:cpu:5"]));
    let long = submit(&queue, "sample", json!({"scheme": "random", "count": "1e10"}));
    let next = submit(&queue, "sample", json!({"scheme": "random", "count": 10}));
    let _worker = worker(&queue, &offload, "one");
    until(&queue, long, |view| view.state == JobState::Running);
    queue.cancel(long).unwrap();
    assert_eq!(until(&queue, next, ended).state, JobState::Done);
    assert_eq!(queue.view(long).unwrap().state, JobState::Cancelled);
}

#[test]
fn no_engine_costs_no_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path());
    let id = submit(&queue, "sample", json!({"scheme": "random", "count": 10}));
    let none = worker(&queue, &offload(EngineName::Scripted, &[]), "none");
    std::thread::sleep(Duration::from_millis(300));
    let view = queue.view(id).unwrap();
    assert_eq!((view.state, view.attempts.len()), (JobState::Queued, 0), "{view:?}");
    drop(none);
    let _one = worker(&queue, &offload(EngineName::Cpu, &[]), "one");
    assert_eq!(until(&queue, id, ended).state, JobState::Done);
}

#[test]
fn a_job_of_a_later_version_fails_and_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let (queue, offload) = (queue(folder.path()), offload(EngineName::Cpu, &[]));
    let task = Task::parse("sample", &json!({"scheme": "random", "count": 10})).unwrap();
    let mut job = task.new_job("tester");
    job.kind = "transform".to_owned();
    let id = queue.submit(vec![job]).unwrap()[0].id;
    let _worker = worker(&queue, &offload, "one");
    let view = until(&queue, id, ended);
    assert_eq!(view.state, JobState::Failed);
    let error = view.error.unwrap();
    assert_eq!(error.code, "unknown_kind");
    assert!(error.detail.contains("sample, quality, nearest"), "{}", error.detail);
}

#[test]
fn what_others_have_done_is_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let (queue, offload) = (queue(folder.path()), offload(EngineName::Cpu, &[]));
    let id = submit(&queue, "sample", json!({"scheme": "random", "count": 1_000_000}));
    let leased = queue.lease("earlier", Duration::ZERO).unwrap().unwrap();
    // In chunks of a size of its own.
    let chunks = Some(NewChunks { points: 300_000, from: 0, checksums: vec![1, 2] });
    queue.heartbeat(leased.token, Beat { done: 700_000, chunks, executed: vec![] }).unwrap();
    queue.release(leased.token).unwrap();
    let _worker = worker(&queue, &offload, "one");
    let view = until(&queue, id, ended);
    let Some(JobResult::Recipe { chunks, .. }) = view.result else { panic!("{:?}", view.error) };
    assert_eq!((chunks.points, chunks.checksums.0.len()), (300_000, 4));
    assert_eq!(chunks.checksums.0[..2], [1, 2]);
    assert_eq!((view.executed[0].from, view.executed[0].to), (600_000, 1_000_000));
}

#[test]
fn what_is_told_is_news_once() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path());
    let id = submit(&queue, "sample", json!({"scheme": "random", "count": 10}));
    let report = Report::of(&queue.view(id).unwrap());
    report.begin(4, 3, 12);
    report.chunk(7);
    report.done("cpu", 12..14);
    report.done("cpu", 14..16);
    report.done("scripted", 16..18);
    let first = report.beat();
    assert_eq!((first.done, first.executed.len()), (18, 2));
    assert_eq!(first, report.beat(), "nobody has heard it");
    report.chunk(8);
    report.done("scripted", 18..20);
    report.heard(&first);
    let second = report.beat();
    assert_eq!(second.chunks, Some(NewChunks { points: 4, from: 4, checksums: vec![8] }));
    assert_eq!((second.executed[0].from, second.executed[0].to), (16, 20), "one span, that grew");
    report.heard(&second);
    assert_eq!(report.beat().chunks, None);
}

#[test]
fn jobs_that_cannot_be_are_refused_with_what_to_change() {
    let table = [
        ("transform", json!({}), "unknown_kind", "kind", "sample, quality, nearest"),
        ("sample", json!([]), "invalid_parameters", "parameters", "an object"),
        ("sample", json!({}), "invalid_value", "scheme", "fibonacci"),
        ("sample", json!({"scheme": "cube"}), "invalid_value", "scheme", "fibonacci"),
        ("sample", json!({"scheme": "sobol", "count": true}), "invalid_value", "count", "a number"),
        ("sample", json!({"scheme": "sobol", "sneed": 1}), "unknown_parameter", "sneed", "seed"),
        ("sample", json!({"scheme": "sobol"}), "missing_parameter", "count", "needs it"),
        (
            "sample",
            json!({"scheme": "random", "count": "1e13"}),
            "too_many_points",
            "count",
            "1000000000000",
        ),
        (
            "quality",
            json!({"scheme": "random", "count": "1e9"}),
            "too_many_points",
            "count",
            "100000000",
        ),
        (
            "quality",
            json!({"scheme": "random", "count": 9, "precision": "f32"}),
            "parameter_not_for_kind",
            "precision",
            "changes nothing",
        ),
        (
            "nearest",
            json!({"scheme": "fibonacci", "total": 5}),
            "invalid_value",
            "directions",
            "SHA-256",
        ),
        ("nearest", json!({"scheme": "disk", "total": 5}), "no_nearest", "scheme", "fibonacci has"),
    ];
    for (kind, parameters, code, parameter, said) in table {
        let error = Task::parse(kind, &parameters).unwrap_err();
        assert_eq!(
            (error.code(), error.parameter()),
            (code, Some(parameter)),
            "{kind} {parameters}"
        );
        assert!(error.to_string().contains(said), "{error}");
    }
    assert!(
        matches!("x".repeat(1_000).parse::<Kind>(), Err(TaskError::UnknownKind { kind }) if kind.len() == 64)
    );
}

#[test]
fn a_task_is_that_of_its_job() {
    for (kind, parameters) in [
        ("sample", json!({"scheme": "random", "count": "1e11", "seed": 7, "method": "disk"})),
        ("quality", json!({"scheme": "fibonacci", "count": "1e8"})),
    ] {
        let job = Task::parse(kind, &parameters).unwrap().new_job("me");
        let again = Task::parse(&job.kind, &job.parameters).unwrap().new_job("me");
        assert_eq!(again, job);
    }
    let task = SampleTask::new(
        sphere_engine::SampleParameters::parse("random", [("count", "1e11")]).unwrap(),
    );
    assert_eq!(Task::Sample(task.unwrap()).new_job("me").total, 100_000_000_000);
}

#[test]
fn no_points_are_a_result_too() {
    let folder = tempfile::tempdir().unwrap();
    let (queue, offload) = (queue(folder.path()), offload(EngineName::Cpu, &[]));
    let id = submit(&queue, "sample", json!({"scheme": "random", "count": 0}));
    let _worker = worker(&queue, &offload, "one");
    let view = until(&queue, id, ended);
    assert_eq!(view.state, JobState::Done, "{view:?}");
    assert!(matches!(view.result, Some(JobResult::Recipe { points: 0, .. })), "{view:?}");
}
