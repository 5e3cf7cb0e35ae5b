//! What takes a device and a look inside. Without a device these say so and pass nothing.

use sphere_math::kernels::Kernel;

use super::{Software, WgpuEngine, WgpuOptions};
use crate::device::pool::Used;
use crate::{Cause, Collect, Engine, EngineError, Job, SampleParameters, Stop};

const SOFTWARE: WgpuOptions =
    WgpuOptions { software: Software::Allowed, power: super::Power::High, most_buffer_bytes: None };

fn with_texts(text: &dyn Fn(&Kernel) -> String) -> Option<WgpuEngine> {
    match WgpuEngine::with_texts(SOFTWARE, text) {
        Err(EngineError::Unavailable { reason }) => {
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
fn wrong(kernel: &Kernel) -> String {
    let text = kernel.wgsl.concat();
    if kernel.name != "fibonacci" {
        return text;
    }
    let (right, wrong) = CANARY;
    assert!(text.contains(right), "the text has changed: choose another constant");
    text.replacen(right, wrong, 1)
}

const CANARY: (&str, &str) = ("0x61c88646u", "0x61c88647u");

#[test]
fn a_kernel_with_one_wrong_bit_is_refused_and_the_others_stay() {
    let Some(engine) = with_texts(&wrong) else { return };
    let refused = &engine.capability().refused;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].kernel, "fibonacci");
    assert!(refused[0].reason.contains("differ"), "{}", refused[0].reason);
    assert!(!engine.capability().kernels.contains(&"fibonacci"));
    let reason = refusal(&engine, &job("fibonacci", &[("count", "10")])).unwrap();
    assert!(reason.contains("fibonacci"), "{reason}");
    assert_eq!(refusal(&engine, &job("disk", &[("count", "10")])), None);
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
        used.push(engine.pool.used());
    }
    assert!(used.iter().all(|used| used.lent_bytes == 0));
    assert_eq!(used[0], used[2], "buffers are used again");
    engine.pool.clear();
    assert_eq!(engine.pool.used(), Used::default());
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
