//! A worker ends in the middle of a job: how much later than it could the CPU's first block is there.

use std::ops::Range;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sphere_engine::{Block, Discard, Engine, EngineName, Job, Sink, SinkError, Stop, Window};

use crate::setting::{PATIENCE, cpu, job, ladder, supervisor};
use crate::statistics::{Times, millis};

/// Jobs that are disturbed.
const ROUNDS: usize = 600;

const POINTS: u64 = 4_000_000;

/// Notes when the first block of the CPU arrives.
#[derive(Default)]
struct Noting {
    inner: Discard,
    by: Option<EngineName>,
    first_of_cpu: Option<Instant>,
}

impl Sink for Noting {
    fn window(&self) -> Window {
        self.inner.window()
    }

    fn lend(&mut self) -> Block {
        self.inner.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        if self.by == Some(EngineName::Cpu) {
            self.first_of_cpu.get_or_insert_with(Instant::now);
        }
        self.inner.accept(points, block)
    }

    fn computed_by(&mut self, engine: EngineName) {
        self.by = Some(engine);
    }
}

pub(crate) fn measure() {
    let (cpu, supervisor, job) = (cpu(), supervisor(), job(POINTS));
    let whole = Times::new((0..20).map(|_| undisturbed(&*cpu, &job).1).collect()).median();
    let first = Times::new((0..200).map(|_| undisturbed(&*cpu, &job).0).collect());
    let mut seed = 7;
    let mut late = Vec::new();
    let mut whole_jobs = 0;
    while late.len() < ROUNDS {
        let worker = supervisor.wait(PATIENCE).unwrap();
        let ladder = ladder(Arc::clone(&supervisor), &cpu);
        let mut noting = Noting::default();
        seed = next(seed);
        let after = whole.mul_f64((seed >> 11) as f64 / (1_u64 << 53) as f64);
        let ended = thread::scope(|scope| {
            let ender = scope.spawn(move || {
                thread::sleep(after);
                let at = Instant::now();
                worker.kill();
                at
            });
            ladder.run(&ladder.all(), &job, &mut noting, &Stop::never()).unwrap();
            ender.join().unwrap()
        });
        match noting.first_of_cpu {
            Some(at) => {
                let after = at.saturating_duration_since(ended);
                late.push(after.saturating_sub(first.median()));
            }
            None => whole_jobs += 1,
        }
    }
    let late = Times::new(late);
    println!("| worker killed in a job | times | median, ms | p99, ms | longest, ms |");
    println!("| --- | --- | --- | --- | --- |");
    println!(
        "| first block of the CPU, later than undisturbed ({:.2} ms) | {} | {:.2} | {:.2} | {:.2} |",
        millis(first.median()),
        late.count(),
        millis(late.median()),
        millis(late.at(0.99)),
        millis(late.at(1.0)),
    );
    println!("\n{whole_jobs} more jobs had come to their end before the worker was killed.\n");
}

/// Until the first block, and until the end.
fn undisturbed(cpu: &dyn Engine, job: &Job) -> (Duration, Duration) {
    let (mut noting, started) = (Noting::default(), Instant::now());
    noting.computed_by(EngineName::Cpu);
    cpu.run(job, &mut noting, &Stop::never()).unwrap();
    (noting.first_of_cpu.unwrap() - started, started.elapsed())
}

/// `SplitMix64` (Steele et al. 2014).
fn next(seed: u64) -> u64 {
    let mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
