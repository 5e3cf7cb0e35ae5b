use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::*;
use crate::{Block, Collect, SinkError, Window};

const POINT_BYTES: usize = 8;

/// A device whose points are their indices. What happens at which call is scripted.
#[derive(Default)]
struct Fake {
    /// A batch of more points has no memory.
    most_points: Option<u64>,
    /// Only so many batches have memory at a time.
    most_flights: Option<usize>,
    /// The calls, starts and finishes together, that fail: which, and how.
    fails: Option<(usize, EngineError)>,
    calls: Cell<usize>,
    started: RefCell<Vec<Range<u64>>>,
    alive: Rc<()>,
    most_alive: Cell<usize>,
    relieved: Cell<usize>,
}

impl Fake {
    fn call(&self) -> Result<(), EngineError> {
        let call = self.calls.replace(self.calls.get() + 1);
        match &self.fails {
            Some((at, error)) if *at == call => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn flights(&self) -> usize {
        Rc::strong_count(&self.alive) - 1
    }
}

impl Launcher for Fake {
    type Flight = (Range<u64>, Rc<()>);

    fn start(&self, points: Range<u64>) -> Result<Self::Flight, EngineError> {
        self.call()?;
        let full = self.most_flights.is_some_and(|most| self.flights() >= most);
        if full || self.most_points.is_some_and(|most| points.end - points.start > most) {
            return Err(EngineError::OutOfMemory);
        }
        self.started.borrow_mut().push(points.clone());
        let flight = (points, Rc::clone(&self.alive));
        self.most_alive.set(self.most_alive.get().max(self.flights()));
        Ok(flight)
    }

    fn finish(
        &self,
        (points, _alive): Self::Flight,
        _stop: &Stop,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Cause>,
    ) -> Result<(), Cause> {
        self.call().map_err(Cause::Engine)?;
        let values: Vec<u64> = points.collect();
        take(bytemuck::cast_slice(&values))
    }

    fn relieve(&self) {
        self.relieved.set(self.relieved.get() + 1);
    }
}

fn run(fake: &Fake, range: Range<u64>, points: u64, out: &mut dyn Sink) -> Result<(), Stopped> {
    let most = points * POINT_BYTES as u64;
    let batches = Batches::new(range.clone(), POINT_BYTES as u64, most).unwrap();
    drive(fake, range, batches, POINT_BYTES, out, &Stop::never())
}

fn lost() -> EngineError {
    EngineError::Lost { reason: "reset".to_string() }
}

#[test]
fn points_arrive_in_order_and_two_batches_are_under_way() {
    for (range, points, batches) in [(5..5, 4, 0), (5..9, 4, 1), (5..10, 4, 2), (5..105, 4, 25)] {
        let (fake, mut out) = (Fake::default(), Collect::<u64>::default());
        run(&fake, range.clone(), points, &mut out).unwrap();
        assert_eq!(out.values, range.collect::<Vec<_>>());
        assert_eq!(fake.started.borrow().len(), batches);
        assert_eq!((fake.most_alive.get(), fake.flights()), (batches.min(2), 0));
    }
}

#[test]
fn where_memory_ends_batches_shrink() {
    for (most_points, most_flights) in
        [(Some(1), None), (Some(3), None), (None, Some(1)), (Some(2), Some(1))]
    {
        let fake = Fake { most_points, most_flights, ..Fake::default() };
        let mut out = Collect::<u64>::default();
        run(&fake, 7..107, 16, &mut out).unwrap();
        assert_eq!(out.values, (7..107).collect::<Vec<_>>());
        assert!(fake.relieved.get() > 0);
    }
}

#[test]
fn memory_that_one_point_does_not_get_is_an_error() {
    let fake = Fake { most_points: Some(0), ..Fake::default() };
    let stopped = run(&fake, 7..107, 16, &mut Collect::<u64>::default()).unwrap_err();
    assert_eq!(stopped.next, 7);
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::OutOfMemory)));
    // 16, 8, 4, 2 and 1.
    assert_eq!(fake.calls.get(), 5);
}

#[test]
fn a_loss_at_any_call_says_where_another_engine_continues() {
    // Five batches: two starts, then a finish and a start in turn.
    for call in 0..10 {
        let fake = Fake { fails: Some((call, lost())), ..Fake::default() };
        let mut out = Collect::<u64>::default();
        let stopped = run(&fake, 100..150, 10, &mut out).unwrap_err();
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "call {call}");
        assert_eq!(out.values, (100..stopped.next).collect::<Vec<_>>(), "call {call}");
        assert_eq!(fake.flights(), 0, "call {call}: all batches are given up");
    }
    let fake = Fake { fails: Some((10, lost())), ..Fake::default() };
    run(&fake, 100..150, 10, &mut Collect::<u64>::default()).unwrap();
}

/// Lends blocks of a few points, and does something at each.
struct Narrow<F>(Vec<Range<u64>>, usize, F);

impl<F: FnMut(u64) -> Result<(), SinkError>> Sink for Narrow<F> {
    fn window(&self) -> Window {
        Window { blocks: 1, block_bytes: self.1 }
    }

    fn lend(&mut self) -> Block {
        Block::default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        assert_eq!(block.values::<u64>(), points.clone().collect::<Vec<_>>());
        (self.2)(points.end)?;
        self.0.push(points);
        Ok(())
    }
}

#[test]
fn a_batch_fills_as_many_blocks_as_the_sink_wants() {
    for (block_bytes, expected) in [
        (24, vec![0..3, 3..6, 6..7, 7..10, 10..13, 13..14]),
        (31, vec![0..3, 3..6, 6..7, 7..10, 10..13, 13..14]),
        (1_000, vec![0..7, 7..14]),
        (0, (0..14).map(|point| point..point + 1).collect()),
    ] {
        let mut sink = Narrow(Vec::new(), block_bytes, |_| Ok(()));
        run(&Fake::default(), 0..14, 7, &mut sink).unwrap();
        assert_eq!(sink.0, expected, "{block_bytes} bytes");
    }
}

#[test]
fn a_failing_sink_ends_the_job_where_it_failed() {
    let full = |end| if end > 8 { Err("full".into()) } else { Ok(()) };
    let stopped = run(&Fake::default(), 0..14, 7, &mut Narrow(Vec::new(), 16, full)).unwrap_err();
    assert_eq!(stopped.next, 7);
    assert!(matches!(stopped.cause, Cause::Sink(_)));
}

#[test]
fn a_stop_is_seen_between_blocks() {
    let stop = Stop::never();
    let request = stop.clone();
    let mut sink = Narrow(Vec::new(), 16, |end| {
        if end == 9 {
            request.request();
        }
        Ok(())
    });
    let batches = Batches::new(0..14, 8, 56).unwrap();
    let fake = Fake::default();
    let stopped = drive(&fake, 0..14, batches, POINT_BYTES, &mut sink, &stop).unwrap_err();
    assert_eq!((stopped.next, fake.flights()), (9, 0));
    assert!(matches!(stopped.cause, Cause::Requested));
    let batches = Batches::new(0..14, 8, 56).unwrap();
    let at_once = drive(&fake, 0..14, batches, POINT_BYTES, &mut sink, &stop).unwrap_err();
    assert_eq!(at_once.next, 0);
}
