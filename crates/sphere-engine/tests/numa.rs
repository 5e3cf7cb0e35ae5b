//! Nodes of memory that are made up: what is read, where threads go, which pages move.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use common::{topology, tree};
use sphere_engine::memory::Values;
use sphere_engine::numa::{
    Memory, Move, Numa, NumaError, NumaState, Pinning, Relief, Relieved, Topology,
};
use sphere_engine::{CpuEngine, Engine as _, EngineError};

/// Two sockets, of which each has every other group of processors.
fn two_sockets() -> Topology {
    topology("0-1\n", &[(0, "0-3,8-11", 100, 60, "10 21"), (1, "4-7,12-15", 100, 60, "21 10")])
}

/// A hole in the numbers, an offline node, and one with memory only.
fn crooked() -> Topology {
    let nodes = [
        (0, "0-1", 100, 50, "10 20 40"),
        (1, "2-3", 100, 50, "20 10 40"),
        (2, "4", 100, 50, "20 10 40"),
        (5, "", 400, 400, "40 30 10"),
    ];
    topology("0,2,5\n", &nodes)
}

fn ids(topology: &Topology) -> Vec<u32> {
    topology.nodes().iter().map(|node| node.id).collect()
}

#[test]
fn nodes_are_read_as_linux_writes_them() {
    let two = two_sockets();
    assert_eq!(ids(&two), [0, 1]);
    assert_eq!(two.nodes()[0].cpus, [0, 1, 2, 3, 8, 9, 10, 11]);
    assert_eq!(two.nodes()[1].distances, [21, 10]);
    let memory = Memory { total_bytes: 100 << 20, free_bytes: 60 << 20 };
    assert_eq!(two.nodes()[0].memory, memory);

    let crooked = crooked();
    assert_eq!(ids(&crooked), [0, 2, 5]);
    assert_eq!(crooked.nodes()[2].cpus, [0; 0]);
    assert_eq!(crooked.nodes()[2].distances, [40, 30, 10]);
}

#[test]
fn copies_of_files_are_free() {
    let root = tree("0", &[(0, "0", 100, 10, "10")]);
    let file = root.path().join("node0/meminfo");
    let more = "Node 0 Active(file):   20480 kB\nNode 0 Inactive(file):   10240 kB\n";
    fs::write(&file, fs::read_to_string(&file).unwrap() + more).unwrap();
    let memory = Topology::read(root.path()).unwrap().nodes()[0].memory;
    assert_eq!(memory.free_bytes, 40 << 20);
}

#[test]
fn distances_that_are_not_told_are_those_of_firmware() {
    let topology = topology("0,3", &[(0, "0", 1, 1, ""), (3, "1", 1, 1, "")]);
    assert_eq!(topology.nodes()[1].distances, [20, 10]);
}

#[test]
fn a_container_sees_its_own_processors() {
    let allowed: BTreeSet<u32> = [1, 4, 5, 99].into();
    let topology = two_sockets().with_cpus(&allowed);
    assert_eq!(topology.nodes()[0].cpus, [1]);
    assert_eq!(topology.nodes()[1].cpus, [4, 5]);
}

