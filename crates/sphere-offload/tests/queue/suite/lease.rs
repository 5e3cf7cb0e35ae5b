//! Who gets which job, and for how long.

use std::time::Duration;

use sphere_offload::queue::{Held, JobState, Limits, Outcome, QueueError};

use crate::stand::{MINUTE, Make, SECOND, Stand, chunks, job, short_pauses};

/// The submitters of the jobs that are leased next.
fn served(stand: &Stand, most: usize) -> String {
    (0..most).map_while(|_| stand.lease()).map(|leased| leased.job.submitter).collect()
}

pub(crate) fn submitters_take_turns(make: Make) {
    let stand = Stand::new(make);
    stand.queue.submit(vec![job("a"); 6]).unwrap();
    stand.queue.submit(vec![job("b"); 2]).unwrap();
    assert_eq!(served(&stand, 3), "aba");
    stand.queue.submit(vec![job("c"); 3]).unwrap();
    assert_eq!(served(&stand, 99), "bacacaca"[..8].to_owned());
}

/// If nobody else submits, jobs are leased in the order of their positions.
pub(crate) fn positions_come_true(make: Make) {
    let stand = Stand::new(make);
    for (submitter, jobs) in [("a", 4), ("b", 1), ("c", 3)] {
        stand.queue.submit(vec![job(submitter); jobs]).unwrap();
    }
    stand.take();
    for submitter in ["b", "d", "b"] {
        stand.submit(job(submitter));
    }
    let page = stand.queue.list(&sphere_offload::queue::Filter { limit: 99, ..Default::default() });
    let queued = page.unwrap().jobs.into_iter().filter(|job| job.state == JobState::Queued);
    let mut positions: Vec<_> =
        queued.map(|job| (stand.queue.view(job.id).unwrap().position.unwrap(), job.id)).collect();
    positions.sort_unstable();
    for (wanted, (position, id)) in positions.into_iter().enumerate() {
        assert_eq!((position, stand.take().job.id), (wanted as u64, id));
    }
}

pub(crate) fn a_silent_worker_loses_its_job(make: Make) {
    let stand = Stand::with(make, short_pauses());
    let id = stand.submit(job("ada"));
    let first = stand.take();
    stand.queue.heartbeat(first.token, chunks(0, 3)).unwrap();
    stand.clock.pass(10 * SECOND);
    stand.queue.expire().unwrap();
    let view = stand.queue.view(id).unwrap();
    assert_eq!((view.state, view.failed_attempts, view.worker), (JobState::Queued, 1, None));
    assert_eq!(view.attempts[0].cause, "the worker was silent for 10 s");
    assert_eq!(stand.lease(), None, "it pauses");

    let late = QueueError::LeaseLost { id };
    let finish = || stand.queue.finish(first.token, chunks(0, 10), Outcome::Recipe);
    assert_eq!(finish(), Err(late.clone()));
    stand.clock.pass(2 * SECOND);
    let second = stand.take();
    assert!(second.token.fence > first.token.fence);
    assert_eq!(second.job.progress.done, 300, "it goes on where it was");
    assert_eq!(second.job.chunks.unwrap().checksums.0.len(), 3);
    assert_eq!(stand.queue.heartbeat(first.token, chunks(0, 9)), Ok(Held::Lost));
    assert_eq!(finish(), Err(late.clone()));
    assert_eq!(stand.queue.give_up(first.token, ""), Err(late.clone()));
    assert_eq!(stand.queue.release(first.token), Err(late));
    stand.queue.finish(second.token, chunks(3, 10), Outcome::Recipe).unwrap();
    assert_eq!(stand.state(id), JobState::Done);
}

pub(crate) fn heartbeats_keep_a_job(make: Make) {
    let stand = Stand::new(make);
    stand.submit(job("ada"));
    let leased = stand.take();
    for _ in 0..10 {
        stand.clock.pass(Duration::from_millis(9_999));
        assert_eq!(stand.queue.heartbeat(leased.token, chunks(0, 1)), Ok(Held::Yes));
        assert_eq!(stand.lease(), None);
    }
    stand.queue.finish(leased.token, chunks(0, 10), Outcome::Recipe).unwrap();
}

