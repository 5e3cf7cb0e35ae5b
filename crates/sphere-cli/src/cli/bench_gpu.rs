//! `sphere bench gpu`.

use std::path::PathBuf;

use clap::Args;

/// Measure a CUDA device against its own limits
///
/// Kernels against a copy within the device, points into memory of this machine against the link, more
/// points than the device has memory for, the launch of a small job, and what 'auto' chooses. Each row
/// is a ratio to a limit that is measured in the same run, beside its goal.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct BenchGpuArguments {
    /// Begin nothing more after so long; what was not measured says so
    #[arg(long, value_name = "S", default_value_t = 300)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) most_seconds: u32,
    /// The device, as the driver counts them
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) device: usize,
    /// The folder of compiled kernels, for machines without NVRTC [default: the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) cubins: Option<PathBuf>,
    /// Write gpu.json and gpu.md into this folder; without it, gpu.md is printed
    #[arg(long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
    /// Measure so many times, and take medians
    #[arg(long, value_name = "R", default_value_t = 7)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) runs: u32,
    /// Bytes of a copy over the link; jobs that are compared with it have 24 times as many
    #[arg(long, value_name = "B", default_value_t = 1 << 28)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000..=1 << 34))]
    pub(crate) link_bytes: u64,
    /// Points of a kernel that stays on the device
    #[arg(long, value_name = "N", default_value_t = 1 << 25)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1 << 26))]
    pub(crate) points: u64,
    /// Directions whose nearest lattice points are searched; fewer where memory ends
    #[arg(long, value_name = "N", default_value_t = 1_000_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    pub(crate) directions: u64,
    /// Bytes of points that flow through a device of little memory
    #[arg(long, value_name = "B", default_value_t = 200_000_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000..=100_000_000_000_000))]
    pub(crate) stream_bytes: u64,
    /// The memory of that device
    #[arg(long, value_name = "B", default_value_t = 4_000_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000_000..=1_000_000_000_000))]
    pub(crate) device_bytes: u64,
    /// The largest job among those that 'auto' chooses for: 10 to this power
    #[arg(long, value_name = "E", default_value_t = 9)]
    #[arg(value_parser = clap::value_parser!(u32).range(2..=10))]
    pub(crate) largest: u32,
}

const EXAMPLES: &str = "\
Examples:
  sphere bench gpu
  sphere bench gpu --output docs/gpu/h200
  sphere bench gpu --runs 3 --directions 10000000 --stream-bytes 10000000000   a short look

It needs NVIDIA's driver, and NVRTC or a folder of compiled kernels: 'make gpu-bundle' packs all that a
bare machine needs.";
