//! How jobs come in.

use std::time::Duration;

use serde_json::json;
use sphere_offload::queue::{
    BlobId, JobResult, JobState, Limits, NewJob, Outcome, Progress, QueueError, Submitted,
};

use crate::stand::{Make, SECOND, Stand, chunks, job, keyed};

pub(crate) fn a_job_goes_its_way(make: Make) {
    let stand = Stand::new(make);
    let id = stand.submit(job("ada"));
    let view = stand.queue.view(id).unwrap();
    assert_eq!((view.state, view.position, view.worker), (JobState::Queued, Some(0), None));
    assert_eq!((view.kind, view.parameters), ("sample".to_owned(), job("ada").parameters));

    stand.clock.pass(SECOND);
    let leased = stand.queue.lease("worker 7", Duration::ZERO).unwrap().unwrap();
    assert_eq!((leased.job.id, leased.lasts), (id, 10 * SECOND));
    let view = stand.queue.view(id).unwrap();
    assert_eq!((view.state, view.worker.as_deref()), (JobState::Running, Some("worker 7")));
    assert!(view.updated > view.created && view.position.is_none());
    assert_eq!(stand.lease(), None);

    stand.queue.heartbeat(leased.token, chunks(0, 4)).unwrap();
    let view = stand.queue.view(id).unwrap();
    assert_eq!(view.progress, Progress { done: 400, total: 1000 });
    stand.queue.finish(leased.token, chunks(4, 10), Outcome::Recipe).unwrap();
    let view = stand.queue.view(id).unwrap();
    assert_eq!((view.state, view.progress.done, view.worker), (JobState::Done, 1000, None));
    let Some(JobResult::Recipe { points: 1000, chunks }) = view.result else { panic!() };
    let wanted: Vec<u64> = (0..10).map(|chunk| chunk ^ 0xABCD).collect();
    assert_eq!((chunks.points, chunks.checksums.0), (100, wanted));
    assert_eq!(stand.count(JobState::Done), 1);
}

pub(crate) fn a_batch_is_kept_whole_or_not_at_all(make: Make) {
    let stand = Stand::with(make, Limits { per_submitter: 4, ..Limits::default() });
    let missing = NewJob { inputs: vec![BlobId::of(b"not stored")], ..job("ada") };
    let batches = [vec![job("bob"), missing], vec![job("ada"); 5]];
    for batch in batches {
        stand.queue.submit(batch).unwrap_err();
        assert_eq!(stand.count(JobState::Queued), 0);
    }
    let submitted = stand.queue.submit((0..4).map(numbered).collect()).unwrap();
    for (number, Submitted { id, new }) in submitted.into_iter().enumerate() {
        assert!(new);
        assert_eq!(stand.queue.view(id).unwrap().parameters, json!(number), "order of the answer");
    }
    assert_eq!(stand.queue.submit(Vec::new()), Ok(Vec::new()));
}

fn numbered(number: u64) -> NewJob {
    NewJob { parameters: json!(number), ..job("ada") }
}

pub(crate) fn a_key_is_one_job(make: Make) {
    let stand = Stand::new(make);
    let answers = stand.queue.submit(vec![keyed("ada", "k"), keyed("ada", "k")]).unwrap();
    let id = answers[0].id;
    assert_eq!(answers, [Submitted { id, new: true }, Submitted { id, new: false }]);
    let other = stand.submit(keyed("bob", "k"));
    assert_ne!(other, id, "keys of different submitters have nothing to do with each other");
    let another = NewJob { total: 999, ..keyed("ada", "k") };
    let used = QueueError::KeyUsed { key: "k".to_owned(), id };
    assert_eq!(stand.queue.submit(vec![job("ada"), another]), Err(used));
    assert_eq!(stand.count(JobState::Queued), 2);

    let leased = stand.take();
    stand.queue.finish(leased.token, chunks(0, 10), Outcome::Recipe).unwrap();
    let again = stand.queue.submit(vec![keyed("ada", "k")]).unwrap();
    assert_eq!(again, [Submitted { id, new: false }], "also when it has ended");
    stand.clock.pass(61 * SECOND);
    stand.queue.expire().unwrap();
    let fresh = stand.queue.submit(vec![keyed("ada", "k")]).unwrap();
    assert!(fresh[0].new && fresh[0].id != id, "until it is forgotten");
}