pub(crate) fn attempts_pause_and_end(make: Make) {
    let stand = Stand::with(make, Limits { attempts: 3, ..Limits::default() });
    let id = stand.submit(job("ada"));
    for (attempt, cause) in ["first", "second", "third"].into_iter().enumerate() {
        let token = stand.take().token;
        let state = stand.queue.give_up(token, cause).unwrap();
        if attempt == 2 {
            assert_eq!(state, JobState::Dead);
            continue;
        }
        assert_eq!((state, stand.lease()), (JobState::Queued, None));
        // One second, doubled with every attempt, and chance takes up to half of it.
        let whole = SECOND * 2_u32.pow(attempt as u32);
        stand.clock.pass(whole * 49 / 100);
        assert_eq!(stand.lease(), None, "{cause}");
        stand.clock.pass(whole * 51 / 100);
    }
    let dead = stand.queue.dead(None, 10).unwrap().jobs;
    let causes: Vec<_> = dead[0].attempts.iter().map(|attempt| &*attempt.cause).collect();
    assert_eq!((dead[0].id, causes), (id, vec!["first", "second", "third"]));
    assert_eq!(dead[0].error.as_ref().unwrap().detail, "third");
    stand.clock.pass(MINUTE / 2);
    assert_eq!(stand.lease(), None);
}

pub(crate) fn a_released_job_is_free_at_once(make: Make) {
    let stand = Stand::new(make);
    let id = stand.submit(job("ada"));
    for _ in 0..9 {
        let leased = stand.take();
        stand.queue.heartbeat(leased.token, chunks(0, 2)).unwrap();
        stand.queue.release(leased.token).unwrap();
    }
    let view = stand.queue.view(id).unwrap();
    assert_eq!((view.state, view.failed_attempts, view.progress.done), (JobState::Queued, 0, 200));
}

/// A clock that is set does not end a lease, nor keep one, nor a result.
pub(crate) fn clocks_that_are_set_change_nothing(make: Make) {
    let stand = Stand::with(make, short_pauses());
    let hour = Duration::from_hours(1);
    let done = stand.submit(job("ada"));
    stand.queue.finish(stand.take().token, chunks(0, 10), Outcome::Recipe).unwrap();
    let id = stand.submit(job("ada"));
    let leased = stand.take();
    stand.clock.set_forward(hour);
    assert_eq!(stand.queue.heartbeat(leased.token, chunks(0, 1)), Ok(Held::Yes));
    assert_eq!(stand.queue.expire().unwrap().jobs, 0);
    assert_eq!((stand.state(id), stand.state(done)), (JobState::Running, JobState::Done));
    stand.clock.set_back(2 * hour);
    stand.clock.pass(10 * SECOND);
    stand.queue.expire().unwrap();
    assert_eq!(stand.state(id), JobState::Queued);
    stand.clock.pass(2 * SECOND);
    let again = stand.take();
    assert_eq!(again.job.id, id);
    stand.queue.finish(again.token, chunks(1, 10), Outcome::Recipe).unwrap();
    // One result is a minute old, then the other, whatever the time of day was.
    let expired = [0, 48, 12].map(|seconds| {
        stand.clock.pass(seconds * SECOND);
        stand.queue.expire().unwrap().jobs
    });
    assert_eq!(expired, [0, 1, 1]);
}

/// Whoever opens the queue again gives the workers of before the time of one lease.
pub(crate) fn a_lease_outlives_the_process(make: Make) {
    let stand = Stand::with(make, short_pauses());
    let [lives, silent] = [stand.submit(job("ada")), stand.submit(job("ada"))];
    let tokens = [stand.take().token, stand.take().token];
    stand.clock.pass(9 * SECOND);
    let stand = stand.reopened();
    stand.clock.pass(9 * SECOND);
    assert_eq!(stand.queue.heartbeat(tokens[0], chunks(0, 1)), Ok(Held::Yes));
    stand.clock.pass(SECOND);
    stand.queue.expire().unwrap();
    assert_eq!((stand.state(lives), stand.state(silent)), (JobState::Running, JobState::Queued));
}
