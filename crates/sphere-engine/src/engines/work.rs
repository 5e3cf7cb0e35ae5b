//! A piece of work, and whether an engine can do it.

use sphere_math::kernels::NEAREST;
use sphere_math::sampling::SampleError;

use super::EngineName;
use crate::cpu::INLINE_BYTES;
use crate::{Capability, Coordinates, Job, NearestJob, Precision};

/// What an engine is to be chosen for.
#[derive(Clone, Copy, Debug)]
pub enum Work<'a> {
    /// The points of a job.
    Points(&'a Job),
    /// The nearest lattice points of so many directions.
    Nearest {
        /// The lattice.
        job: &'a NearestJob,
        /// Directions, or 0 where they are not counted yet.
        directions: u64,
    },
}

/// Bytes of a direction in, x, y and z as f64, and of its index out.
pub(super) const NEAREST_BYTES: u64 = 32;

/// Why an engine cannot do a piece of work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unable {
    /// Values of another type.
    #[error("{engine} computes {} only", computed.name())]
    Precision {
        /// The engine.
        engine: EngineName,
        /// What it computes.
        computed: Precision,
    },
    /// Angles.
    #[error("{engine} computes native coordinates only, and no angles")]
    Coordinates {
        /// The engine.
        engine: EngineName,
    },
    /// A kernel that it does not run, or that it computed wrongly.
    #[error("{engine} does not run the kernel {kernel}{}", because(reason.as_deref()))]
    Kernel {
        /// The engine.
        engine: EngineName,
        /// The kernel.
        kernel: &'static str,
        /// What is wrong with it; `None` if it never had it.
        reason: Option<String>,
    },
    /// A lattice that the numbers of the engine do not resolve.
    #[error("{engine}: {reason}")]
    Lattice {
        /// The engine.
        engine: EngineName,
        /// What is too much for it.
        reason: SampleError,
    },
    /// A point of too many coordinates.
    #[error("{engine} computes points of at most {most} words of 32 bits; these have {words}")]
    Point {
        /// The engine.
        engine: EngineName,
        /// Words of a point.
        words: u64,
        /// What fits.
        most: u64,
    },
}

impl Work<'_> {
    /// Bytes that are computed, and read where there are any.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match *self {
            Self::Points(job) => job.points().saturating_mul(job.row_bytes() as u64),
            Self::Nearest { directions, .. } => directions.saturating_mul(NEAREST_BYTES),
        }
    }

    /// Whether it is computed on the thread that asks, before another device would have begun.
    #[must_use]
    pub fn is_small(&self) -> bool {
        matches!(self, Self::Points(_)) && self.bytes() <= INLINE_BYTES
    }

    /// Whether an engine of this name does such work at all, on any device: no device is asked.
    ///
    /// # Errors
    /// The first thing that it does not.
    pub fn suits(&self, engine: EngineName) -> Result<(), Unable> {
        match self {
            Self::Points(job) => {
                check_values(job, engine, engine.precisions(), engine.coordinates())
            }
            Self::Nearest { job, .. } => check_lattice(job, engine),
        }
    }

    /// Whether an engine that is open can do it. O(1).
    ///
    /// # Errors
    /// The first thing that it cannot.
    pub fn check(&self, capability: &Capability) -> Result<(), Unable> {
        let Capability { name, precisions, coordinates, .. } = *capability;
        match self {
            Self::Points(job) => {
                check_values(job, name, precisions, coordinates)?;
                check_kernel(job.scheme().kernel().name, capability)?;
                check_point(job, capability)
            }
            Self::Nearest { job, .. } => {
                check_lattice(job, name)?;
                check_kernel(NEAREST.name, capability)
            }
        }
    }
}

impl Unable {
    /// The parameter to change, by the name that all front ends share, and a value with which the
    /// work can be done.
    #[must_use]
    pub fn advice(&self) -> (&'static str, &'static str) {
        match self {
            Self::Precision { computed, .. } => ("precision", computed.name()),
            Self::Coordinates { .. } => ("columns", "xyz"),
            Self::Kernel { .. } | Self::Lattice { .. } | Self::Point { .. } => ("engine", "auto"),
        }
    }
}

fn check_values(
    job: &Job,
    engine: EngineName,
    precisions: &[Precision],
    coordinates: &[Coordinates],
) -> Result<(), Unable> {
    match precisions {
        [computed] if *computed != job.precision() => {
            return Err(Unable::Precision { engine, computed: *computed });
        }
        _ => {}
    }
    if coordinates.contains(&job.coordinates()) {
        return Ok(());
    }
    Err(Unable::Coordinates { engine })
}

fn check_lattice(job: &NearestJob, engine: EngineName) -> Result<(), Unable> {
    match engine {
        EngineName::Cpu | EngineName::Cuda | EngineName::Scripted => Ok(()),
        EngineName::Wgpu => match job.plan().launch_nearest_single() {
            Ok(_) => Ok(()),
            Err(reason) => Err(Unable::Lattice { engine, reason }),
        },
    }
}

fn check_kernel(kernel: &'static str, capability: &Capability) -> Result<(), Unable> {
    if capability.kernels.contains(&kernel) {
        return Ok(());
    }
    let refused = capability.refused.iter().find(|refused| refused.kernel == kernel);
    let reason = refused.map(|refused| refused.reason.clone());
    Err(Unable::Kernel { engine: capability.name, kernel, reason })
}

fn check_point(job: &Job, capability: &Capability) -> Result<(), Unable> {
    let words = (job.row_bytes() / size_of::<u32>()) as u64;
    match capability.most_point_words {
        Some(most) if words > most => Err(Unable::Point { engine: capability.name, words, most }),
        _ => Ok(()),
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(": {reason}"))
}
