//! What takes a device and a look inside. Without a device these say so and pass nothing.

use std::ops::Range;

use sphere_math::kernels::{Kernel, NEAREST};

use super::{Software, WgpuEngine, WgpuOptions};
use crate::device::pool::Used;
use crate::{
    Block, Cause, Collect, Engine, EngineError, Job, NearestJob, SampleParameters, Sink, SinkError,
    Stop, Stopped, Window,
};

const SOFTWARE: WgpuOptions =
    WgpuOptions { software: Software::Allowed, power: super::Power::High, most_buffer_bytes: None };

fn with_texts(text: &dyn Fn(&Kernel) -> String) -> Option<WgpuEngine> {
    match WgpuEngine::with_texts(SOFTWARE, text) {
        Err(EngineError::Unavailable { reason }) => {
            assert!(std::env::var_os("SPHERE_REQUIRE_WGPU").is_none(), "no device: {reason}");
            eprintln!("SKIPPED, this machine has no device: {reason}");
            None
        }
        engine => Some(engine.unwrap()),
    }
}

fn job(scheme: &str, pairs: &[(&str, &str)]) -> Job {
    let pairs = pairs.iter().copied().chain([("precision", "f32")]);
    SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
}

fn refusal(engine: &WgpuEngine, job: &Job) -> Option<String> {
    match engine.run(job, &mut Collect::<f32>::default(), &Stop::never()) {
        Ok(_) => None,
        Err(stopped) => match stopped.cause {
            Cause::Engine(EngineError::Unavailable { reason }) => Some(reason),
            other => panic!("{other}"),
        },
    }
}

/// One bit of one constant of the golden angle.
const CANARY: (&str, &str) = ("0x61c88646u", "0x61c88647u");

#[test]
fn a_kernel_with_one_wrong_bit_is_refused_and_the_others_stay() {
    let (right, wrong) = CANARY;
    for name in ["fibonacci", NEAREST.name] {
        let text = |kernel: &Kernel| {
            let text = kernel.wgsl.concat();
            assert!(kernel.name != name || text.contains(right), "choose another constant");
            if kernel.name == name { text.replacen(right, wrong, 1) } else { text }
        };
        let Some(engine) = with_texts(&text) else { return };
        let refused = &engine.capability().refused;
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(refused[0].kernel, name);
        assert!(refused[0].reason.contains("differ"), "{}", refused[0].reason);
        assert!(!engine.capability().kernels.contains(&name));
        let points = refusal(&engine, &job("fibonacci", &[("count", "10")]));
        assert_eq!(points.is_some_and(|reason| reason.contains("fibonacci")), name == "fibonacci");
        assert_eq!(nearest(&engine).is_err(), name == NEAREST.name);
        assert_eq!(refusal(&engine, &job("disk", &[("count", "10")])), None);
    }
}

fn nearest(engine: &WgpuEngine) -> Result<(), Stopped> {
    let job = NearestJob::parse("fibonacci", [("total", "1e4")]).unwrap();
    let column = vec![1.0; 100_000];
    let mut indices = vec![0; 100_000];
    engine.nearest(&job, [&column, &column, &column], &mut indices, &Stop::never())
}

#[test]
fn a_kernel_that_does_not_compile_is_refused_with_the_log() {
    let broken = |kernel: &Kernel| match kernel.name {
        "disk" => "fn main( {".to_string(),
        _ => kernel.wgsl.concat(),
    };
    let Some(engine) = with_texts(&broken) else { return };
    let refused = &engine.capability().refused;
    assert_eq!((refused.len(), refused[0].kernel), (1, "disk"));
    assert!(refused[0].reason.contains("fn main("), "{}", refused[0].reason);
    assert_eq!(refusal(&engine, &job("fibonacci", &[("count", "10")])), None);
}

#[test]
fn a_finished_job_leaves_no_buffer_out() {
    let Some(engine) = with_texts(&|kernel| kernel.wgsl.concat()) else { return };
    let job = job("fibonacci", &[("count", "100_000")]);
    let mut used = Vec::new();
    for _ in 0..3 {
        engine.run(&job, &mut Collect::<f32>::default(), &Stop::never()).unwrap();
        nearest(&engine).unwrap();
        used.push([engine.pool.used(), engine.finders.used()]);
    }
    assert!(used.iter().flatten().all(|used| used.lent_bytes == 0));
    assert_eq!(used[0], used[2], "buffers are used again");
    engine.pool.clear();
    assert_eq!(engine.pool.used(), Used::default());
}

/// Keeps every block.
#[derive(Default)]
struct Keep(Vec<Block>);

impl Sink for Keep {
    fn window(&self) -> Window {
        Window { blocks: 1, block_bytes: 10_000 }
    }

    fn lend(&mut self) -> Block {
        Block::default()
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.0.push(block);
        Ok(())
    }
}

/// Blocks are the memory that the device has written to, for as long as anybody has one.
#[test]
fn blocks_are_not_copied_and_outlive_their_engine() {
    let Some(engine) = with_texts(&|kernel| kernel.wgsl.concat()) else { return };
    let job = job("fibonacci", &[("count", "100_001")]);
    let right = {
        let mut points = Collect::<f32>::default();
        engine.run(&job, &mut points, &Stop::never()).unwrap();
        points.values
    };
    let mut kept = Keep::default();
    engine.run(&job, &mut kept, &Stop::never()).unwrap();
    assert!(engine.pool.used().lent_bytes >= 100_001 * 12, "blocks lie in buffers of the device");
    drop(kept.0.remove(5));
    assert!(engine.pool.used().lent_bytes >= 100_001 * 12, "others of the batch are in use");
    let pool = std::sync::Arc::clone(&engine.pool);
    drop(engine);
    let values = |blocks: &[Block]| -> Vec<f32> {
        blocks.iter().flat_map(Block::values::<f32>).copied().collect()
    };
    let row = kept.0[0].values::<f32>().len();
    assert!(values(&kept.0[..5]) == right[..5 * row] && values(&kept.0[5..]) == right[6 * row..]);
    // Whoever writes to one changes no other, and not the device's.
    kept.0[1].values_mut::<f32>().fill(7.0);
    assert!(kept.0[1].values::<f32>() == vec![7.0; row]);
    assert!(values(&kept.0[2..5]) == right[2 * row..5 * row]);
    drop(kept);
    assert_eq!(pool.used().lent_bytes, 0);
}

/// Devices with memory of their own copy results to where they can be read.
#[test]
fn a_copy_on_the_device_changes_no_bit() {
    let Some(mut engine) = with_texts(&|kernel| kernel.wgsl.concat()) else { return };
    let job = job("random", &[("count", "100_000"), ("method", "ball")]);
    let collect = |engine: &WgpuEngine| {
        let mut points = Collect::<f32>::default();
        engine.run(&job, &mut points, &Stop::never()).unwrap();
        points.values
    };
    let first = collect(&engine);
    engine.gpu.shares_memory = false;
    engine.pool.clear();
    assert!(first == collect(&engine));
}
