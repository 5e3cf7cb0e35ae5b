//! What is kept, and for how long.

use std::collections::BTreeSet;
use std::time::Duration;

use sphere_offload::queue::{
    Beat, BlobId, Expired, Filter, JobId, JobState, JobView, Limits, NewJob, Outcome, QueueError,
    Refusal,
};

use crate::stand::{MINUTE, Make, SECOND, Stand, chunks, job, short_pauses};

pub(crate) fn results_expire(make: Make) {
    let stand = Stand::new(make);
    let [done, waits] = [stand.submit(job("ada")), stand.submit(job("ada"))];
    stand.queue.finish(stand.take().token, chunks(0, 10), Outcome::Recipe).unwrap();
    let expires = stand.queue.view(done).unwrap().expires.unwrap();
    stand.clock.pass(59 * SECOND);
    assert_eq!(stand.queue.expire(), Ok(Expired::default()));
    // Also over an end of the process.
    let stand = stand.reopened();
    stand.clock.pass(SECOND);
    assert_eq!(sphere_offload::queue::Clock::wall(&*stand.clock), expires);
    assert_eq!(stand.queue.expire(), Ok(Expired { jobs: 1, blobs: 0, more: false }));
    assert_eq!(stand.queue.view(done), Err(QueueError::UnknownJob { id: done }));
    assert_eq!((stand.state(waits), stand.count(JobState::Done)), (JobState::Queued, 0));
    let waited = stand.queue.counts().unwrap().oldest_queued;
    assert_eq!(waited, Some(MINUTE));
}

pub(crate) fn stored_bytes_live_as_long_as_their_jobs(make: Make) {
    let stand = Stand::new(make);
    let put = |bytes: &[u8]| stand.queue.put(bytes).unwrap();
    let [input, result, unused] = [put(b"an input"), put(b"a result"), put(b"unused")];
    assert_eq!(input, BlobId::of(b"an input"));
    assert_eq!((put(b"unused"), stand.queue.counts().unwrap().blobs), (unused, 3));
    // The same input twice is one.
    stand.submit(NewJob { inputs: vec![input, input], total: 0, ..job("ada") });
    let leased = stand.take();
    assert_eq!(leased.job.inputs, [input, input]);
    let outcome = Outcome::Stored { blob: result };
    stand.queue.finish(leased.token, Beat::default(), outcome).unwrap();

    let there = || [input, result, unused].map(|blob| stand.queue.get(blob).is_ok());
    stand.clock.pass(30 * SECOND);
    stand.queue.expire().unwrap();
    assert_eq!(there(), [true; 3]);
    stand.clock.pass(Duration::from_hours(1));
    // The job first, then what it needed: in one call or in two.
    let first = stand.queue.expire().unwrap();
    let second = stand.queue.expire().unwrap();
    assert_eq!((first.jobs + second.jobs, first.blobs + second.blobs), (1, 3));
    assert_eq!(there(), [false; 3]);
    assert_eq!(stand.queue.get(input), Err(QueueError::UnknownBlob { id: input }));
    let counts = stand.queue.counts().unwrap();
    assert_eq!((counts.blobs, counts.blob_bytes), (0, 0));
}

pub(crate) fn lists_have_pages(make: Make) {
    let stand = Stand::new(make);
    let ids: Vec<JobId> = (0..5).map(|_| stand.submit(job("ada"))).collect();
    let bobs = stand.submit(job("bob"));
    stand.queue.cancel(ids[1]).unwrap();
    let all = |filter: Filter| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = stand.queue.list(&Filter { after, limit: 2, ..filter.clone() }).unwrap();
            assert!(page.jobs.len() <= 2);
            found.extend(page.jobs.into_iter().map(|job| job.id));
            after = page.next;
            if after.is_none() {
                return found;
            }
        }
    };
    let newest: Vec<JobId> = [bobs].into_iter().chain(ids.iter().rev().copied()).collect();
    assert_eq!(all(Filter::default()), newest);
    let submitter = Some("bob".to_owned());
    assert_eq!(all(Filter { submitter: submitter.clone(), ..Filter::default() }), [bobs]);
    let state = Some(JobState::Cancelled);
    assert_eq!(all(Filter { state, ..Filter::default() }), [ids[1]]);
    assert_eq!(all(Filter { state, submitter, ..Filter::default() }), []);
    let odd = Filter { after: Some(u64::MAX), limit: usize::MAX, ..Filter::default() };
    assert_eq!(stand.queue.list(&odd).unwrap().jobs.len(), 6);
}

/// Jobs of three submitters in all states, and some that pause.
pub(crate) fn lists_are_filtered(make: Make) {
    let stand = Stand::with(make, Limits { attempts: 2, ..short_pauses() });
    let names = ["ada", "bob", "eve"];
    for number in 0..24 {
        let id = stand.submit(job(names[number % 3]));
        let Some(leased) = stand.lease() else { continue };
        let (queue, token) = (&stand.queue, leased.token);
        match number / 3 {
            0 | 1 => queue.give_up(token, "first").map(drop).unwrap(),
            2 => queue.finish(token, chunks(0, 10), Outcome::Recipe).unwrap(),
            3 => {
                let (code, detail) = ("no".to_owned(), String::new());
                queue.fail(token, Refusal { code, detail }).unwrap();
            }
            4 => queue.release(token).unwrap(),
            5 => queue.cancel(id).unwrap(),
            6 => stand.clock.pass(2 * SECOND),
            _ => queue.give_up(token, "again").map(drop).unwrap(),
        }
    }
    let list = |filter| stand.queue.list(&filter).unwrap();
    let all = list(Filter { limit: 99, ..Filter::default() }).jobs;
    let states: BTreeSet<_> = all.iter().map(|view| view.state).collect();
    assert!(all.len() == 24 && states.len() == 6, "{states:?}");
    let states = JobState::ALL.into_iter().map(Some).chain([None]);
    for (state, submitter) in states.flat_map(|state| {
        names.map(|name| (state, Some(name.to_owned()))).into_iter().chain([(state, None)])
    }) {
        let fits = |view: &&JobView| {
            state.is_none_or(|state| view.state == state)
                && submitter.as_ref().is_none_or(|name| view.submitter == *name)
        };
        let wanted: Vec<JobId> = all.iter().filter(fits).map(|view| view.id).collect();
        for limit in [1, 3, 99] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = list(Filter { state, submitter: submitter.clone(), after, limit });
                found.extend(page.jobs.iter().map(|view| view.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(found, wanted, "{state:?} {submitter:?} {limit}");
        }
    }
}

pub(crate) fn unknown_names(make: Make) {
    let stand = Stand::new(make);
    let id = JobId::from_bytes([7; 16]);
    let unknown = QueueError::UnknownJob { id };
    assert_eq!(stand.queue.view(id), Err(unknown.clone()));
    assert_eq!(stand.queue.cancel(id), Err(unknown.clone()));
    assert_eq!(stand.queue.retry(id), Err(unknown));
    assert!(stand.queue.get(BlobId::of(b"nothing")).is_err());
}
