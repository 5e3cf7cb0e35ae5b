use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use sphere_engine::{
    Block, Capability, Cause, Collect, CpuEngine, Engine, EngineError, NearestJob, Report,
    SampleParameters, SinkError, Stopped,
};
use sphere_math::sampling::Tally;

use super::*;
use crate::breaker::{Backoff, State, Tolerance};

const PATIENCE: Duration = Duration::from_millis(50);

/// What an engine does in one run.
#[derive(Clone, Debug)]
enum Script {
    /// As it should.
    Well,
    /// So many blocks, then this.
    Fails(usize, EngineError),
    /// So many blocks, then nothing until it is told to stop.
    Hangs(usize),
    /// The second block first.
    Skips,
}

/// An engine that computes what is right and follows a script.
#[derive(Debug)]
struct Scripted {
    cpu: CpuEngine,
    runs: Mutex<VecDeque<Script>>,
}

impl Scripted {
    /// How the script ends a run after so many blocks of ten points.
    fn end(script: &Script, blocks: usize, stop: &Stop) -> Option<Cause> {
        match script {
            Script::Fails(most, error) if blocks == *most => Some(Cause::Engine(error.clone())),
            Script::Hangs(most) if blocks == *most => loop {
                std::thread::sleep(Duration::from_millis(1));
                if let Some(cause) = stop.cause() {
                    break Some(cause);
                }
            },
            _ => stop.cause(),
        }
    }
}

impl Engine for Scripted {
    fn capability(&self) -> &Capability {
        self.cpu.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        let script = self.runs.lock().unwrap().pop_front().unwrap_or(Script::Well);
        let Range { start, end } = job.range();
        for (block, next) in (start..end).step_by(10).enumerate() {
            if let Some(cause) = Self::end(&script, block, stop) {
                return Err(Stopped { next, cause });
            }
            if !(block == 0 && matches!(script, Script::Skips)) {
                let part = job.part(next..end.min(next + 10)).unwrap();
                self.cpu.run(&part, out, &Stop::never())?;
            }
        }
        let tally = Tally { attempts: job.points(), accepted: job.points() };
        Ok(Report { points: job.points(), tally, elapsed: Duration::ZERO })
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.cpu.nearest(job, directions, indices, stop)
    }
}

fn engine(runs: impl IntoIterator<Item = Script>) -> Arc<Scripted> {
    let cpu = CpuEngine::new(std::num::NonZeroUsize::new(1)).unwrap();
    Arc::new(Scripted { cpu, runs: Mutex::new(runs.into_iter().collect()) })
}

/// An engine under a name.
#[derive(Debug)]
struct Named(EngineName, Arc<Scripted>);

impl Supply for Named {
    fn name(&self) -> EngineName {
        self.0
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        Ok(Arc::clone(&self.1) as Arc<dyn Engine>)
    }
}

fn ladder(rungs: Vec<Vec<Script>>) -> Ladder {
    let names = [EngineName::Cuda, EngineName::Scripted, EngineName::Cpu];
    let backoff = Backoff { first: Duration::from_hours(1), ..Backoff::default() };
    let tolerance = Tolerance { failures: 2, backoff };
    let rungs = names.iter().zip(rungs);
    let rungs = rungs.map(|(name, runs)| Rung::new(Named(*name, engine(runs)), tolerance));
    Ladder::new(rungs.collect(), PATIENCE)
}

fn job(count: u64) -> Job {
    let count = count.to_string();
    let pairs = [("count", count.as_str()), ("start", "5"), ("total", "1000")];
    SampleParameters::parse("fibonacci", pairs).unwrap().job().unwrap()
}

fn undisturbed(job: &Job) -> Vec<f64> {
    let mut points = Collect::default();
    engine([]).run(job, &mut points, &Stop::never()).unwrap();
    points.values
}

fn run(ladder: &Ladder, job: &Job) -> (Result<Outcome, Box<Undone>>, Vec<f64>) {
    let mut points = Collect::default();
    let result = ladder.run(&ladder.all(), job, &mut points, &Stop::never());
    (result, points.values)
}

