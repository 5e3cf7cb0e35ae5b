//! Several processes with one queue: each watches, and each may be behind.

use std::thread;
use std::time::Duration;

use sphere_offload::queue::{JobState, NatsQueue, Outcome, Queue as _, QueueError};

use super::broken::{opened, under_load};
use super::server::{Cluster, SYNCED, is_there};
use crate::stand::{chunks, job, keyed};

const PROCESSES: usize = 4;

fn several(name: &str) -> Option<(Cluster, Vec<NatsQueue>)> {
    is_there().then(|| {
        let servers = Cluster::start(1, SYNCED, "");
        let queues = (0..PROCESSES).map(|_| opened(&servers, name)).collect();
        (servers, queues)
    })
}

#[test]
fn each_job_is_done_once_by_several_processes() {
    let Some((_servers, queues)) = several("several") else { return };
    under_load(&queues, || thread::sleep(Duration::from_secs(1)));
}

/// Who is told of a job by one process finds it through another, however far behind that is.
#[test]
fn what_one_has_acknowledged_another_finds() {
    let Some((_servers, queues)) = several("finds") else { return };
    let [one, other, ..] = &queues[..] else { panic!() };
    for number in 0..50 {
        let id = one.submit(vec![job("ada")]).unwrap()[0].id;
        assert_eq!(other.view(id).unwrap().state, JobState::Queued, "{number}");
        other.cancel(id).unwrap();
        assert_eq!(one.view(id).unwrap().state, JobState::Cancelled, "{number}");
    }
    let blob = one.put(b"bytes").unwrap();
    assert_eq!(other.get(blob).unwrap(), b"bytes");
}

#[test]
fn a_key_is_one_job_for_all_processes() {
    let Some((_servers, queues)) = several("keys") else { return };
    for number in 0..20 {
        let key = number.to_string();
        // In another order each, with others around: who comes late is told of the first, and keeps the rest.
        let batch = |process: usize| {
            let mut batch = vec![keyed("ada", &key), job("ada"), keyed("ada", &format!("{key}+"))];
            batch.rotate_left(process % 3);
            batch
        };
        let answers: Vec<_> = thread::scope(|scope| {
            let submit = |(process, queue): (usize, &NatsQueue)| {
                let mut kept = queue.submit(batch(process)).unwrap();
                kept.rotate_right(process % 3);
                kept
            };
            let threads: Vec<_> =
                queues.iter().enumerate().map(|it| scope.spawn(move || submit(it))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        for at in [0, 2] {
            assert!(answers.iter().all(|kept| kept[at].id == answers[0][at].id), "{answers:?}");
            assert_eq!(answers.iter().filter(|kept| kept[at].new).count(), 1, "{answers:?}");
        }
    }
    let counts = queues[0].counts().unwrap();
    // The index is behind by no more than a moment.
    let id = queues[0].submit(vec![job("eve")]).unwrap()[0].id;
    queues[1].view(id).unwrap();
    assert!(counts.jobs[&JobState::Queued] <= 20 * (2 + PROCESSES as u64));
    assert_eq!(
        queues[1].counts().unwrap().jobs[&JobState::Queued],
        20 * (2 + PROCESSES as u64) + 1
    );
}

#[test]
fn only_one_of_many_ends_a_job() {
    let Some((_servers, queues)) = several("ends") else { return };
    for _ in 0..20 {
        let id = queues[0].submit(vec![job("ada")]).unwrap()[0].id;
        let token = queues[0].lease("worker", Duration::from_secs(5)).unwrap().unwrap().token;
        assert_eq!(token.job, id);
        let ended: Vec<_> = thread::scope(|scope| {
            let end = |queue: &NatsQueue| queue.finish(token, chunks(0, 10), Outcome::Recipe);
            let threads: Vec<_> =
                queues.iter().map(|queue| scope.spawn(move || end(queue))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 1, "{ended:?}");
        let lost = Err(QueueError::LeaseLost { id });
        assert_eq!(ended.iter().filter(|ended| **ended == lost).count(), PROCESSES - 1);
    }
}
