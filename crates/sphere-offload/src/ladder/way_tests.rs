use std::sync::Arc;

use sphere_engine::{
    Capability, CpuEngine, Engine, EngineChoice, EngineError, EngineName, Exactness, Job,
    NearestJob, Report, SampleParameters, Sink, Stop, Stopped, Work,
};

use super::*;
use crate::breaker::Tolerance;

/// The CPU under another name.
#[derive(Debug)]
struct Called(CpuEngine, Capability);

impl Engine for Called {
    fn capability(&self) -> &Capability {
        &self.1
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.0.run(job, out, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.0.nearest(job, directions, indices, stop)
    }
}

/// What there is of an engine.
#[derive(Debug)]
enum Place {
    Here(EngineName),
    Starting(EngineName),
    Absent(EngineName),
}

impl Supply for Place {
    fn name(&self) -> EngineName {
        match self {
            Self::Here(name) | Self::Starting(name) | Self::Absent(name) => *name,
        }
    }

    fn engine(&self) -> Result<Arc<dyn Engine>, EngineError> {
        match self {
            Self::Here(name) => {
                let cpu = CpuEngine::new(std::num::NonZeroUsize::new(1))?;
                let (precisions, coordinates) = (name.precisions(), name.coordinates());
                let capability = cpu.capability().clone();
                let capability = Capability { name: *name, precisions, coordinates, ..capability };
                Ok(Arc::new(Called(cpu, capability)))
            }
            Self::Starting(_) | Self::Absent(_) => {
                Err(EngineError::Unavailable { reason: "no driver".to_string() })
            }
        }
    }

    fn absent(&self) -> Option<String> {
        matches!(self, Self::Absent(_)).then(|| "no driver".to_string())
    }
}

use EngineName::{Cpu, Cuda, Scripted, Wgpu};
use Place::{Absent, Here, Starting};

fn ladder(places: impl IntoIterator<Item = Place>) -> Ladder {
    let rungs = places.into_iter().map(|place| Rung::new(place, Tolerance::default()));
    Ladder::new(rungs.collect(), Duration::from_secs(1))
}

fn job(text: &str) -> Job {
    let pairs = text.split(' ').map(|pair| pair.split_once('=').unwrap());
    SampleParameters::parse("fibonacci", pairs).unwrap().job().unwrap()
}

fn names(ladder: &Ladder, choice: EngineChoice, job: &Job) -> Result<Vec<EngineName>, NoWay> {
    let way = ladder.way(choice, &Work::Points(job))?;
    assert_eq!(way.first(ladder), way.rungs(ladder).next().map(Rung::name));
    Ok(way.rungs(ladder).map(Rung::name).collect())
}

#[test]
fn auto_takes_what_computes_the_same_bits_and_is_here() {
    let large = job("count=1e9");
    for (places, expected) in [
        (vec![Here(Cuda), Here(Wgpu), Here(Cpu)], vec![Cuda, Cpu]),
        (vec![Absent(Cuda), Absent(Wgpu), Here(Cpu)], vec![Cpu]),
        (vec![Starting(Cuda), Here(Cpu)], vec![Cpu]),
        (vec![Here(Scripted), Here(Cpu)], vec![Scripted, Cpu]),
        (vec![Here(Cpu), Here(Cuda)], vec![Cpu, Cuda]),
    ] {
        let ladder = ladder(places);
        let way = names(&ladder, EngineChoice::Auto, &large);
        assert_eq!(way, Ok(expected), "{ladder:?}");
        assert_eq!(
            ladder.way(EngineChoice::Auto, &Work::Points(&large)).unwrap().exactness(),
            Exactness::Bits
        );
    }
    for places in [vec![Here(Wgpu)], vec![Starting(Cuda)], vec![Absent(Cuda)]] {
        let way = names(&ladder(places), EngineChoice::Auto, &large);
        assert_eq!(way, Err(NoWay::NoneHere));
    }
}

#[test]
fn small_work_is_for_the_cpu_except_in_a_drill() {
    let small = job("count=10");
    for (first, expected) in [(Cuda, vec![Cpu, Cuda]), (Scripted, vec![Scripted, Cpu])] {
        let ladder = ladder([Here(first), Here(Cpu)]);
        assert_eq!(names(&ladder, EngineChoice::Auto, &small), Ok(expected));
    }
    assert_eq!(names(&ladder([Here(Cuda)]), EngineChoice::Auto, &small), Ok(vec![Cuda]));
}

#[test]
fn an_engine_that_is_done_first_by_its_cost_goes_first() {
    let ladder = ladder([Here(Cuda), Here(Cpu)]);
    let large = job("count=1e9");
    ladder.rungs()[0].measure().unwrap();
    ladder.rungs()[1].measure().unwrap();
    let work = Work::Points(&large);
    let time = |rung: &Rung| rung.cost(&work).unwrap().estimate(work.bytes());
    let [cuda, cpu] = [0, 1].map(|rung| time(&ladder.rungs()[rung]));
    let expected = if cuda <= cpu { vec![Cuda, Cpu] } else { vec![Cpu, Cuda] };
    assert_eq!(names(&ladder, EngineChoice::Auto, &large), Ok(expected));
}

#[test]
fn a_named_engine_goes_first_and_those_below_it_follow() {
    let single = job("count=1e9 precision=f32");
    let places = || [Here(Cuda), Here(Wgpu), Here(Cpu)];
    for (name, expected, exactness) in [
        (Cuda, vec![Cuda, Cpu], Exactness::Bits),
        (Wgpu, vec![Wgpu, Cpu], Exactness::Bound),
        (Cpu, vec![Cpu], Exactness::Bits),
    ] {
        let (ladder, choice) = (ladder(places()), EngineChoice::Named(name));
        assert_eq!(names(&ladder, choice, &single), Ok(expected));
        let way = ladder.way(choice, &Work::Points(&single)).unwrap();
        assert_eq!(way.exactness(), exactness);
    }
    // One that is only starting may be there by the time that the job is.
    let starting = ladder([Starting(Cuda), Here(Cpu)]);
    assert_eq!(names(&starting, EngineChoice::Named(Cuda), &single), Ok(vec![Cuda, Cpu]));
}

#[test]
fn a_named_engine_that_is_not_here_or_cannot_is_told() {
    let double = job("count=10");
    let told = |places: Vec<Place>, name, job: &Job| {
        names(&ladder(places), EngineChoice::Named(name), job).unwrap_err().to_string()
    };
    let absent = told(vec![Absent(Cuda), Here(Cpu)], Cuda, &double);
    assert_eq!(absent, "engine cuda is not available: no driver");
    let unused = told(vec![Here(Cpu)], Cuda, &double);
    assert_eq!(unused, "engine cuda is not available: this service does not use it");
    let cannot = told(vec![Here(Wgpu), Here(Cpu)], Wgpu, &double);
    assert!(cannot.contains("f32"), "{cannot}");
}