fn failed() -> EngineError {
    EngineError::Failed { reason: "a cosmic ray".to_string() }
}

fn lost() -> EngineError {
    EngineError::Lost { reason: "illegal address".to_string() }
}

fn executed(outcome: &Outcome) -> Vec<(&'static str, Range<u64>)> {
    outcome.executed.iter().map(|part| (part.engine.as_str(), part.points.clone())).collect()
}

#[test]
fn the_first_engine_does_it_all_where_it_can() {
    let (outcome, points) = run(&ladder(vec![vec![], vec![]]), &job(35));
    let outcome = outcome.unwrap();
    assert_eq!(executed(&outcome), [("cuda", 5..40)]);
    assert_eq!((outcome.attempts.len(), outcome.lost()), (0, Duration::ZERO));
    assert_eq!((outcome.report.points, outcome.report.tally.attempts), (35, 35));
    assert!(points == undisturbed(&job(35)));
}

#[test]
fn the_next_engine_goes_on_where_one_was_lost() {
    let ladder = ladder(vec![vec![Script::Fails(2, lost())], vec![]]);
    let (outcome, points) = run(&ladder, &job(35));
    let outcome = outcome.unwrap();
    assert_eq!(executed(&outcome), [("cuda", 5..25), ("scripted", 25..40)]);
    let attempt = &outcome.attempts[0];
    assert_eq!((attempt.engine.as_str(), attempt.next), ("cuda", 25));
    assert_eq!(attempt.cause, Trouble::Failed(lost()));
    assert!(points == undisturbed(&job(35)));
    // Lost is lost: the next job does not try it.
    assert!(matches!(ladder.rungs[0].gate.state(), State::Open { .. }));
    let (outcome, _) = run(&ladder, &job(35));
    let outcome = outcome.unwrap();
    assert_eq!(executed(&outcome), [("scripted", 5..40)]);
    assert!(matches!(outcome.attempts[0].cause, Trouble::Open { retry_after: Some(_) }));
}

#[test]
fn a_failure_that_passes_is_tried_again_on_the_same_engine() {
    let once = ladder(vec![vec![Script::Fails(1, failed())], vec![]]);
    let (outcome, points) = run(&once, &job(35));
    assert_eq!(executed(&outcome.unwrap()), [("cuda", 5..15), ("cuda", 15..40)]);
    assert!(points == undisturbed(&job(35)));
    let twice = ladder(vec![vec![Script::Fails(1, failed()), Script::Fails(1, failed())], vec![]]);
    let (outcome, points) = run(&twice, &job(35));
    let parts = [("cuda", 5..15), ("cuda", 15..25), ("scripted", 25..40)];
    assert_eq!(executed(&outcome.unwrap()), parts);
    assert!(points == undisturbed(&job(35)));
    assert_eq!(twice.rungs[0].gate.state(), State::Closed { failures: 1 });
}

#[test]
fn what_an_engine_cannot_do_is_no_fault_of_it() {
    let cannot = EngineError::Unavailable { reason: "no f64".to_string() };
    for error in [cannot, EngineError::OutOfMemory] {
        let ladder = ladder(vec![vec![Script::Fails(0, error); 18], vec![]]);
        for _ in 0..9 {
            let (outcome, points) = run(&ladder, &job(35));
            assert_eq!(executed(&outcome.unwrap()), [("scripted", 5..40)]);
            assert!(points == undisturbed(&job(35)));
        }
        assert_eq!(ladder.rungs[0].gate.state(), State::Closed { failures: 0 });
    }
}

#[test]
fn an_engine_that_hangs_is_passed_over() {
    let ladder = ladder(vec![vec![Script::Hangs(2)], vec![]]);
    let (outcome, points) = run(&ladder, &job(35));
    let outcome = outcome.unwrap();
    assert_eq!(executed(&outcome), [("cuda", 5..25), ("scripted", 25..40)]);
    assert!(outcome.lost() >= PATIENCE);
    assert!(points == undisturbed(&job(35)));
}

