//! Engines by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::parameters::{Named, parse};
use crate::{Coordinates, ParameterError, Precision};

/// An engine that there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    /// `cpu`: the processor, which is always there.
    Cpu,
    /// `wgpu`: whatever graphics processor there is, through WebGPU.
    Wgpu,
    /// `cuda`: a graphics processor of NVIDIA.
    Cuda,
    /// `scripted`: the processor again, in a process of its own, to stand for a device in a drill. Nobody
    /// asks for it by name.
    Scripted,
}

/// What a user asks for. In text: `auto`, or the name of an engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EngineChoice {
    /// The one that is done first, of those that compute the same bits.
    #[default]
    Auto,
    /// This one or none.
    Named(EngineName),
}

/// How what an engine computes compares with the CPU. Draws are the same integers on every engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exactness {
    /// The same bits.
    Bits,
    /// Points are within [`SINGLE_BOUND`](sphere_math::kernels::SINGLE_BOUND): their last bits are the
    /// device's. A lattice point that is found is nearest within
    /// [`NEAREST_BOUND`](sphere_math::kernels::NEAREST_BOUND).
    Bound,
}

impl EngineName {
    /// All that users choose from.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Wgpu, Self::Cuda];

    /// As users write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Wgpu => "wgpu",
            Self::Cuda => "cuda",
            Self::Scripted => "scripted",
        }
    }

    /// The types of values that it computes, on any device.
    #[must_use]
    pub const fn precisions(self) -> &'static [Precision] {
        match self {
            Self::Cpu | Self::Cuda | Self::Scripted => &[Precision::Double, Precision::Single],
            Self::Wgpu => &[Precision::Single],
        }
    }

    /// The coordinates that it computes, on any device.
    #[must_use]
    pub const fn coordinates(self) -> &'static [Coordinates] {
        match self {
            Self::Cpu | Self::Scripted => &Coordinates::ALL,
            Self::Wgpu | Self::Cuda => &[Coordinates::Native],
        }
    }

    /// How its points compare with those of the CPU.
    #[must_use]
    pub const fn exactness(self) -> Exactness {
        match self {
            Self::Cpu | Self::Cuda | Self::Scripted => Exactness::Bits,
            Self::Wgpu => Exactness::Bound,
        }
    }
}

/// As it is written, [`EngineName::Scripted`] included.
impl FromStr for EngineName {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, ParameterError> {
        parse("engine", text)
    }
}

impl Named for EngineName {
    const ALL: &'static [(&'static str, Self)] = &[
        (Self::Cpu.as_str(), Self::Cpu),
        (Self::Wgpu.as_str(), Self::Wgpu),
        (Self::Cuda.as_str(), Self::Cuda),
        (Self::Scripted.as_str(), Self::Scripted),
    ];
}

impl fmt::Display for EngineName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl EngineChoice {
    /// As users write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.name()
    }
}

impl Named for EngineChoice {
    const ALL: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        (EngineName::Cpu.as_str(), Self::Named(EngineName::Cpu)),
        (EngineName::Wgpu.as_str(), Self::Named(EngineName::Wgpu)),
        (EngineName::Cuda.as_str(), Self::Named(EngineName::Cuda)),
    ];
}

impl FromStr for EngineChoice {
    type Err = ParameterError;

    fn from_str(text: &str) -> Result<Self, ParameterError> {
        parse("engine", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        assert_eq!("auto".parse(), Ok(EngineChoice::Auto));
        for name in EngineName::ALL {
            assert_eq!(name.as_str().parse(), Ok(EngineChoice::Named(name)));
            assert_eq!(EngineChoice::Named(name).as_str(), name.to_string());
        }
    }

    #[test]
    fn other_names_are_told_which_there_are() {
        for text in ["", "Auto", "gpu", "cpu ", "opencl"] {
            let error = text.parse::<EngineChoice>().unwrap_err();
            assert_eq!((error.parameter(), error.code()), ("engine", "invalid_value"));
            let expected = format!("engine is '{text}'; it must be one of auto, cpu, wgpu, cuda");
            assert_eq!(error.to_string(), expected);
        }
    }
}
