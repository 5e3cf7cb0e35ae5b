//! What an engine can do, on its way from its process.

use serde::{Deserialize, Serialize};
use sphere_engine::numa::NumaState;
use sphere_engine::{Capability, Costs, EngineName, Precision, Refused};
use sphere_math::kernels::{ALL, NEAREST};

/// A [`Capability`] as a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    device: String,
    driver: String,
    kernels: Vec<String>,
    refused: Vec<(String, String)>,
    double: bool,
    single: bool,
    most_point_words: Option<u64>,
    memory_bytes: Option<u64>,
    threads: usize,
}

impl From<&Capability> for Told {
    fn from(capability: &Capability) -> Self {
        let refused = capability.refused.iter();
        Self {
            device: capability.device.clone(),
            driver: capability.driver.clone(),
            kernels: capability.kernels.iter().map(ToString::to_string).collect(),
            refused: refused.map(|one| (one.kernel.to_string(), one.reason.clone())).collect(),
            double: capability.precisions.contains(&Precision::Double),
            single: capability.precisions.contains(&Precision::Single),
            most_point_words: capability.most_point_words,
            memory_bytes: capability.memory_bytes,
            threads: capability.threads,
        }
    }
}

impl Told {
    /// The capability of the engine `name`. What this process does not know by name is left out.
    pub(super) fn capability(self, name: EngineName) -> Capability {
        let refused = self.refused.into_iter().filter_map(|(name, reason)| {
            let kernel = kernel(&name)?;
            Some(Refused { kernel, reason })
        });
        Capability {
            name,
            device: self.device,
            driver: self.driver,
            kernels: self.kernels.iter().filter_map(|name| kernel(name)).collect(),
            refused: refused.collect(),
            precisions: match (self.double, self.single) {
                (true, true) => &[Precision::Double, Precision::Single],
                (true, false) => &[Precision::Double],
                (false, true) => &[Precision::Single],
                (false, false) => &[],
            },
            coordinates: name.coordinates(),
            most_point_words: self.most_point_words,
            memory_bytes: self.memory_bytes,
            simd: "",
            threads: self.threads,
            numa: NumaState::Off,
            costs: Costs::default(),
        }
    }
}

fn kernel(name: &str) -> Option<&'static str> {
    ALL.iter().chain([&NEAREST]).map(|kernel| kernel.name).find(|known| *known == name)
}