#[test]
fn a_slow_sink_is_not_the_engines_fault() {
    struct Slow(Collect<f64>);
    impl Sink for Slow {
        fn lend(&mut self) -> Block {
            self.0.lend()
        }
        fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
            std::thread::sleep(2 * PATIENCE);
            self.0.accept(points, block)
        }
    }
    let mut slow = Slow(Collect::default());
    let ladder = ladder(vec![vec![], vec![]]);
    let outcome = ladder.run(&ladder.all(), &job(25), &mut slow, &Stop::never()).unwrap();
    assert_eq!(executed(&outcome), [("cuda", 5..30)]);
    assert!(slow.0.values == undisturbed(&job(25)));
}

#[test]
fn an_invalid_job_is_not_tried_twice() {
    let wrong = EngineError::Rejected { reason: "wrong".to_string() };
    let ladder = ladder(vec![vec![Script::Fails(0, wrong.clone())], vec![]]);
    let (undone, points) = run(&ladder, &job(35));
    let undone = undone.unwrap_err();
    assert!(matches!(undone.cause, Cause::Engine(error) if error == wrong));
    assert_eq!((undone.next, undone.attempts.len(), points.len()), (5, 0, 0));
}

#[test]
fn a_request_to_stop_and_a_deadline_end_the_walk() {
    let stop = Stop::never();
    stop.request();
    let ladder = ladder(vec![vec![Script::Hangs(1)], vec![]]);
    let undone =
        ladder.run(&ladder.all(), &job(35), &mut Collect::<f64>::default(), &stop).unwrap_err();
    assert!(matches!(undone.cause, Cause::Requested));
    let stop = Stop::at(Instant::now() + PATIENCE / 5);
    let undone =
        ladder.run(&ladder.all(), &job(35), &mut Collect::<f64>::default(), &stop).unwrap_err();
    assert!(matches!(undone.cause, Cause::Engine(EngineError::DeadlineExceeded)));
    assert_eq!(executed_of(&undone), [("cuda", 5..15)]);
    assert_eq!(ladder.rungs[0].gate.state(), State::Closed { failures: 0 });
}

fn executed_of(undone: &Undone) -> Vec<(&'static str, Range<u64>)> {
    undone.executed.iter().map(|part| (part.engine.as_str(), part.points.clone())).collect()
}

#[test]
fn points_out_of_order_are_not_passed_on() {
    let (undone, points) = run(&ladder(vec![vec![Script::Skips], vec![]]), &job(35));
    assert!(matches!(undone.unwrap_err().cause, Cause::Sink(_)));
    assert_eq!(points, Vec::<f64>::new());
}

/// An engine with little memory.
#[derive(Debug)]
struct Small(Arc<Scripted>);

impl Engine for Small {
    fn capability(&self) -> &Capability {
        self.0.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        if out.window().block_bytes > 1 << 17 {
            let cause = Cause::Engine(EngineError::OutOfMemory);
            return Err(Stopped { next: job.range().start, cause });
        }
        self.0.run(job, out, stop)
    }

    fn nearest(
        &self,
        _job: &NearestJob,
        _directions: [&[f64]; 3],
        _indices: &mut [u64],
        _stop: &Stop,
    ) -> Result<(), Stopped> {
        Err(Stopped { next: 0, cause: Cause::Engine(EngineError::OutOfMemory) })
    }
}

#[test]
fn an_engine_without_memory_is_asked_for_smaller_blocks() {
    let small = Rung::new(Fixed(Arc::new(Small(engine([])))), Tolerance::default());
    let next = Rung::new(Named(EngineName::Scripted, engine([])), Tolerance::default());
    let ladder = Ladder::new(vec![small, next], PATIENCE);
    for _ in 0..2 {
        let (outcome, points) = run(&ladder, &job(35));
        let outcome = outcome.unwrap();
        assert_eq!(executed(&outcome), [("cpu", 5..40)]);
        assert_eq!(outcome.attempts[0].cause, Trouble::Failed(EngineError::OutOfMemory));
        assert!(points == undisturbed(&job(35)));
    }
    let (lattice, columns, right) = directions();
    let columns = columns.each_ref().map(Vec::as_slice);
    let mut indices = vec![0; right.len()];
    let found = ladder.nearest(&ladder.all(), &lattice, columns, &mut indices, &Stop::never());
    assert_eq!(executed(&found.unwrap()), [("scripted", 0..50)]);
    assert!(indices == right);
}

