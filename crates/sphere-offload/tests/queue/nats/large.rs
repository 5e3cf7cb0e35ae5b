//! What is large: bytes of many messages, and records of many checksums.

use std::time::Duration;

use sphere_offload::queue::{
    Beat, Executed, JobResult, JobState, Limits, NewChunks, NewJob, Outcome, Queue as _,
};

use super::broken::opened;
use super::server::{Cluster, SYNCED, is_there};
use crate::stand::job;

#[test]
fn bytes_of_many_messages() {
    if !is_there() {
        return;
    }
    let servers = Cluster::start(1, SYNCED, "");
    let queues = [opened(&servers, "large"), opened(&servers, "large")];
    for size in [0, 1, (512 << 10) - 1, 512 << 10, (512 << 10) + 1, 5_000_000] {
        let bytes: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let id = queues[0].put(&bytes).unwrap();
        assert_eq!(queues[1].put(&bytes).unwrap(), id);
        assert!(queues[1].get(id).unwrap() == bytes, "{size}");
    }
    let counts = queues[1].counts().unwrap();
    assert_eq!((counts.blobs, counts.blob_bytes), (6, 1 + 3 * (512 << 10) + 5_000_000));
}

/// The largest that limits allow fits in one message.
#[test]
fn a_job_with_all_that_it_can_have() {
    if !is_there() {
        return;
    }
    let servers = Cluster::start(1, SYNCED, "");
    let queue = opened(&servers, "all");
    let limits = Limits::default();
    let total = limits.chunks as u64;
    let parameters = serde_json::json!("\u{1}".repeat(limits.parameter_bytes / 6 - 1));
    let inputs: Vec<_> = (0..16_u8).map(|byte| queue.put(&[byte]).unwrap()).collect();
    let submitter = "\u{1}".repeat(256);
    let new = NewJob { parameters, inputs, total, submitter: submitter.clone(), ..job("ada") };
    let id = queue.submit(vec![new]).unwrap()[0].id;
    let leased = queue.lease(&submitter, Duration::from_secs(5)).unwrap().unwrap();
    let executed = (0..64).map(|at| Executed {
        engine: format!("{}{at:02}", "\u{1}".repeat(254)),
        from: at,
        to: at + 1,
    });
    let checksums = vec![u64::MAX; limits.chunks];
    let chunks = Some(NewChunks { points: 1, from: 0, checksums });
    let beat = Beat { done: total, chunks, executed: executed.collect() };
    queue.heartbeat(leased.token, beat.clone()).unwrap();
    queue.finish(leased.token, beat, Outcome::Recipe).unwrap();
    let view = queue.view(id).unwrap();
    assert_eq!((view.state, view.executed.len()), (JobState::Done, 64));
    assert!(matches!(view.result, Some(JobResult::Recipe { points, .. }) if points == total));
}
