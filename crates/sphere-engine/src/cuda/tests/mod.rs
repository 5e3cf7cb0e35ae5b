//! The engine on a driver that is made up.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "a test that has no device says so")]

mod failures;
mod jobs;
mod kept;
mod nearest;
mod together;

use std::env;
use std::num::NonZero;
use std::ops::Range;
use std::sync::OnceLock;

use sphere_math::kernels::Kernel;

use super::driver::fake::Fake;
use super::inner::Inner;
use super::{CudaEngine, CudaOptions};
use crate::engine::Refused;
use crate::{
    Block, Collect, CpuEngine, Engine, EngineError, Job, SampleParameters, Sink, SinkError, Stop,
    Window,
};

/// Bytes of the device that is made up.
const DEVICE_BYTES: u64 = 1 << 30;

/// What the fake loads: the name of the kernel.
#[allow(clippy::unnecessary_wraps, reason = "compilers fail")]
fn compile(kernel: &Kernel) -> Result<Vec<u8>, EngineError> {
    Ok(kernel.name.as_bytes().to_vec())
}

fn open(fake: &Fake, most_device_bytes: Option<u64>) -> Result<Inner<Fake>, EngineError> {
    Inner::open(fake.clone(), most_device_bytes, &compile)
}

/// An engine, and its driver, which knows the schemes of some jobs.
fn with_jobs(jobs: &[Job], most_device_bytes: Option<u64>) -> (Fake, Inner<Fake>) {
    let fake = Fake::new(DEVICE_BYTES);
    for job in jobs {
        fake.know(job.scheme());
    }
    let engine = open(&fake, most_device_bytes).unwrap();
    (fake, engine)
}

fn job(words: &str) -> Job {
    let mut words = words.split_whitespace();
    let scheme = words.next().unwrap();
    let pairs = words.map(|word| word.split_once('=').unwrap());
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

fn cpu() -> &'static CpuEngine {
    static CPU: OnceLock<CpuEngine> = OnceLock::new();
    CPU.get_or_init(|| CpuEngine::new(NonZero::new(1)).unwrap())
}

/// The bytes of a job as the processor computes them.
fn right(job: &Job) -> Vec<u8> {
    let mut bytes = Kept::default();
    cpu().run(job, &mut bytes, &Stop::never()).unwrap();
    bytes.bytes
}

/// Keeps the bytes, and uses blocks again.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    window: Window,
    spare: Vec<Block>,
    ends: Vec<u64>,
    lent: usize,
    /// The sink fails at this block.
    full_at: Option<usize>,
}

impl Kept {
    fn of_window(blocks: usize, block_bytes: usize) -> Self {
        Self { window: Window { blocks, block_bytes }, ..Self::default() }
    }
}

impl Sink for Kept {
    fn window(&self) -> Window {
        self.window
    }

    fn lend(&mut self) -> Block {
        self.lent += 1;
        self.spare.pop().unwrap_or_default()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        if self.full_at == Some(self.ends.len()) {
            return Err("full".into());
        }
        self.bytes.extend_from_slice(block.bytes());
        self.ends.push(points.end);
        self.spare.push(block);
        Ok(())
    }
}

#[test]
fn a_kernel_with_one_wrong_bit_is_refused_and_the_others_stay() {
    for kernel in ["fibonacci", "random", "sobol_cube", "fibonacci_nearest"] {
        let fake = Fake::new(DEVICE_BYTES);
        fake.spoil(kernel);
        let engine = open(&fake, None).unwrap();
        let refused = &engine.capability().refused;
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(refused[0].kernel, kernel);
        let reason = &refused[0].reason;
        assert!(reason.contains("differ") || reason.contains("not nearest"), "{reason}");
        assert_eq!(engine.capability().kernels.len(), 6);
        drop(engine);
        assert_eq!(fake.audit(), [""; 0]);
    }
}

/// The same on a device, which only a text can have write something wrong.
#[test]
fn a_text_with_one_wrong_bit_is_refused_on_a_device() {
    let wrong = |kernel: &Kernel| {
        let (right, wrong) = ("0x61C8864680B583EAULL", "0x61C8864680B583EBULL");
        let text = kernel.cuda.concat();
        assert!(kernel.name != "disk" || text.contains(right), "choose another constant");
        if kernel.name == "disk" { text.replacen(right, wrong, 1) } else { text }
    };
    let options = CudaOptions { cache: None, ..CudaOptions::default() };
    let engine = match CudaEngine::with_texts(options, &wrong) {
        Err(EngineError::Unavailable { reason })
            if env::var_os("SPHERE_REQUIRE_CUDA").is_none() =>
        {
            eprintln!("SKIPPED, this machine has no CUDA device: {reason}");
            return;
        }
        engine => engine.unwrap(),
    };
    let refused = &engine.capability().refused;
    let lacks_compiler = |refused: &Refused| refused.reason.contains("no compiler");
    if refused.first().is_some_and(lacks_compiler) {
        eprintln!("SKIPPED, this machine has no compiler for another text: {refused:?}");
        return;
    }
    assert_eq!((refused.len(), refused[0].kernel), (1, "disk"), "{refused:?}");
    assert!(refused[0].reason.contains("differ"), "{}", refused[0].reason);
}

#[test]
fn a_kernel_that_does_not_compile_is_refused_with_the_log() {
    let fake = Fake::new(DEVICE_BYTES);
    let broken = |kernel: &Kernel| match kernel.name {
        "disk" => Err(EngineError::Failed { reason: "the log".to_string() }),
        _ => compile(kernel),
    };
    let engine = Inner::open(fake.clone(), None, &broken).unwrap();
    let refused = &engine.capability().refused;
    assert_eq!((refused.len(), refused[0].kernel), (1, "disk"));
    assert!(refused[0].reason.contains("the log"));
    let mut points = Collect::<f64>::default();
    let stopped = engine.run(&job("disk count=10"), &mut points, &Stop::never()).unwrap_err();
    let cause = stopped.cause.to_string();
    assert!(cause.contains("unavailable") && cause.contains("the log"), "{cause}");
}