#[test]
fn damage_is_an_error_that_names_the_file() {
    let unavailable = Topology::read(Path::new("no such folder")).unwrap_err();
    assert!(matches!(&unavailable, NumaError::Unavailable { reason } if reason.contains("online")));
    let none = Topology::read(tree("\n", &[]).path()).unwrap_err();
    assert!(matches!(none, NumaError::Unavailable { .. }));

    let damaged = [
        ("online", "0-"),
        ("node0/cpulist", "3-1"),
        ("node0/cpulist", "0-4294967295"),
        ("node0/meminfo", "Node 0 MemTotal:  12 kB\n"),
        ("node0/meminfo", "Node 0 MemTotal:  12 kB\nNode 0 MemFree:  many kB\n"),
        ("node0/meminfo", "Node 0 MemTotal:  12 kB\nNode 0 MemFree:  18446744073709551615 kB\n"),
        ("node0/distance", "10"),
        ("node0/distance", "10 far"),
    ];
    for (name, text) in damaged {
        let root = tree("0-1", &[(0, "0", 2, 1, "10 20"), (1, "1", 2, 1, "20 10")]);
        fs::write(root.path().join(name), text).unwrap();
        let error = Topology::read(root.path()).unwrap_err();
        assert!(matches!(error, NumaError::Malformed { .. }), "{name}: {text}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let root = tree("0-1", &[(0, "0", 2, 1, "10 20")]);
    let missing = Topology::read(root.path()).unwrap_err();
    assert!(matches!(missing, NumaError::Unavailable { reason } if reason.contains("node1")));
}

#[test]
fn a_wish_is_auto_off_or_a_node() {
    let table =
        [("auto", Numa::Auto), ("off", Numa::Off), ("0", Numa::Node(0)), ("7", Numa::Node(7))];
    for (text, numa) in table {
        assert_eq!(text.parse(), Ok(numa));
        assert_eq!(numa.to_string(), text);
    }
    for text in ["", "on", "-1", "0,1", "4294967296", "AUTO"] {
        let error = text.parse::<Numa>().unwrap_err();
        assert!(error.to_string().contains("auto, off"), "{error}");
    }
}

/// A topology, a wish for so many threads, and the nodes with their threads.
type Spread<'a> = (&'a Topology, Numa, usize, &'a [(u32, usize)]);

/// What becomes of threads: the nodes with their threads.
fn placed(topology: &Topology, numa: Numa, threads: usize) -> Vec<(u32, usize)> {
    let pinning = Pinning::new(topology, numa, NonZeroUsize::new(threads)).unwrap();
    let nodes = pinning.iter().flat_map(Pinning::nodes);
    nodes.map(|node| (node.node, node.threads.len())).collect()
}

#[test]
fn threads_are_spread_in_proportion_to_processors() {
    let uneven = topology("0-1", &[(0, "0-5", 1, 1, "10 20"), (1, "6-7", 1, 1, "20 10")]);
    let one = topology("0", &[(0, "0-7", 1, 1, "10")]);
    let half = two_sockets().with_cpus(&[0, 1, 2].into());
    // No number of threads is one for each processor.
    let table: [Spread<'_>; 17] = [
        (&two_sockets(), Numa::Auto, 0, &[(0, 8), (1, 8)]),
        (&two_sockets(), Numa::Auto, 5, &[(0, 3), (1, 2)]),
        (&two_sockets(), Numa::Auto, 1, &[(0, 1)]),
        (&two_sockets(), Numa::Auto, 33, &[(0, 17), (1, 16)]),
        (&two_sockets(), Numa::Node(1), 0, &[(1, 8)]),
        (&two_sockets(), Numa::Node(1), 20, &[(1, 20)]),
        (&two_sockets(), Numa::Off, 5, &[]),
        (&uneven, Numa::Auto, 0, &[(0, 6), (1, 2)]),
        (&uneven, Numa::Auto, 4, &[(0, 3), (1, 1)]),
        (&uneven, Numa::Auto, 2, &[(0, 2)]),
        (&crooked(), Numa::Auto, 0, &[(0, 2), (2, 1)]),
        (&crooked(), Numa::Node(2), 0, &[(2, 1)]),
        (&one, Numa::Auto, 0, &[]),
        (&one, Numa::Auto, 3, &[]),
        (&one, Numa::Node(0), 3, &[(0, 3)]),
        (&half, Numa::Auto, 0, &[]),
        (&half, Numa::Node(0), 0, &[(0, 3)]),
    ];
    for (at, (topology, numa, threads, expected)) in table.into_iter().enumerate() {
        assert_eq!(placed(topology, numa, threads), expected, "row {at}");
    }
}

#[test]
fn an_unknown_node_is_refused_with_those_there_are() {
    let table = [(two_sockets(), 2, "0, 1"), (crooked(), 1, "0, 2"), (crooked(), 5, "0, 2")];
    for (topology, node, nodes) in table {
        let error = Pinning::new(&topology, Numa::Node(node), None).unwrap_err();
        assert_eq!(error, NumaError::UnknownNode { node, nodes: nodes.to_string() });
    }
}

#[test]
fn rows_are_shared_out_without_gaps() {
    let threads = [1, 2, 3, 7, 16, 1_000];
    for topology in [two_sockets(), crooked()] {
        for threads in threads.map(NonZeroUsize::new) {
            let pinning = Pinning::new(&topology, Numa::Auto, threads).unwrap().unwrap();
            for count in [0, 1, 2, 16, 1_000_003, u64::MAX] {
                let mut next = 0;
                for (node, share) in pinning.nodes().iter().zip(pinning.shares(count)) {
                    assert_eq!(share.start, next);
                    next = share.end;
                    let part = node.threads.len() as f64 / pinning.threads() as f64;
                    let rows = (share.end - share.start) as f64;
                    assert!((rows - part * count as f64).abs() <= 1.0 + count as f64 * 1e-15);
                }
                assert_eq!(next, count);
            }
            for thread in 0..pinning.threads() {
                let place = pinning.place_of(thread).unwrap();
                assert!(pinning.nodes()[place].threads.contains(&thread));
            }
            assert_eq!(pinning.place_of(pinning.threads()), None);
        }
    }
}

const PAGE: u64 = 1 << 20;

/// Free pages of each node, where pages are, and where those that move go.
type Relieving<'a> = ([u64; 3], &'a [Option<u32>], &'a [(usize, u32)]);

/// Three nodes of 100 pages, with so many free.
fn filled(free: [u64; 3]) -> Relief {
    let [a, b, c] = free;
    let nodes =
        [(0, "0", 100, a, "10 30 20"), (1, "1", 100, b, "30 10 20"), (2, "2", 100, c, "20 20 10")];
    Relief::of(&topology("0-2", &nodes), PAGE)
}

#[test]
fn pages_leave_full_nodes_for_the_nearest_with_room() {
    let [here, there] = [Some(0), Some(1)];
    let table: [Relieving<'_>; 8] = [
        // Nobody is over 85 %.
        ([15, 50, 50], &[here; 5], &[]),
        // Two over: the first two pages go, to the nearer node.
        ([13, 50, 50], &[here; 5], &[(0, 2), (1, 2)]),
        // The nearer one takes one, the other the next.
        ([13, 50, 16], &[here; 5], &[(0, 2), (1, 1)]),
        // No room anywhere.
        ([0, 15, 0], &[here; 5], &[]),
        // Pages elsewhere, and those that nobody touched, stay.
        ([13, 50, 50], &[there, None, here, None, here, here], &[(2, 2), (4, 2)]),
        // Two full nodes share the room of the third.
        ([14, 14, 17], &[there, here, here, there], &[(0, 2), (1, 2)]),
        ([12, 50, 50], &[], &[]),
        // Fewer pages than should go.
        ([0, 50, 50], &[here], &[(0, 2)]),
    ];
    for (free, pages, expected) in table {
        let mut relief = filled(free);
        let moves = relief.moves(pages);
        let moved: Vec<_> = moves.iter().map(|one| (one.page, one.to)).collect();
        assert_eq!(moved, expected, "{free:?}");
        assert!(moves.iter().all(|one| pages[one.page] == Some(one.from)));
    }
}

#[test]
fn what_was_decided_counts_and_what_failed_is_replaced() {
    let mut relief = filled([13, 50, 50]);
    assert!(relief.is_due());
    let first = relief.moves(&[Some(0)]);
    assert_eq!(first, [Move { page: 0, from: 0, to: 2 }]);
    let second = relief.moves(&[Some(0); 9]);
    assert_eq!(second.len(), 1);
    assert!(!relief.is_due());
    relief.failed(second[0]);
    assert_eq!(relief.moves(&[Some(0); 9]).len(), 1);
}

#[test]
fn one_node_has_nothing_to_do_and_says_so() {
    let one = topology("0", &[(0, "0", 100, 0, "10")]);
    let mut values = Values::<f64>::new(1_000).unwrap();
    let relieved = values.relieve(&one).unwrap();
    assert_eq!(relieved, Relieved::OneNode);
    assert_eq!(relieved.to_string(), "one node, nothing to do");
    let roomy = values.relieve(&two_sockets()).unwrap();
    assert_eq!(roomy, Relieved::NoneFull);
    assert_eq!(NumaState::OneNode.to_string(), "one node, nothing to do");
}

#[test]
fn an_engine_says_where_its_threads_run() {
    let threads = NonZeroUsize::new(2);
    let engine = CpuEngine::with_numa(threads, Numa::Off).unwrap();
    assert_eq!(engine.capability().numa, NumaState::Off);
    let engine = CpuEngine::with_numa(threads, Numa::Auto).unwrap();
    assert_eq!(engine.capability().threads, 2);
    assert_ne!(engine.capability().numa, NumaState::Off);
    match CpuEngine::with_numa(threads, Numa::Node(4_000_000)).unwrap_err() {
        EngineError::Rejected { reason } => assert!(reason.contains("nodes"), "{reason}"),
        error => assert!(matches!(error, EngineError::Unavailable { .. })),
    }
    let beyond = NonZeroUsize::new(1_025);
    let pinning = Pinning::new(&two_sockets(), Numa::Node(0), beyond).unwrap().unwrap();
    assert!(matches!(CpuEngine::pinned(pinning), Err(EngineError::Rejected { .. })));
}