/// Directions, and the nearest points of a lattice.
fn directions() -> (NearestJob, [Vec<f64>; 3], Vec<u64>) {
    let lattice = NearestJob::parse("fibonacci", [("total", "1000")]).unwrap();
    let points = undisturbed(&job(50));
    let columns = [0, 1, 2].map(|axis| points.iter().skip(axis).step_by(3).copied().collect());
    let right = (5..55).collect();
    (lattice, columns, right)
}

/// Finds the first few and is lost.
#[derive(Debug)]
struct Half(Arc<Scripted>, EngineError);

impl Engine for Half {
    fn capability(&self) -> &Capability {
        self.0.capability()
    }

    fn run(&self, job: &Job, _out: &mut dyn Sink, _stop: &Stop) -> Result<Report, Stopped> {
        Err(Stopped { next: job.range().start, cause: Cause::Engine(lost()) })
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        let part = directions.map(|column| &column[..20]);
        self.0.nearest(job, part, &mut indices[..20], stop)?;
        // What comes after the first that are told may be anything.
        indices[20..].fill(7);
        Err(Stopped { next: 20, cause: Cause::Engine(self.1.clone()) })
    }
}

#[test]
fn nearest_points_go_on_where_an_engine_was_lost_and_again_where_it_was_wrong() {
    let (lattice, columns, right) = directions();
    let columns = columns.each_ref().map(Vec::as_slice);
    for (error, parts) in
        [(lost(), vec![("cpu", 0..20), ("scripted", 20..50)]), (wrong(), vec![("scripted", 0..50)])]
    {
        let half = Rung::new(Fixed(Arc::new(Half(engine([]), error))), Tolerance::default());
        let next = Rung::new(Named(EngineName::Scripted, engine([])), Tolerance::default());
        let ladder = Ladder::new(vec![half, next], PATIENCE);
        let mut indices = vec![0; 50];
        let found = ladder.nearest(&ladder.all(), &lattice, columns, &mut indices, &Stop::never());
        assert_eq!(executed(&found.unwrap()), parts);
        assert!(indices == right);
    }
}

#[test]
fn a_direction_that_is_none_is_named_by_its_row_whoever_finds_it() {
    let (lattice, mut columns, _) = directions();
    columns[1][30] = f64::NAN;
    let columns = columns.each_ref().map(Vec::as_slice);
    let half = Rung::new(Fixed(Arc::new(Half(engine([]), lost()))), Tolerance::default());
    let next = Rung::new(Named(EngineName::Scripted, engine([])), Tolerance::default());
    let ladder = Ladder::new(vec![half, next], PATIENCE);
    let mut indices = vec![0; 50];
    let found = ladder.nearest(&ladder.all(), &lattice, columns, &mut indices, &Stop::never());
    let Cause::Input(error) = found.unwrap_err().cause else { panic!("no cause of the input") };
    assert!(error.to_string().contains("30"), "{error}");
}

fn wrong() -> EngineError {
    EngineError::Wrong { reason: "point 7".to_string() }
}

#[test]
fn what_a_wrong_engine_computed_is_computed_again() {
    let ladder = ladder(vec![vec![Script::Fails(2, wrong())], vec![]]);
    let (outcome, points) = run(&ladder, &job(35));
    let outcome = outcome.unwrap();
    assert_eq!(executed(&outcome), [("scripted", 5..40)]);
    assert_eq!(outcome.attempts[0].cause, Trouble::Failed(wrong()));
    assert!(points == undisturbed(&job(35)));
    assert!(matches!(ladder.rungs[0].gate.state(), State::Open { .. }));
}

#[test]
fn only_what_the_wrong_engine_computed_is_replayed() {
    let scripts = vec![vec![Script::Fails(1, lost())], vec![Script::Fails(1, wrong())], vec![]];
    let (outcome, points) = run(&ladder(scripts), &job(35));
    assert_eq!(executed(&outcome.unwrap()), [("cuda", 5..15), ("cpu", 15..40)]);
    assert!(points == undisturbed(&job(35)));
}

