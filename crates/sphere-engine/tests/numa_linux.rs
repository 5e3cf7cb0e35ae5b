//! Threads that are pinned, and pages that move: what only Linux can show.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::num::NonZeroUsize;

use common::topology;
use rustix::thread::{sched_getaffinity, sched_getcpu};
use sphere_engine::memory::{Output, Pages, Values};
use sphere_engine::numa::{Numa, NumaError, Pinning, Relieved, Topology};
use sphere_engine::{CpuEngine, Engine as _, EngineError};
use sphere_math::parallel::{Executor as _, Serial};
use sphere_math::sampling::{Placement, Scheme};

/// This machine as if each half of its processors were a node; `None` with one processor.
fn halves() -> Option<Topology> {
    let set = sched_getaffinity(None).unwrap();
    let cpus: Vec<String> =
        (0..1_024).filter(|&cpu| set.is_set(cpu)).map(|cpu| cpu.to_string()).collect();
    let (low, high) = cpus.split_at(cpus.len() / 2);
    if low.is_empty() {
        return None;
    }
    let (low, high) = (low.join(","), high.join(","));
    Some(topology("0-1", &[(0, &low, 100, 50, "10 20"), (1, &high, 100, 50, "20 10")]))
}

#[test]
fn tasks_run_on_their_nodes_again_and_again() {
    let Some(topology) = halves() else { return };
    for threads in [2, 5, 8] {
        let pinning =
            Pinning::new(&topology, Numa::Auto, NonZeroUsize::new(threads)).unwrap().unwrap();
        let engine = CpuEngine::pinned(pinning.clone()).unwrap();
        assert_eq!(engine.capability().numa.to_string(), "pinned to 0, 1");
        for tasks in [0, 1, 2, 3, 100] {
            let shares = pinning.shares(tasks);
            let ran = engine.map(tasks as usize, |task| {
                std::thread::yield_now();
                (task as u64, sched_getcpu() as u32)
            });
            assert_eq!(ran.len() as u64, tasks);
            for (expected, (task, cpu)) in ran.into_iter().enumerate() {
                assert_eq!(task, expected as u64);
                let place = shares.iter().position(|share| share.contains(&task)).unwrap();
                assert!(pinning.nodes()[place].cpus.contains(&cpu), "task {task} on {cpu}");
            }
        }
    }
}

#[test]
fn a_pinned_engine_changes_no_bit_and_tasks_may_have_tasks() {
    let Some(topology) = halves() else { return };
    let pinning = Pinning::new(&topology, Numa::Auto, NonZeroUsize::new(3)).unwrap().unwrap();
    let engine = CpuEngine::pinned(pinning).unwrap();
    let rows = 700_001;
    let plan = Scheme::Fibonacci { total: rows, placement: Placement::Quadrature }.plan().unwrap();
    let [mut here, mut there] = [(); 2].map(|()| Output::<f64>::new(3, rows).unwrap());
    here.touch(&engine);
    plan.fill_on(&engine, 0..rows, &mut here.columns_mut()).unwrap();
    plan.fill_on(&Serial, 0..rows, &mut there.columns_mut()).unwrap();
    assert!(here.columns() == there.columns());

    let nested = engine.map(9, |outer| engine.map(9, |inner| outer * inner));
    assert_eq!(nested[8], [0, 8, 16, 24, 32, 40, 48, 56, 64]);
}

#[test]
fn a_processor_that_there_is_not_cannot_be_pinned_to() {
    let topology = topology("0-1", &[(0, "1022", 1, 1, "10 20"), (1, "1023", 1, 1, "20 10")]);
    let pinning = Pinning::new(&topology, Numa::Auto, None).unwrap().unwrap();
    let error = CpuEngine::pinned(pinning).unwrap_err();
    assert!(matches!(&error, EngineError::Unavailable { reason } if reason.contains("node 0")));
}

/// Where pages are, if the system says: containers may forbid to ask.
fn bytes_on_nodes(values: &Values<u64>) -> Option<u64> {
    match values.bytes_by_node() {
        Ok(bytes) => Some(bytes.into_values().sum()),
        Err(error) => {
            assert!(matches!(error, NumaError::MovePages { .. }));
            None
        }
    }
}

#[test]
fn touched_pages_are_somewhere_and_others_nowhere() {
    let mut values = Values::<u64>::with_pages(1 << 20, Pages::Ordinary).unwrap();
    let Some(before) = bytes_on_nodes(&values) else { return };
    assert_eq!(before, 0);
    values.as_mut_slice()[..1 << 19].fill(1);
    assert_eq!(bytes_on_nodes(&values), Some(4 << 20));
    values.touch(&Serial);
    assert_eq!(bytes_on_nodes(&values), Some(8 << 20));
    assert_eq!(values.as_slice().iter().sum::<u64>(), 1 << 19);
}

#[test]
fn pages_are_moved_to_a_node_that_there_is() {
    let mut values = Values::<u64>::with_pages(1 << 20, Pages::Ordinary).unwrap();
    values.as_mut_slice().fill(7);
    let Ok(bytes) = values.bytes_by_node() else { return };
    let (&real, _) = bytes.first_key_value().unwrap();
    // The pages are on the real node, which is described as full, and beside it an empty one
    // that does not exist: the system has to refuse, in words, and no value may change.
    let ghost = real + 50;
    let online = format!("{real},{ghost}");
    let full = [(real, "0", 1_000, 0, "10 20"), (ghost, "1", 1_000, 1_000, "20 10")];
    let is_refused = match values.relieve(&topology(&online, &full)) {
        Err(NumaError::MovePages { reason }) => !reason.is_empty(),
        Ok(Relieved::Tried { moved, failed, .. }) => moved == 0 && failed > 0,
        _ => false,
    };
    assert!(is_refused);
    assert!(values.as_slice().iter().all(|&value| value == 7));
    assert_eq!(bytes_on_nodes(&values), Some(8 << 20));
}
