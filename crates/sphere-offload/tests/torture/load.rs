//! Jobs whose results are known.

use std::fmt;
use std::iter::Sum;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytemuck::cast_slice;
use sphere_engine::{Collect, Engine, EngineName, Job, NearestJob, SampleParameters, Stop};
use sphere_offload::ladder::{Ladder, Outcome, Undone};

/// Directions of a search.
const ROWS: usize = 60_000;

/// Work, and what comes of it.
pub(crate) struct Load {
    points: Vec<(Job, Vec<f64>)>,
    lattice: NearestJob,
    columns: [Vec<f64>; 3],
    indices: Vec<u64>,
    next: AtomicUsize,
}

/// Jobs that were done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    points: u64,
    searches: u64,
    by_worker: u64,
    by_cpu: u64,
    pub(crate) went_on: u64,
    /// Results that are not those of the CPU.
    pub(crate) wrong: u64,
    /// Jobs without a result.
    pub(crate) lost: u64,
}

impl Load {
    pub(crate) fn new(cpu: &dyn Engine) -> Self {
        let jobs = [
            ("random", "count=200000 seed=1"),
            ("random", "count=200000 seed=2 method=ball"),
            ("fibonacci", "count=300000"),
            ("sobol", "count=30000 dimensions=8 scramble=owen"),
            ("pixels", "order=7"),
            ("fibonacci", "count=100"),
        ];
        let points = jobs.map(|(scheme, text)| {
            let job = job(scheme, text);
            let mut right = Collect::default();
            cpu.run(&job, &mut right, &Stop::never()).unwrap();
            (job, right.values)
        });
        let columns = columns();
        let lattice = NearestJob::parse("fibonacci", [("total", "1e6")]).unwrap();
        let mut indices = vec![0; ROWS];
        let views = columns.each_ref().map(Vec::as_slice);
        cpu.nearest(&lattice, views, &mut indices, &Stop::never()).unwrap();
        Self { points: points.into(), lattice, columns, indices, next: AtomicUsize::new(0) }
    }

    /// Does jobs until it is enough, and compares every one to the byte.
    pub(crate) fn run(&self, ladder: &Ladder, done: &AtomicBool) -> Counts {
        let mut counts = Counts::default();
        while !done.load(Ordering::Relaxed) {
            let next = self.next.fetch_add(1, Ordering::Relaxed) % (self.points.len() + 2);
            let result = if let Some((job, right)) = self.points.get(next) {
                counts.points += 1;
                sample(ladder, job, right)
            } else {
                counts.searches += 1;
                self.search(ladder)
            };
            counts.note(result);
        }
        counts
    }

    fn search(&self, ladder: &Ladder) -> Done {
        let mut found = vec![0; ROWS];
        let columns = self.columns.each_ref().map(Vec::as_slice);
        let way = ladder.all();
        let outcome = ladder.nearest(&way, &self.lattice, columns, &mut found, &Stop::never())?;
        Ok((outcome, found == self.indices))
    }
}

/// What became of a job, and whether its result is right.
type Done = Result<(Outcome, bool), Box<Undone>>;

fn sample(ladder: &Ladder, job: &Job, right: &[f64]) -> Done {
    let mut points = Collect::<f64>::default();
    let outcome = ladder.run(&ladder.all(), job, &mut points, &Stop::never())?;
    Ok((outcome, cast_slice::<_, u8>(&points.values) == cast_slice::<_, u8>(right)))
}

fn job(scheme: &str, text: &str) -> Job {
    let pairs = text.split(' ').map(|pair| pair.split_once('=').unwrap());
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

fn columns() -> [Vec<f64>; 3] {
    let at = |row: usize| 1.0 - 2.0 * (row as f64 + 0.5) / ROWS as f64;
    let column = |of: fn(f64) -> f64| (0..ROWS).map(|row| of(at(row))).collect();
    [column(|z| (1.0 - z * z).sqrt()), column(|z| 0.3 - z), column(|z| z)]
}

impl Counts {
    fn note(&mut self, result: Done) {
        let (outcome, is_right) = match result {
            Ok(done) => done,
            Err(undone) => {
                println!("lost: {undone}");
                self.lost += 1;
                return;
            }
        };
        if !is_right {
            println!("wrong: {outcome:?}");
            self.wrong += 1;
        }
        match &outcome.executed[..] {
            [one] if one.engine == EngineName::Cpu => self.by_cpu += 1,
            [_] => self.by_worker += 1,
            _ => self.went_on += 1,
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |one, other| Self {
            points: one.points + other.points,
            searches: one.searches + other.searches,
            by_worker: one.by_worker + other.by_worker,
            by_cpu: one.by_cpu + other.by_cpu,
            went_on: one.went_on + other.went_on,
            wrong: one.wrong + other.wrong,
            lost: one.lost + other.lost,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { points, searches, by_worker, by_cpu, went_on, wrong, lost } = self;
        writeln!(
            out,
            "| jobs of points | searches | worker alone | CPU alone | went on | wrong | lost |"
        )?;
        writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |")?;
        write!(out, "| {points} | {searches} | {by_worker} | {by_cpu} | {went_on} ")?;
        writeln!(out, "| {wrong} | {lost} |")
    }
}
