//! Choosing among engines that are made up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use sphere_math::sampling::Tally;

use super::*;
use crate::engine::Refused;
use crate::{
    Block, Capability, Coordinates, Job, NearestJob, Precision, Report, SampleParameters, Sink,
    Stop, Stopped,
};

/// A device that passes on empty blocks, some time after it is asked to.
#[derive(Debug)]
struct Device {
    capability: Capability,
    launch: Duration,
}

impl Engine for Device {
    fn capability(&self) -> &Capability {
        &self.capability
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, _stop: &Stop) -> Result<Report, Stopped> {
        thread::sleep(self.launch);
        let accepted = out.accept(job.range(), Block::default());
        accepted.map_err(|error| Stopped { next: 0, cause: crate::Cause::Sink(error) })?;
        let elapsed = self.launch;
        Ok(Report { points: job.points(), tally: Tally::default(), elapsed })
    }

    fn nearest(
        &self,
        _job: &NearestJob,
        _directions: [&[f64]; 3],
        _indices: &mut [u64],
        _stop: &Stop,
    ) -> Result<(), Stopped> {
        thread::sleep(self.launch);
        Ok(())
    }
}

fn cpu() -> CpuEngine {
    CpuEngine::new(std::num::NonZeroUsize::new(1)).unwrap()
}

/// The capability of a device that can do what the CPU can.
fn capability(name: EngineName) -> Capability {
    Capability { name, costs: Costs::default(), ..cpu().capability().clone() }
}

fn device(capability: Capability) -> Arc<dyn Engine> {
    Arc::new(Device { capability, launch: Duration::ZERO })
}

fn unavailable() -> EngineError {
    EngineError::Unavailable { reason: "no driver".to_string() }
}

/// Engines with this in the place of `cuda`.
fn engines(
    open: impl Fn() -> Result<Arc<dyn Engine>, EngineError> + Send + Sync + 'static,
) -> Engines {
    let wgpu = Slot::new(EngineName::Wgpu, || panic!("auto opens what changes bits"));
    Engines::with(cpu(), vec![wgpu, Slot::new(EngineName::Cuda, open)])
}

fn job(pairs: &[(&str, &str)]) -> Job {
    SampleParameters::parse("fibonacci", pairs.iter().copied()).unwrap().job().unwrap()
}

fn large() -> Job {
    job(&[("count", "1e12")])
}

fn name(engine: &Arc<dyn Engine>) -> EngineName {
    engine.capability().name
}

#[test]
fn every_name_has_one_place() {
    let engines = Engines::new(cpu(), &EngineOptions::default());
    for name in EngineName::ALL {
        let places = engines.devices.iter().filter(|slot| slot.name == name).count();
        assert_eq!(places, usize::from(name != EngineName::Cpu), "{name}");
    }
    assert_eq!(engines.cpu().capability().name, EngineName::Cpu);
}

#[test]
fn an_engine_is_opened_once_by_whichever_thread_asks_first() {
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&opened);
    let engines = engines(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(20));
        Ok(device(capability(EngineName::Cuda)))
    });
    assert!(engines.slot(EngineName::Cuda).unwrap().opened().is_none());
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(name(engines.open(EngineName::Cuda).unwrap()), EngineName::Cuda);
            });
        }
    });
    assert_eq!(opened.load(Ordering::Relaxed), 1);
    let engine = engines.slot(EngineName::Cuda).unwrap().opened().unwrap().unwrap();
    assert_eq!(engine.capability().costs, Costs::default(), "measured when it is compared");
    assert!(
        engines.slot(EngineName::Wgpu).unwrap().opened().is_none(),
        "and nothing else is opened"
    );
}

