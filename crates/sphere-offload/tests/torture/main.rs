//! Workers are killed and frozen at random moments under load: no job is lost or wrong, and nothing of them
//! is left. `SPHERE_TORTURE=full` does it 600 times. This program is its own worker.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test, with a runner of its own"
)]
#![cfg(target_os = "linux")]

mod census;
mod load;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use sphere_engine::{CpuEngine, Engine, EngineName};
use sphere_offload::breaker::{Backoff, Tolerance};
use sphere_offload::ladder::{Fixed, Ladder, Rung};
use sphere_offload::supervisor::{Limits, Supervisor};
use sphere_offload::worker::{Scripted, Worker, WorkerOptions, serve};

use self::census::{Census, own_memory};
use self::load::{Counts, Load};

/// What this program is started with as a worker.
const SERVE: &str = "--serve";

const CLIENTS: usize = 4;

/// How long anything that should happen at once may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A worker that says nothing for so long is frozen.
const SILENCE: Duration = Duration::from_millis(100);

/// Workers stay up for less than this.
const MOST_PAUSE: Duration = Duration::from_millis(60);

/// Memory of this process may differ by so much between the first tenth and the end. A worker's memory that
/// was kept would be a megabyte each time.
const MEMORY_BOUND: u64 = 16 << 20;

fn main() -> std::io::Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_default();
    if argument == SERVE {
        return serve(|_| Ok(Arc::new(Scripted::new(CpuEngine::new(None)?))));
    }
    let is_full = std::env::var("SPHERE_TORTURE").is_ok_and(|size| size == "full");
    let (kills, freezes) = if is_full { (500, 100) } else { (60, 12) };
    // As runners of Rust's tests are filtered.
    if argument.starts_with('-') || "torture".contains(&argument) {
        torture(kills, freezes);
    }
    Ok(())
}

fn torture(kills: u32, freezes: u32) {
    let cpu: Arc<dyn Engine> = Arc::new(CpuEngine::new(None).unwrap());
    let load = Load::new(&*cpu);
    let (before, started) = (Census::take(), Instant::now());
    let supervisor = Arc::new(supervisor());
    let ladder = ladder(&supervisor, Arc::clone(&cpu));
    let done = AtomicBool::new(false);
    let mut memory = Vec::new();
    let counts = thread::scope(|scope| {
        let clients = [(); CLIENTS].map(|()| scope.spawn(|| load.run(&ladder, &done)));
        let mut chance = Chance(7);
        for blow in blows(kills, freezes, &mut chance) {
            thread::sleep(MOST_PAUSE.mul_f64(chance.unit()));
            strike(&supervisor, blow);
            memory.push(own_memory());
        }
        done.store(true, Ordering::Relaxed);
        clients.map(|client| client.join().unwrap())
    });
    let workers = supervisor.started();
    drop((ladder, supervisor));
    let after = Census::settled(&before, PATIENCE);
    let first = *memory[..memory.len() / 10].iter().max().unwrap();
    let last = *memory.last().unwrap();
    let total: Counts = counts.into_iter().sum();
    println!("| kills | freezes | workers | seconds |");
    println!("| --- | --- | --- | --- |");
    println!("| {kills} | {freezes} | {workers} | {:.0} |\n", started.elapsed().as_secs_f64());
    println!("{total}");
    println!("| of this process | before | after |");
    println!("| --- | --- | --- |");
    print!("{}", before.beside(&after));
    println!("| memory, MiB | {} (most in the first tenth) | {} |\n", first >> 20, last >> 20);
    assert_eq!((total.wrong, total.lost), (0, 0), "they are listed above");
    assert_eq!(after, before, "something is left");
    assert!(last <= first + MEMORY_BOUND, "{first} bytes, then {last}");
    assert!(total.went_on > 0, "no job was under way when a worker ended");
    assert!(workers > u64::from(kills + freezes));
}

fn supervisor() -> Supervisor {
    let options = WorkerOptions {
        program: std::env::current_exe().unwrap(),
        arguments: vec![SERVE.to_string()],
        engine: EngineName::Scripted,
        block_bytes: 1 << 18,
        blocks: 16,
        patience: PATIENCE,
    };
    // However often it ends, the next one is started at once.
    let limits = Limits { silence: SILENCE, settled: Duration::ZERO, ..Limits::default() };
    Supervisor::start(options, limits).unwrap()
}

fn ladder(supervisor: &Arc<Supervisor>, cpu: Arc<dyn Engine>) -> Ladder {
    let backoff = Backoff {
        first: Duration::from_millis(1),
        most: Duration::from_millis(5),
        ..Backoff::default()
    };
    let tolerance = Tolerance { failures: 3, backoff };
    let first = Rung::new(Arc::clone(supervisor), tolerance);
    Ladder::new(vec![first, Rung::new(Fixed(cpu), tolerance)], PATIENCE)
}

/// As many of both, shuffled.
fn blows(kills: u32, freezes: u32, chance: &mut Chance) -> Vec<Signal> {
    let kills = (0..kills).map(|_| (chance.unit(), Signal::KILL)).collect::<Vec<_>>();
    let freezes = (0..freezes).map(|_| (chance.unit(), Signal::STOP)).collect::<Vec<_>>();
    let mut blows = [kills, freezes].concat();
    blows.sort_by(|one, other| one.0.total_cmp(&other.0));
    blows.into_iter().map(|(_, blow)| blow).collect()
}

/// Hits the worker that is up, and waits until it is no more: a blow that hit the dead would not count.
fn strike(supervisor: &Supervisor, blow: Signal) {
    let worker: Arc<Worker> = supervisor.wait(PATIENCE).unwrap();
    let process = Pid::from_raw(worker.process_id().try_into().unwrap()).unwrap();
    kill_process(process, blow).unwrap();
    let struck = Instant::now();
    while !worker.is_lost() {
        assert!(struck.elapsed() < PATIENCE, "{blow:?} was not noticed");
        thread::sleep(Duration::from_millis(1));
    }
}

/// `SplitMix64` (Steele et al. 2014).
struct Chance(u64);

impl Chance {
    /// In [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
