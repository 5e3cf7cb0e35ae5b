//! What takes a device and a look inside. Without a device these say so and pass nothing.

use sphere_math::kernels::{Kernel, NEAREST};

use super::{Software, WgpuEngine, WgpuOptions};
use crate::device::pool::Used;
use crate::{
    Cause, Collect, Engine, EngineError, Job, NearestJob, SampleParameters, Stop, Stopped,
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