#[test]
fn the_reason_is_kept_and_auto_goes_on_without() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let engines = engines(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Err(unavailable())
    });
    let job = large();
    let work = Work::Points(&job);
    for _ in 0..3 {
        let error = engines.named(EngineName::Cuda, &work).err().unwrap();
        assert_eq!(error.to_string(), "engine cuda is not available: no driver");
        assert_eq!(
            engines.slot(EngineName::Cuda).unwrap().opened().unwrap().err().unwrap(),
            unavailable()
        );
        assert_eq!(name(engines.auto(&work)), EngineName::Cpu);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_device_that_fails_while_it_is_measured_is_passed_over() {
    #[derive(Debug)]
    struct Lost(Capability);
    impl Engine for Lost {
        fn capability(&self) -> &Capability {
            &self.0
        }
        fn run(&self, _: &Job, _: &mut dyn Sink, _: &Stop) -> Result<Report, Stopped> {
            let lost = EngineError::Lost { reason: "reset".to_string() };
            Err(Stopped { next: 0, cause: crate::Cause::Engine(lost) })
        }
        fn nearest(
            &self,
            _: &NearestJob,
            _: [&[f64]; 3],
            _: &mut [u64],
            _: &Stop,
        ) -> Result<(), Stopped> {
            Ok(())
        }
    }
    let engines = engines(|| Ok(Arc::new(Lost(capability(EngineName::Cuda)))));
    let large = large();
    for _ in 0..2 {
        assert_eq!(name(engines.auto(&Work::Points(&large))), EngineName::Cpu);
        engines.warm();
    }
    assert!(
        engines.slot(EngineName::Cuda).unwrap().opened().unwrap().is_ok(),
        "for those who ask for it by name"
    );
}

fn lattice(total: &str) -> NearestJob {
    NearestJob::parse("fibonacci", [("total", total)]).unwrap()
}

#[test]
fn lattices_that_f32_does_not_resolve_are_not_for_wgpu() {
    for (total, wgpu) in [("1e9", true), ("4503599627370496", false)] {
        let job = lattice(total);
        let work = Work::Nearest { job: &job, directions: 1 };
        for engine in EngineName::ALL {
            let suits = wgpu || engine != EngineName::Wgpu;
            let unable = work.suits(engine).err();
            assert_eq!(unable.is_none(), suits, "{engine}, {total}");
            if let Some(unable) = unable {
                assert!(unable.to_string().starts_with("wgpu: "), "{unable}");
                assert_eq!(unable.advice(), ("engine", "auto"));
            }
        }
    }
}

#[test]
fn small_work_opens_and_measures_nothing() {
    let engines = engines(|| panic!("opened for nothing"));
    for count in ["0", "10", "1e6", "4e7"] {
        let job = job(&[("count", count)]);
        let engine = engines.choose(EngineChoice::Auto, &Work::Points(&job));
        assert_eq!(name(engine.unwrap()), EngineName::Cpu, "{count}");
    }
    let lattice = lattice("1e9");
    let nearest = Work::Nearest { job: &lattice, directions: 1_000_000 };
    assert_eq!(name(engines.auto(&nearest)), EngineName::Cpu);
    assert_eq!(engines.cpu().capability().costs, Costs::default());
}

#[test]
fn auto_takes_the_engine_that_is_done_first() {
    let engines = engines(|| {
        let launch = Duration::from_millis(5);
        let costs = Costs::known(Cost { launch, bytes_per_second: 1 << 40 });
        let capability = Capability { costs, ..capability(EngineName::Cuda) };
        Ok(Arc::new(Device { capability, launch }))
    });
    let (large, lattice) = (large(), lattice("1e9"));
    assert_eq!(name(engines.auto(&Work::Points(&large))), EngineName::Cuda);
    engines.warm();
    // Both are open and known: a launch of 5 ms does not pay for a few points.
    for (count, expected) in [("10", EngineName::Cpu), ("1e12", EngineName::Cuda)] {
        let job = job(&[("count", count)]);
        assert_eq!(name(engines.auto(&Work::Points(&job))), expected, "{count}");
    }
    for (directions, expected) in [(10, EngineName::Cpu), (1 << 40, EngineName::Cuda)] {
        let work = Work::Nearest { job: &lattice, directions };
        assert_eq!(name(engines.auto(&work)), expected, "{directions}");
    }
    // Never more than the user asks for.
    let choice = EngineChoice::Named(EngineName::Cpu);
    let named = engines.choose(choice, &Work::Points(&large));
    assert_eq!(name(named.unwrap()), EngineName::Cpu);
}

#[test]
fn auto_passes_over_what_cannot_do_the_work() {
    let engines = engines(|| {
        let coordinates = &[Coordinates::Native];
        let capability =
            Capability { coordinates, kernels: vec![], ..capability(EngineName::Cuda) };
        Ok(device(capability))
    });
    engines.warm();
    let (large, lattice) = (large(), lattice("1e9"));
    let nearest = Work::Nearest { job: &lattice, directions: 1 << 40 };
    for work in [Work::Points(&large), nearest] {
        assert_eq!(name(engines.auto(&work)), EngineName::Cpu);
        let error = engines.named(EngineName::Cuda, &work).err().unwrap();
        assert!(matches!(error, ChoiceError::Unable(Unable::Kernel { .. })), "{error}");
    }
}

#[test]
fn what_an_engine_cannot_do_says_what_to_ask_for() {
    let refused = Refused { kernel: "disk", reason: "draws differ".to_string() };
    let capability = Capability {
        kernels: vec!["fibonacci", "sobol_cube"],
        refused: vec![refused],
        precisions: &[Precision::Single],
        coordinates: &[Coordinates::Native],
        most_point_words: Some(1_000),
        ..capability(EngineName::Wgpu)
    };
    let parse = |scheme: &str, pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().copied().chain([("count", "5")]);
        SampleParameters::parse(scheme, pairs).unwrap().job().unwrap()
    };
    let single = ("precision", "f32");
    for (job, expected) in [
        (parse("fibonacci", &[single]), None),
        (parse("sobol", &[single, ("dimensions", "1000")]), None),
        (parse("fibonacci", &[]), Some(("wgpu computes f32 only", ("precision", "f32")))),
        (
            parse("fibonacci", &[single, ("columns", "lonlat-deg")]),
            Some(("native coordinates", ("columns", "xyz"))),
        ),
        (
            parse("disk", &[single]),
            Some(("does not run the kernel disk: draws differ", ("engine", "auto"))),
        ),
        (parse("random", &[single]), Some(("not run the kernel random", ("engine", "auto")))),
        (
            parse("sobol", &[single, ("dimensions", "1001")]),
            Some(("at most 1000 words of 32 bits; these have 1001", ("engine", "auto"))),
        ),
    ] {
        let unable = Work::Points(&job).check(&capability).err();
        let told = unable.as_ref().map(|unable| (unable.to_string(), unable.advice()));
        assert_eq!(told.is_some(), expected.is_some(), "{job:?}: {told:?}");
        if let (Some((text, advice)), Some((part, expected))) = (told, expected) {
            assert!(text.contains(part) && advice == expected, "{text}: {advice:?}");
        }
    }
    assert_eq!(
        Work::Points(&parse("disk", &[])).check(engines(|| Err(unavailable())).cpu().capability()),
        Ok(())
    );
}