/// A stream, whose points are gone once it has them.
struct Gone(Collect<f64>);

impl Sink for Gone {
    fn lend(&mut self) -> Block {
        self.0.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.0.accept(points, block)
    }
}

#[test]
fn a_stream_with_points_of_a_wrong_engine_is_cut() {
    let cut = ladder(vec![vec![Script::Fails(2, wrong())], vec![]]);
    let mut gone = Gone(Collect::default());
    let undone = cut.run(&cut.all(), &job(35), &mut gone, &Stop::never()).unwrap_err();
    assert!(matches!(undone.cause, Cause::Engine(EngineError::Wrong { .. })));
    // Before the first block nothing is lost.
    let replayed = ladder(vec![vec![Script::Fails(0, wrong())], vec![]]);
    let mut gone = Gone(Collect::default());
    replayed.run(&replayed.all(), &job(35), &mut gone, &Stop::never()).unwrap();
    assert!(gone.0.values == undisturbed(&job(35)));
}

#[test]
fn where_all_fail_the_last_failure_is_told() {
    let (undone, points) = run(
        &ladder(vec![
            vec![Script::Fails(1, lost())],
            vec![
                Script::Fails(1, EngineError::OutOfMemory),
                Script::Fails(0, EngineError::OutOfMemory),
            ],
        ]),
        &job(35),
    );
    let undone = undone.unwrap_err();
    assert!(matches!(undone.cause, Cause::Engine(EngineError::OutOfMemory)));
    assert_eq!((undone.next, undone.attempts.len()), (25, 3));
    assert!(points[..] == undisturbed(&job(35))[..60]);
}

#[test]
fn a_probe_trusts_an_engine_that_works_again_and_no_other() {
    let soon = Backoff { first: Duration::from_millis(2), ..Backoff::default() };
    let tolerance = Tolerance { failures: 1, backoff: soon };
    let scripts = vec![Script::Fails(0, lost()), Script::Fails(0, lost())];
    let rung = Rung::new(Named(EngineName::Cuda, engine(scripts)), tolerance);
    let ladder = Ladder::new(vec![rung], PATIENCE);
    let is_open = || matches!(ladder.rungs[0].gate.state(), State::Open { .. });
    ladder.probe();
    assert!(!is_open(), "one that is trusted is left alone");
    run(&ladder, &job(35)).0.unwrap_err();
    assert!(is_open());
    std::thread::sleep(Duration::from_millis(5));
    ladder.probe();
    assert!(is_open(), "it is lost again");
    std::thread::sleep(Duration::from_millis(10));
    ladder.probe();
    assert_eq!(ladder.rungs[0].gate.state(), State::Closed { failures: 0 });
}

fn script() -> impl Strategy<Value = Script> {
    let error = prop_oneof![
        Just(failed()),
        Just(lost()),
        Just(EngineError::OutOfMemory),
        Just(wrong()),
        Just(EngineError::Unavailable { reason: "cannot".to_string() }),
    ];
    prop_oneof![
        Just(Script::Well),
        (0..6_usize, error).prop_map(|(blocks, error)| Script::Fails(blocks, error)),
    ]
}

proptest! {
    /// Whatever fails, the points are right up to where the job came, and that is told.
    #[test]
    fn points_are_right_or_missing(
        rungs in prop::collection::vec(prop::collection::vec(script(), 0..4), 1..4),
        counts in prop::collection::vec(0..60_u64, 1..4),
    ) {
        let ladder = ladder(rungs);
        for count in counts {
            let job = job(count);
            let expected = undisturbed(&job);
            let (result, points) = run(&ladder, &job);
            let (end, executed) = match result {
                Ok(outcome) => (job.range().end, outcome.executed),
                Err(undone) => (undone.next, undone.executed),
            };
            let came = (end - job.range().start) as usize * 3;
            prop_assert!(points[..] == expected[..came]);
            let mut next = job.range().start;
            for part in executed {
                prop_assert_eq!(part.points.start, next);
                next = part.points.end;
            }
            prop_assert_eq!(next, end);
        }
    }
}
