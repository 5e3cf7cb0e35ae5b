//! Several jobs at a time.

use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;

#[test]
fn threads_share_an_engine() {
    let jobs = [
        "fibonacci count=20001 total=1e15",
        "random count=9001 method=disk",
        "sobol count=4001 dimensions=7 scramble=owen",
        "pixels order=3 ordering=nested",
    ]
    .map(job);
    let (fake, engine) = with_jobs(&jobs, None);
    let right = &jobs.clone().map(|job| right(&job));
    let (engine_ref, jobs) = (&engine, &jobs);
    thread::scope(|scope| {
        for first in 0..4 {
            scope.spawn(move || {
                for at in (first..first + 12).map(|at| at % 4) {
                    let mut sink = Kept::of_window(3, 40_000);
                    engine_ref.run(&jobs[at], &mut sink, &Stop::never()).unwrap();
                    assert!(sink.bytes == right[at], "{at}");
                }
            });
        }
    });
    assert_eq!(engine.resources().host.used().lent_bytes, 0);
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}

/// Waits in its first block until it is told to go on.
struct Slow(Kept, Option<Receiver<()>>);

impl Sink for Slow {
    fn lend(&mut self) -> Block {
        self.0.lend()
    }

    fn window(&self) -> Window {
        self.0.window()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        if let Some(until) = self.1.take() {
            until.recv().unwrap();
        }
        self.0.accept(points, block)
    }
}

#[test]
fn a_sink_that_waits_keeps_no_other_job_from_its_end() {
    let large = job("fibonacci count=100000");
    let (fake, engine) = with_jobs(std::slice::from_ref(&large), Some(400_000));
    let (tell, until) = channel();
    let mut slow = Slow(Kept::default(), Some(until));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            engine.run(&large, &mut slow, &Stop::never()).unwrap();
            slow.0.bytes == right(&large)
        });
        // On this thread others begin and end meanwhile.
        for _ in 0..3 {
            let mut sink = Kept::default();
            engine.run(&large, &mut sink, &Stop::never()).unwrap();
            assert!(sink.bytes == right(&large));
        }
        tell.send(()).unwrap();
        assert!(waiting.join().unwrap());
    });
    drop((engine, slow));
    assert_eq!(fake.audit(), [""; 0]);
}
