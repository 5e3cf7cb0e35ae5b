//! Many at once.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use sphere_offload::queue::{JobState, Outcome};

use crate::stand::{MINUTE, Make, Stand, chunks, job};

const SUBMITTERS: usize = 4;
const BATCHES: usize = 5;
const BATCH: usize = 8;
const JOBS: usize = SUBMITTERS * BATCHES * BATCH;

pub(crate) fn each_job_is_done_once_by_many_workers(make: Make) {
    let stand = Stand::new(make);
    let (acknowledged, done) = (Mutex::new(BTreeSet::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for submitter in 0..SUBMITTERS {
            let (queue, acknowledged) = (&stand.queue, &acknowledged);
            scope.spawn(move || {
                for _ in 0..BATCHES {
                    let batch = vec![job(&format!("submitter {submitter}")); BATCH];
                    let ids = queue.submit(batch).unwrap().into_iter().map(|kept| kept.id);
                    acknowledged.lock().unwrap().extend(ids);
                }
            });
        }
        for worker in 0..4 {
            let (queue, done) = (&stand.queue, &done);
            scope.spawn(move || {
                let worker = format!("worker {worker}");
                while done.lock().unwrap().len() < JOBS {
                    let patience = Duration::from_millis(20);
                    let Some(leased) = queue.lease(&worker, patience).unwrap() else { continue };
                    // Some jobs come back a few times first.
                    if leased.job.id.as_bytes()[0] % 4 == 0 && leased.token.fence % 2 == 0 {
                        queue.release(leased.token).unwrap();
                        continue;
                    }
                    queue.finish(leased.token, chunks(0, 10), Outcome::Recipe).unwrap();
                    done.lock().unwrap().push(leased.job.id);
                }
            });
        }
    });
    let (acknowledged, done) = (acknowledged.into_inner().unwrap(), done.into_inner().unwrap());
    assert_eq!((done.len(), acknowledged.len()), (JOBS, JOBS));
    assert_eq!(done.into_iter().collect::<BTreeSet<_>>(), acknowledged);
    assert_eq!(stand.count(JobState::Done), JOBS as u64);
}

pub(crate) fn a_worker_that_waits_hears_of_a_job(make: Make) {
    let stand = Stand::new(make);
    thread::scope(|scope| {
        let waits = scope.spawn(|| {
            let leased = stand.queue.lease("worker", MINUTE).unwrap();
            (leased.unwrap().job.id, Instant::now())
        });
        thread::sleep(Duration::from_millis(50));
        let id = stand.submit(job("ada"));
        let submitted = Instant::now();
        let (leased, at) = waits.join().unwrap();
        assert_eq!(leased, id);
        assert!(at.saturating_duration_since(submitted) < Duration::from_secs(5));
    });
    let began = Instant::now();
    assert_eq!(stand.queue.lease("worker", Duration::from_millis(150)), Ok(None));
    assert!(began.elapsed() >= Duration::from_millis(150));
}