pub(crate) fn bounds_are_named(make: Make) {
    let limits = Limits { unfinished: 3, per_submitter: 2, batch: 4, ..Limits::default() };
    let stand = Stand::with(make, limits);
    stand.submit(job("ada"));
    stand.submit(job("ada"));
    let quota = QueueError::Quota { submitter: "ada".to_owned(), limit: 2 };
    assert_eq!(stand.queue.submit(vec![job("ada")]), Err(quota));
    stand.submit(job("bob"));
    assert_eq!(stand.queue.submit(vec![job("cyd")]), Err(QueueError::Full { limit: 3 }));
    let large = QueueError::TooLarge { what: "jobs of one submission", size: 5, limit: 4 };
    assert_eq!(stand.queue.submit(vec![job("dan"); 5]), Err(large));

    let stand = Stand::with(make, Limits { kept: 1, ..Limits::default() });
    let id = stand.submit(job("ada"));
    stand.queue.cancel(id).unwrap();
    assert_eq!(stand.queue.submit(vec![job("ada")]), Err(QueueError::Kept { limit: 1 }));

    let stand = Stand::with(make, Limits { blob_bytes: 4, blobs_bytes: 6, ..Limits::default() });
    let large = QueueError::TooLarge { what: "bytes to store", size: 5, limit: 4 };
    assert_eq!(stand.queue.put(b"12345"), Err(large));
    stand.queue.put(b"1234").unwrap();
    assert_eq!(stand.queue.put(b"abc"), Err(QueueError::Stored { limit: 6 }));
    stand.queue.put(b"1234").unwrap();
    assert_eq!(stand.queue.counts().unwrap().blob_bytes, 4);
}

/// Whatever ends a job makes room for another, and so does taking it back.
pub(crate) fn places_become_free(make: Make) {
    let stand = Stand::with(make, Limits { unfinished: 1, attempts: 1, ..Limits::default() });
    for end in 0..4 {
        let id = stand.submit(job("ada"));
        assert_eq!(stand.queue.submit(vec![job("bob")]), Err(QueueError::Full { limit: 1 }));
        let token = stand.take().token;
        assert_eq!(stand.queue.submit(vec![job("bob")]), Err(QueueError::Full { limit: 1 }));
        match end {
            0 => stand.queue.finish(token, chunks(0, 10), Outcome::Recipe).unwrap(),
            1 => stand.queue.cancel(id).unwrap(),
            2 => {
                let error =
                    sphere_offload::queue::Refusal { code: String::new(), detail: String::new() };
                stand.queue.fail(token, error).unwrap();
            }
            _ => assert_eq!(stand.queue.give_up(token, "tired"), Ok(JobState::Dead)),
        }
    }
    let dead = stand.queue.dead(None, 10).unwrap().jobs[0].id;
    let id = stand.submit(job("ada"));
    assert_eq!(stand.queue.retry(dead), Err(QueueError::Full { limit: 1 }));
    assert_eq!(stand.state(dead), JobState::Dead);
    stand.queue.cancel(id).unwrap();
    stand.queue.retry(dead).unwrap();
}

pub(crate) fn what_cannot_be_is_refused(make: Make) {
    let stand = Stand::new(make);
    let hours = Duration::from_hours(24 * 31);
    let (blobs, long) = (vec![BlobId::of(b""); 17], "x".repeat(257));
    let table = [
        (NewJob { kind: String::new(), ..job("ada") }, "the kind is empty"),
        (job(""), "the submitter is empty"),
        (job(&long), "the submitter: 257, but 256 is the most"),
        (keyed("ada", ""), "the idempotency key is empty"),
        (keyed("ada", &long), "the idempotency key: 257"),
        (NewJob { parameters: json!("x".repeat(65_535)), ..job("ada") }, "parameters: 65537"),
        (NewJob { inputs: blobs, ..job("ada") }, "inputs: 17, but 16"),
        (NewJob { expires_after: hours, ..job("ada") }, "expiry: 2678400, but 2592000"),
    ];
    for (job, wanted) in table {
        let error = stand.queue.submit(vec![job]).unwrap_err().to_string();
        assert!(error.contains(wanted) && !error.contains('\n'), "{error:?} for {wanted:?}");
    }
    stand.queue.lease("", Duration::ZERO).unwrap_err();
    assert_eq!(stand.count(JobState::Queued), 0);
}
