//! The arguments of `sphere worker`.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use sphere_engine::EngineName;
use sphere_engine::numa::Numa;
use sphere_offload::fault::Fault;
use sphere_offload::verify::Fraction;

use super::QueueArgument;
use super::engines::{COMPUTING, SoftwareArguments};

/// Do the jobs of a queue, until told to end
///
/// Any number of workers may have the same queue. Told to end (interrupt or termination), one gives back the
/// jobs that it has, as far as they have come, and another goes on there.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WorkerArguments {
    #[command(flatten)]
    pub(crate) queue: QueueArgument,
    /// Do so many jobs at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) workers: u16,
    /// Say nothing of jobs that have ended
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Compute on so many threads [default: all cores]
    #[arg(long, value_name = "T", env = "SPHERE_THREADS", help_heading = COMPUTING, allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
    /// Keep threads on nodes of memory: auto where there are several, off, or the number of one
    #[arg(long, value_name = "NODES", env = "SPHERE_NUMA", help_heading = COMPUTING, default_value_t, allow_negative_numbers = true)]
    pub(crate) numa: Numa,
    /// What computes, the first choice first; where one fails, the next goes on. scripted stands for a
    /// device in drills
    #[arg(long, value_name = "E,E", env = "SPHERE_ENGINES", value_delimiter = ',', default_value = "cuda,wgpu,cpu", help_heading = COMPUTING)]
    pub(crate) engines: Vec<EngineName>,
    #[command(flatten)]
    pub(crate) software: SoftwareArguments,
    /// Compute one point in N of what other engines compute again on the CPU, and never trust one that
    /// was wrong
    #[arg(long, value_name = "1/N", env = "SPHERE_VERIFY", help_heading = COMPUTING)]
    pub(crate) verify: Option<Fraction>,
    /// Seconds in which an engine must compute something; then the next goes on
    #[arg(long, value_name = "S", env = "SPHERE_ENGINE_SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..), help_heading = COMPUTING)]
    pub(crate) engine_seconds: u64,
    /// The program of the processes that engines other than cpu are in [default: this one]
    #[arg(long, value_name = "FILE", env = "SPHERE_WORKER_PROGRAM", value_hint = ValueHint::ExecutablePath, help_heading = COMPUTING)]
    pub(crate) worker_program: Option<PathBuf>,
    /// Have something fail, for a drill; 'sphere serve --help' lists what can
    #[arg(long, value_name = "FAULT", env = "SPHERE_FAULT", value_delimiter = ',', help_heading = COMPUTING)]
    pub(crate) fault: Vec<Fault>,
}

const EXAMPLES: &str = "\
Examples:
  sphere worker                                         the default queue, as 'sphere serve'
  sphere worker --queue sqlite:/var/lib/sphere/queue.sqlite --workers 4
  sphere worker --queue nats://queue.example:4222       one for many hosts
  sphere worker --engines cpu --threads 8 --quiet

On standard output is one line, when it is ready; on standard error one for each job that has
ended, and for trouble. Exit status: 0 when told to end, 1 if it cannot begin, 2 wrong arguments.";
