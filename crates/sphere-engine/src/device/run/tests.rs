use std::cell::Cell;
use std::rc::Rc;

use super::*;

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
    started: Vec<Range<u64>>,
    alive: Rc<()>,
    most_alive: usize,
    relieved: usize,
    first: u64,
    handed_on: Vec<u64>,
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

    fn start(&mut self, points: Range<u64>) -> Result<Self::Flight, EngineError> {
        self.call()?;
        let full = self.most_flights.is_some_and(|most| self.flights() >= most);
        if full || self.most_points.is_some_and(|most| points.end - points.start > most) {
            return Err(EngineError::OutOfMemory);
        }
        self.started.push(points.clone());
        let flight = (points, Rc::clone(&self.alive));
        self.most_alive = self.most_alive.max(self.flights());
        Ok(flight)
    }

    fn finish(&mut self, (points, _alive): Self::Flight, _stop: &Stop) -> Result<(), Cause> {
        self.call().map_err(Cause::Engine)?;
        self.handed_on.extend(points);
        Ok(())
    }

    fn next(&self) -> u64 {
        self.first + self.handed_on.len() as u64
    }

    fn relieve(&mut self) {
        self.relieved += 1;
    }
}

/// Two batches of so many points at a time.
fn run(fake: &mut Fake, range: Range<u64>, points: u64, stop: &Stop) -> Result<(), Stopped> {
    fake.first = range.start;
    let batches = Batches::new(range.clone(), 1, points).unwrap();
    drive(fake, batches, range.end, 2, stop)
}

fn lost() -> EngineError {
    EngineError::Lost { reason: "reset".to_string() }
}

#[test]
fn points_arrive_in_order_and_two_batches_are_under_way() {
    for (range, points, batches) in [(5..5, 4, 0), (5..9, 4, 1), (5..10, 4, 2), (5..105, 4, 25)] {
        let mut fake = Fake::default();
        run(&mut fake, range.clone(), points, &Stop::never()).unwrap();
        assert_eq!(fake.handed_on, range.collect::<Vec<_>>());
        assert_eq!(fake.started.len(), batches);
        assert_eq!((fake.most_alive, fake.flights()), (batches.min(2), 0));
    }
}

#[test]
fn where_memory_ends_batches_shrink() {
    for (most_points, most_flights) in
        [(Some(1), None), (Some(3), None), (None, Some(1)), (Some(2), Some(1))]
    {
        let mut fake = Fake { most_points, most_flights, ..Fake::default() };
        run(&mut fake, 7..107, 16, &Stop::never()).unwrap();
        assert_eq!(fake.handed_on, (7..107).collect::<Vec<_>>());
        assert!(fake.relieved > 0);
    }
}

#[test]
fn memory_that_one_point_does_not_get_is_an_error() {
    let mut fake = Fake { most_points: Some(0), ..Fake::default() };
    let stopped = run(&mut fake, 7..107, 16, &Stop::never()).unwrap_err();
    assert_eq!(stopped.next, 7);
    assert!(matches!(stopped.cause, Cause::Engine(EngineError::OutOfMemory)));
    // 16, 8, 4, 2 and 1.
    assert_eq!(fake.calls.get(), 5);
}

#[test]
fn a_loss_at_any_call_says_where_another_engine_continues() {
    // Five batches: two starts, then a finish and a start in turn.
    for call in 0..10 {
        let mut fake = Fake { fails: Some((call, lost())), ..Fake::default() };
        let stopped = run(&mut fake, 100..150, 10, &Stop::never()).unwrap_err();
        assert!(matches!(stopped.cause, Cause::Engine(EngineError::Lost { .. })), "call {call}");
        assert_eq!(fake.handed_on, (100..stopped.next).collect::<Vec<_>>(), "call {call}");
        assert_eq!(fake.flights(), 0, "call {call}: all batches are given up");
    }
    let mut fake = Fake { fails: Some((10, lost())), ..Fake::default() };
    run(&mut fake, 100..150, 10, &Stop::never()).unwrap();
}

#[test]
fn a_stop_is_seen_before_a_batch() {
    let stop = Stop::never();
    stop.request();
    let mut fake = Fake::default();
    let stopped = run(&mut fake, 3..14, 7, &stop).unwrap_err();
    assert_eq!((stopped.next, fake.calls.get()), (3, 0));
    assert!(matches!(stopped.cause, Cause::Requested));
}
