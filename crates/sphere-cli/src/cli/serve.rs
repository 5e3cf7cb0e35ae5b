//! The arguments of `sphere serve`, and of the process that it starts for an engine.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use sphere_engine::EngineName;
use sphere_engine::numa::Numa;
use sphere_offload::fault::Fault;
use sphere_offload::verify::Fraction;
use sphere_server::QueueSetting;

use super::engines::{COMPUTING, SoftwareArguments};

/// Where the help lists what keeps jobs and does them.
const JOBS: &str = "Jobs";

/// Serve points over HTTP, and a page that shows them
///
/// Each setting can also be given in the environment, or in a TOML file under the same name with
/// underscores: flags win over the environment, the environment over the file.
#[derive(Args, Debug)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct ServeArguments {
    /// Address and port; off loopback only with a token [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "SPHERE_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// A file whose first line is the token that requests must bear
    #[arg(long, value_name = "FILE", env = "SPHERE_TOKEN_FILE", value_hint = ValueHint::FilePath)]
    pub(crate) token_file: Option<PathBuf>,
    /// Listen off loopback without a token: anybody who reaches the port can use it
    #[arg(long, env = "SPHERE_INSECURE_REMOTE", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) insecure_remote: Option<bool>,
    /// Points of one request [default: 1000000000]
    #[arg(long, value_name = "N", env = "SPHERE_MAX_POINTS")]
    pub(crate) max_points: Option<u64>,
    /// Connections open at once; more wait [default: 12000]
    #[arg(long, value_name = "N", env = "SPHERE_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,
    /// Streamed responses at once; more are told to come back [default: 1024]
    #[arg(long, value_name = "N", env = "SPHERE_MAX_STREAMS")]
    pub(crate) max_streams: Option<usize>,
    /// Threads that compute [default: all cores]
    #[arg(long, value_name = "T", env = "SPHERE_THREADS")]
    pub(crate) threads: Option<usize>,
    /// Keep them on nodes of memory: auto where there are several, off, or the number of one [default: auto]
    #[arg(long, value_name = "NODES", env = "SPHERE_NUMA", allow_negative_numbers = true)]
    pub(crate) numa: Option<Numa>,
    /// Let engine=wgpu compute on the processor where there is no graphics processor: for tests
    #[arg(long, env = "SPHERE_SOFTWARE_GPU", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) software_gpu: Option<bool>,
    /// What computes, the first choice first; where one fails, the next goes on. scripted stands for a
    /// device in drills [default: cuda,wgpu,cpu]
    #[arg(long, value_name = "E,E", env = "SPHERE_ENGINES", value_delimiter = ',', help_heading = COMPUTING)]
    pub(crate) engines: Option<Vec<EngineName>>,
    /// Compute one point in N of what other engines compute again on the CPU, and never trust one that
    /// was wrong
    #[arg(long, value_name = "1/N", env = "SPHERE_VERIFY", help_heading = COMPUTING)]
    pub(crate) verify: Option<Fraction>,
    /// Seconds in which an engine must compute something; then the next goes on [default: 2]
    #[arg(long, value_name = "S", env = "SPHERE_ENGINE_SECONDS", help_heading = COMPUTING)]
    pub(crate) engine_seconds: Option<u64>,
    /// The program of the processes that engines other than cpu are in [default: this one]
    #[arg(long, value_name = "FILE", env = "SPHERE_WORKER_PROGRAM", value_hint = ValueHint::ExecutablePath, help_heading = COMPUTING)]
    pub(crate) worker_program: Option<PathBuf>,
    /// Memory that such a process may have for itself; it is replaced where it takes more [default: any]
    #[arg(long, value_name = "BYTES", env = "SPHERE_WORKER_MEMORY_BYTES", help_heading = COMPUTING)]
    pub(crate) worker_memory_bytes: Option<u64>,
    /// Have something fail, for a drill: gpu-poison, worker-kill, worker-freeze, wgpu-lost,
    /// slow:ENGINE:MS, corrupt:ENGINE:1/N, alloc-fail:N; of the queue disk-full:S, fsync-fail:S, broker-cut:S,
    /// clock-jump:S; each with @SECONDS to come later
    #[arg(long, value_name = "FAULT", env = "SPHERE_FAULT", value_delimiter = ',', help_heading = COMPUTING)]
    pub(crate) fault: Option<Vec<Fault>>,
    /// Where jobs are kept, and requests that no engine serves now: sqlite:FILE, nats://HOST:PORT[,HOST:PORT...],
    /// or none [default: a file
    /// in the user's data folder]
    #[arg(long, value_name = "QUEUE", env = "SPHERE_QUEUE", help_heading = JOBS)]
    pub(crate) queue: Option<QueueSetting>,
    /// Jobs of the queue that this process does at once; with 0 others do them [default: 1]
    #[arg(long, value_name = "N", env = "SPHERE_WORKERS", help_heading = JOBS)]
    pub(crate) workers: Option<usize>,
    /// Seconds in which a reader must take something of its response [default: 60]
    #[arg(long, value_name = "S", env = "SPHERE_PROGRESS_SECONDS")]
    pub(crate) progress_seconds: Option<u64>,
    /// Seconds that a shutdown gives to responses under way [default: 30]
    #[arg(long, value_name = "S", env = "SPHERE_GRACE_SECONDS")]
    pub(crate) grace_seconds: Option<u64>,
    /// What to log on standard error: error, warn, info, debug (a line a request) [default: info]
    #[arg(long, value_name = "LEVEL", env = "SPHERE_LOG")]
    pub(crate) log: Option<String>,
    /// A TOML file with settings
    #[arg(long, value_name = "FILE", env = "SPHERE_CONFIG", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
    /// Print the settings that would be used, as such a file, and end
    #[arg(long)]
    pub(crate) print_config: bool,
}

/// Compute for a service that has started this process: its socket is standard input
#[derive(Args, Debug)]
pub(crate) struct EngineWorkerArguments {
    #[command(flatten)]
    pub(crate) software: SoftwareArguments,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  sphere serve                                       then open http://127.0.0.1:8080
  sphere serve --listen 0.0.0.0:80 --token-file /run/secrets/sphere
  SPHERE_MAX_POINTS=1000000 sphere serve --print-config > sphere.toml
  sphere serve --config sphere.toml
  sphere serve --engines scripted,cpu --fault worker-kill@5      a drill: then look at /v1/engines

  curl '127.0.0.1:8080/v1/sample/fibonacci?count=5&format=csv'";
