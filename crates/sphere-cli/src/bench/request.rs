//! What is to be measured: the layer that validates `sphere sample`, with defaults for what a
//! measurement need not be told.

use sphere_engine::{Coordinates, Job, ParameterError, Precision, SampleParameters, SchemeKind};
use sphere_math::sampling::Plan;
use sphere_math::simd::SimdLevel;

use crate::cli::SubjectArguments;
use crate::failure::Failure;

/// Points to be computed over and over.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) parameters: SampleParameters,
    pub(super) job: Job,
    pub(super) plan: Plan,
}

impl Request {
    /// Checks everything that the user said about the points. Where there is no count, it is
    /// `default` of a job with rows as long.
    pub(super) fn of(
        arguments: &SubjectArguments,
        default: impl Fn(&Job) -> u64,
    ) -> Result<Self, Failure> {
        let pairs = arguments.points.parameters();
        let given = SampleParameters::parse(arguments.scheme(), pairs).map_err(Failure::usage)?;
        let parameters = completed(given, default).map_err(Failure::usage)?;
        let job = parameters.job().map_err(Failure::usage)?;
        if job.coordinates() != Coordinates::Native {
            return Err(Failure::usage(
                "columns must be xyz: angles are made when a file is written",
            ));
        }
        if job.points() == 0 {
            return Err(Failure::usage("count is 0: there is nothing to measure"));
        }
        let plan = job.scheme().plan().map_err(Failure::usage)?;
        let plan = match arguments.simd.as_deref() {
            None | Some("auto") => plan,
            Some(name) => {
                let level = name.parse::<SimdLevel>().map_err(Failure::usage)?;
                plan.with_simd(level).map_err(Failure::usage)?
            }
        };
        Ok(Self { parameters, job, plan })
    }

    pub(super) fn precision(&self) -> &'static str {
        match self.job.precision() {
            Precision::Double => "f64",
            Precision::Single => "f32",
        }
    }

    /// How a title names the points.
    pub(super) fn title(&self) -> String {
        let told = |name: &&str| !matches!(*name, "count" | "precision" | "columns");
        let texts = self.parameters.texts().filter(|(name, _)| told(name));
        let texts = texts.map(|(name, value)| format!("{name} {value}"));
        let name = self.parameters.scheme().name().to_string();
        [name].into_iter().chain(texts).collect::<Vec<_>>().join(", ")
    }
}

/// With a count, and for pixels with the smallest order that has so many.
fn completed(
    mut parameters: SampleParameters,
    default: impl Fn(&Job) -> u64,
) -> Result<SampleParameters, ParameterError> {
    let names: Vec<&str> = parameters.texts().map(|(name, _)| name).collect();
    let has = |name| names.contains(&name);
    let is_pixels = parameters.scheme() == SchemeKind::Pixels;
    let needs_order = is_pixels && !has("order");
    if !has("count") {
        let ends = is_pixels || has("total");
        let mut probe = parameters.clone();
        if needs_order {
            probe.set("order", "29")?;
        }
        if !ends {
            // Every placement of a lattice has two points.
            probe.set("count", "2")?;
        }
        let probe = probe.job()?;
        let most = if ends { probe.points() } else { u64::MAX };
        parameters.set("count", &default(&probe).min(most).to_string())?;
    }
    if needs_order {
        let of_order = |order: u32| {
            let mut parameters = parameters.clone();
            parameters.set("order", &order.to_string()).map(|()| parameters)
        };
        let has_them = |order: &u32| of_order(*order).and_then(|of| of.job()).is_ok();
        // What no order has, the largest refuses in words.
        return of_order((0..29).find(has_them).unwrap_or(29));
    }
    Ok(parameters)
}
