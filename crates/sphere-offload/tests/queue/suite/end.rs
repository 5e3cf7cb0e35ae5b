//! How jobs end: once.

use sphere_offload::queue::{
    Beat, Executed, Held, JobResult, JobState, Limits, NewChunks, NewJob, Outcome, QueueError,
    Refusal,
};

use crate::stand::{Make, Stand, chunks, job};

fn refusal() -> Refusal {
    Refusal { code: "too_many_points".to_owned(), detail: "10^30 points".to_owned() }
}

pub(crate) fn a_job_ends_once(make: Make) {
    let stand = Stand::new(make);
    let id = stand.submit(job("ada"));
    let token = stand.take().token;
    let blob = stand.queue.put(b"a result").unwrap();
    stand.queue.finish(token, Beat::default(), Outcome::Stored { blob }).unwrap();
    let ended = stand.queue.view(id).unwrap();
    assert_eq!(ended.result, Some(JobResult::Stored { blob, bytes: 8 }));

    let lost = QueueError::LeaseLost { id };
    let again = stand.queue.finish(token, Beat::default(), Outcome::Stored { blob });
    assert_eq!(again, Err(lost.clone()));
    assert_eq!(stand.queue.fail(token, refusal()), Err(lost.clone()));
    assert_eq!(stand.queue.give_up(token, ""), Err(lost.clone()));
    assert_eq!(stand.queue.release(token), Err(lost));
    assert_eq!(stand.queue.heartbeat(token, chunks(0, 1)), Ok(Held::Lost));
    for wrong in [stand.queue.cancel(id), stand.queue.retry(id)] {
        assert!(matches!(wrong, Err(QueueError::State { state: JobState::Done, .. })), "{wrong:?}");
    }
    assert_eq!(stand.queue.view(id).unwrap(), ended);
}

pub(crate) fn cancelled_jobs_stop(make: Make) {
    let stand = Stand::new(make);
    let [queued, running] = [stand.submit(job("ada")), stand.submit(job("bob"))];
    let first = stand.take();
    stand.queue.release(first.token).unwrap();
    stand.queue.cancel(queued).unwrap();
    let leased = stand.take();
    assert_eq!(leased.job.id, running, "the other is not leased");
    stand.queue.cancel(running).unwrap();
    stand.queue.cancel(running).unwrap();
    assert_eq!(stand.queue.heartbeat(leased.token, chunks(0, 1)), Ok(Held::Cancelled));
    assert_eq!(stand.queue.heartbeat(first.token, chunks(0, 1)), Ok(Held::Lost));
    let finish = stand.queue.finish(leased.token, chunks(0, 10), Outcome::Recipe);
    assert_eq!(finish, Err(QueueError::LeaseLost { id: running }));
    assert_eq!((stand.lease(), stand.count(JobState::Cancelled)), (None, 2));
    assert!(stand.queue.view(running).unwrap().expires.is_some());
}

pub(crate) fn failed_jobs_stay_failed(make: Make) {
    let stand = Stand::new(make);
    let id = stand.submit(job("ada"));
    stand.queue.fail(stand.take().token, refusal()).unwrap();
    let view = stand.queue.view(id).unwrap();
    assert_eq!((view.state, view.error), (JobState::Failed, Some(refusal())));
    let retry = stand.queue.retry(id);
    assert!(matches!(retry, Err(QueueError::State { state: JobState::Failed, .. })), "{retry:?}");
    assert_eq!(stand.lease(), None);
}

pub(crate) fn dead_jobs_come_back(make: Make) {
    let stand = Stand::with(make, Limits { attempts: 1, ..Limits::default() });
    let id = stand.submit(job("ada"));
    let token = stand.take().token;
    stand.queue.heartbeat(token, chunks(0, 6)).unwrap();
    assert_eq!(stand.queue.give_up(token, "no memory"), Ok(JobState::Dead));
    stand.queue.retry(id).unwrap();
    let leased = stand.take();
    assert_eq!((leased.job.id, leased.job.progress.done), (id, 600));
    assert_eq!((leased.job.failed_attempts, leased.job.attempts.len()), (0, 1));
    assert_eq!((leased.job.error, leased.job.expires), (None, None));
    stand.queue.finish(leased.token, chunks(6, 10), Outcome::Recipe).unwrap();
}

pub(crate) fn a_recipe_needs_all_its_chunks(make: Make) {
    let stand = Stand::new(make);
    let id = stand.submit(job("ada"));
    let token = stand.take().token;
    for beat in [Beat::default(), Beat { done: 1000, ..Beat::default() }, chunks(0, 9)] {
        let early = stand.queue.finish(token, beat, Outcome::Recipe);
        assert!(matches!(early, Err(QueueError::Report { .. })), "{early:?}");
        let view = stand.queue.view(id).unwrap();
        assert_eq!((view.state, view.progress.done, view.chunks), (JobState::Running, 0, None));
    }
    let nothing = Outcome::Stored { blob: sphere_offload::queue::BlobId::of(b"not stored") };
    let missing = stand.queue.finish(token, Beat::default(), nothing);
    assert!(matches!(missing, Err(QueueError::UnknownBlob { .. })), "{missing:?}");
    stand.queue.finish(token, chunks(0, 10), Outcome::Recipe).unwrap();

    // Without points there are no chunks to wait for.
    stand.submit(NewJob { total: 0, ..job("ada") });
    let token = stand.take().token;
    let empty = NewChunks { points: 100, from: 0, checksums: Vec::new() };
    let beat = Beat { done: 0, chunks: Some(empty), executed: Vec::new() };
    stand.queue.finish(token, beat, Outcome::Recipe).unwrap();
}

pub(crate) fn reports_that_cannot_be(make: Make) {
    let stand = Stand::with(make, Limits { chunks: 10, ..Limits::default() });
    let id = stand.submit(job("ada"));
    let token = stand.take().token;
    stand.queue.heartbeat(token, chunks(0, 4)).unwrap();
    let new = |points, from, checksums| Beat {
        done: 400,
        chunks: Some(NewChunks { points, from, checksums }),
        executed: Vec::new(),
    };
    let span = |engine: &str, from, to| {
        let engine = engine.to_owned();
        Beat { executed: vec![Executed { engine, from, to }], ..Beat::default() }
    };
    let wrong = [
        Beat { done: 1001, ..Beat::default() },
        new(50, 4, vec![1]),
        new(0, 4, vec![1]),
        new(100, 5, vec![1]),
        new(100, usize::MAX, vec![1]),
        new(100, 3, vec![1]),
        new(100, 4, vec![1; 7]),
        span("cpu", 5, 5),
        span("", 0, 5),
    ];
    let before = stand.queue.view(id).unwrap();
    for beat in wrong {
        let error = stand.queue.heartbeat(token, beat.clone());
        assert!(error.is_err(), "{beat:?}");
        assert_eq!(stand.queue.view(id).unwrap(), before, "{beat:?}");
    }
    stand.queue.heartbeat(token, chunks(2, 6)).unwrap();
    assert_eq!(stand.queue.view(id).unwrap().chunks.unwrap().checksums.0.len(), 6);
}
