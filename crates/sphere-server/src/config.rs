//! What an operator can set: by flag, by environment, in a TOML file, in this order.

mod queue;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sphere_engine::numa::Numa;
use sphere_engine::{EngineName, EngineOptions, Software};
use sphere_offload::fault::Fault;
use sphere_offload::verify::Fraction;

pub use self::queue::{QueueSetting, QueueSettingError};
use crate::limits;

/// Settings as they are given: each may be missing. The TOML file has these names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address and port to listen at.
    pub listen: Option<SocketAddr>,
    /// A file that holds the token which requests must bear.
    pub token_file: Option<PathBuf>,
    /// Listen off loopback without a token.
    pub insecure_remote: Option<bool>,
    /// Points of one request.
    pub max_points: Option<u64>,
    /// Connections open at once.
    pub max_connections: Option<usize>,
    /// Streamed responses at once.
    pub max_streams: Option<usize>,
    /// Threads that compute.
    pub threads: Option<usize>,
    /// The nodes of memory that they are kept on.
    pub numa: Option<Numa>,
    /// Whether engine=wgpu may compute on the processor, where there is no graphics processor.
    pub software_gpu: Option<bool>,
    /// What computes, the first choice first.
    pub engines: Option<Vec<EngineName>>,
    /// The program that is started for engines with a process of their own.
    pub worker_program: Option<PathBuf>,
    /// Memory that such a process may have for itself.
    pub worker_memory_bytes: Option<u64>,
    /// Seconds in which an engine must compute something.
    pub engine_seconds: Option<u64>,
    /// How much of what they compute is computed again on the CPU.
    pub verify: Option<Fraction>,
    /// What is to fail, on purpose.
    pub fault: Option<Vec<Fault>>,
    /// Where jobs are kept.
    pub queue: Option<QueueSetting>,
    /// Threads of this process that do them.
    pub workers: Option<usize>,
    /// Seconds in which a reader must take something.
    pub progress_seconds: Option<u64>,
    /// Seconds that a shutdown gives to responses under way.
    pub grace_seconds: Option<u64>,
    /// What to log: error, warn, info, debug, or a filter of the tracing crate.
    pub log: Option<String>,
}

/// Settings, complete and checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Address and port to listen at.
    pub listen: SocketAddr,
    /// A file that holds the token which requests must bear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Listen off loopback without a token.
    pub insecure_remote: bool,
    /// Points of one request.
    pub max_points: u64,
    /// Connections open at once.
    pub max_connections: usize,
    /// Streamed responses at once.
    pub max_streams: usize,
    /// Threads that compute; missing: one per core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<usize>,
    /// The nodes of memory that they are kept on.
    pub numa: Numa,
    /// Whether engine=wgpu may compute on the processor, where there is no graphics processor.
    pub software_gpu: bool,
    /// What computes, the first choice first.
    pub engines: Vec<EngineName>,
    /// The program that is started for engines with a process of their own; missing: they are in this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_program: Option<PathBuf>,
    /// Memory that such a process may have for itself; missing: any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_memory_bytes: Option<u64>,
    /// Seconds in which an engine must compute something.
    pub engine_seconds: u64,
    /// How much of what they compute is computed again on the CPU; missing: nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<Fraction>,
    /// What is to fail, on purpose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fault: Vec<Fault>,
    /// Where jobs are kept.
    pub queue: QueueSetting,
    /// Threads of this process that do them; with none, others do.
    pub workers: usize,
    /// Seconds in which a reader must take something.
    pub progress_seconds: u64,
    /// Seconds that a shutdown gives to responses under way.
    pub grace_seconds: u64,
    /// What to log.
    pub log: String,
}

/// Settings that cannot be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no TOML, or sets what there is not.
    #[error("{}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// A limit of 0 would refuse everything.
    #[error("{setting} is 0; it must be at least 1")]
    Zero {
        /// The setting.
        setting: &'static str,
    },
    /// No job fits.
    #[error(
        "worker_memory_bytes is {bytes}, in which no job fits; it must be at least {}",
        limits::LEAST_WORKER_BYTES
    )]
    TinyWorker {
        /// What was given.
        bytes: u64,
    },
    /// Each is a thread, and a job at a time.
    #[error("workers is {workers}; it must be at most {}", limits::MOST_QUEUE_WORKERS)]
    TooManyWorkers {
        /// What was given.
        workers: usize,
    },
    /// Others would have the failures.
    #[error("listen is {listen} with fault {fault}; faults on purpose are for loopback only")]
    Drill {
        /// The address.
        listen: SocketAddr,
        /// The first of them.
        fault: Fault,
    },
    /// Strangers could use the service.
    #[error(
        "listen is {listen}, which other machines can reach; give --token-file, or --insecure-remote \
         if that is what you want"
    )]
    Exposed {
        /// The address.
        listen: SocketAddr,
    },
}

impl Settings {
    /// The settings of a TOML file.
    ///
    /// # Errors
    /// A file that cannot be read, or that says what there is not.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let path = path.to_path_buf();
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
        toml::from_str(&text)
            .map_err(|error| ConfigError::Invalid { path, message: error.to_string() })
    }

    /// These settings, and for what they leave open those of `lower`.
    #[must_use]
    pub fn or(self, lower: Self) -> Self {
        Self {
            listen: self.listen.or(lower.listen),
            token_file: self.token_file.or(lower.token_file),
            insecure_remote: self.insecure_remote.or(lower.insecure_remote),
            max_points: self.max_points.or(lower.max_points),
            max_connections: self.max_connections.or(lower.max_connections),
            max_streams: self.max_streams.or(lower.max_streams),
            threads: self.threads.or(lower.threads),
            numa: self.numa.or(lower.numa),
            software_gpu: self.software_gpu.or(lower.software_gpu),
            engines: self.engines.or(lower.engines),
            worker_program: self.worker_program.or(lower.worker_program),
            worker_memory_bytes: self.worker_memory_bytes.or(lower.worker_memory_bytes),
            engine_seconds: self.engine_seconds.or(lower.engine_seconds),
            verify: self.verify.or(lower.verify),
            fault: self.fault.or(lower.fault),
            queue: self.queue.or(lower.queue),
            workers: self.workers.or(lower.workers),
            progress_seconds: self.progress_seconds.or(lower.progress_seconds),
            grace_seconds: self.grace_seconds.or(lower.grace_seconds),
            log: self.log.or(lower.log),
        }
    }

    /// These settings with the defaults for what they leave open.
    ///
    /// # Errors
    /// A limit of 0, or an address off loopback without a token.
    pub fn complete(self) -> Result<Config, ConfigError> {
        let config = Config {
            listen: self.listen.unwrap_or((Ipv4Addr::LOCALHOST, 8080).into()),
            token_file: self.token_file,
            insecure_remote: self.insecure_remote.unwrap_or(false),
            max_points: self.max_points.unwrap_or(limits::POINTS),
            max_connections: self.max_connections.unwrap_or(limits::CONNECTIONS),
            max_streams: self.max_streams.unwrap_or(limits::STREAMS),
            threads: self.threads,
            numa: self.numa.unwrap_or_default(),
            software_gpu: self.software_gpu.unwrap_or(false),
            engines: self.engines.unwrap_or_else(|| limits::ENGINES.to_vec()),
            worker_program: self.worker_program,
            worker_memory_bytes: self.worker_memory_bytes,
            engine_seconds: self.engine_seconds.unwrap_or(limits::ENGINE_TIME.as_secs()),
            verify: self.verify,
            fault: self.fault.unwrap_or_default(),
            queue: self.queue.unwrap_or_default(),
            workers: self.workers.unwrap_or(limits::QUEUE_WORKERS),
            progress_seconds: self.progress_seconds.unwrap_or(limits::PROGRESS_TIME.as_secs()),
            grace_seconds: self.grace_seconds.unwrap_or(limits::GRACE_TIME.as_secs()),
            log: self.log.unwrap_or_else(|| "info".to_string()),
        };
        let zero = [
            ("max_points", config.max_points == 0),
            ("max_connections", config.max_connections == 0),
            ("max_streams", config.max_streams == 0),
            ("threads", config.threads == Some(0)),
            ("progress_seconds", config.progress_seconds == 0),
            ("engine_seconds", config.engine_seconds == 0),
        ];
        if let Some((setting, _)) = zero.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(ConfigError::Zero { setting });
        }
        if let Some(bytes) = config.worker_memory_bytes.filter(|b| *b < limits::LEAST_WORKER_BYTES)
        {
            return Err(ConfigError::TinyWorker { bytes });
        }
        if config.workers > limits::MOST_QUEUE_WORKERS {
            return Err(ConfigError::TooManyWorkers { workers: config.workers });
        }
        if let (false, Some(fault)) = (config.listen.ip().is_loopback(), config.fault.first()) {
            return Err(ConfigError::Drill { listen: config.listen, fault: fault.clone() });
        }
        let is_guarded = config.token_file.is_some() || config.insecure_remote;
        if !config.listen.ip().is_loopback() && !is_guarded {
            return Err(ConfigError::Exposed { listen: config.listen });
        }
        Ok(config)
    }
}

impl Config {
    /// What is asked of engines.
    pub(crate) fn engine_options(&self) -> EngineOptions {
        let software = if self.software_gpu { Software::Allowed } else { Software::Refused };
        EngineOptions { software, ..EngineOptions::default() }
    }

    /// The settings as a TOML file. Secrets are not among them: they stay in files of their own.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // Plain values in a flat table: there is nothing that TOML could not hold.
        toml::to_string(self).unwrap_or_default()
    }

    pub(crate) fn engine_time(&self) -> Duration {
        Duration::from_secs(self.engine_seconds)
    }

    pub(crate) fn progress_time(&self) -> Duration {
        Duration::from_secs(self.progress_seconds)
    }

    pub(crate) fn grace_time(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::{QueueSetting, Settings};

    fn parsed(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_printed_reads_back() {
        let text = "listen = \"127.0.0.1:9\"\nmax_points = 5\nthreads = 3\nnuma = \"off\"\nlog = \"warn\"\n\
            queue = \"sqlite:jobs\"\nworkers = 0\n";
        let config = parsed(text).complete().unwrap();
        assert_eq!(parsed(&config.to_toml()).complete().unwrap(), config);
        let defaults = Settings::default().complete().unwrap();
        assert_eq!(parsed(&defaults.to_toml()).complete().unwrap(), defaults);
        assert_eq!(defaults.listen.to_string(), "127.0.0.1:8080");
        assert_eq!((defaults.queue, defaults.workers), (QueueSetting::None, 1));
    }

    #[test]
    fn the_upper_settings_win() {
        let upper = parsed("max_points = 1");
        let lower = parsed("max_points = 2\nmax_streams = 3");
        let config = upper.or(lower).complete().unwrap();
        assert_eq!((config.max_points, config.max_streams), (1, 3));
    }

    #[test]
    fn strangers_are_kept_out_unless_somebody_says_otherwise() {
        let table = [
            ("listen = \"127.0.0.1:80\"", true),
            ("listen = \"[::1]:80\"", true),
            ("listen = \"0.0.0.0:80\"", false),
            ("listen = \"[::]:80\"", false),
            ("listen = \"192.0.2.1:80\"", false),
            ("listen = \"0.0.0.0:80\"\ninsecure_remote = true", true),
            ("listen = \"0.0.0.0:80\"\ninsecure_remote = false", false),
            ("listen = \"0.0.0.0:80\"\ntoken_file = \"token\"", true),
        ];
        for (text, allowed) in table {
            let complete = parsed(text).complete();
            assert_eq!(complete.is_ok(), allowed, "{text}");
            if let Err(error) = complete {
                assert!(error.to_string().contains("--insecure-remote"), "{error}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in ["max_points = 0", "threads = 0", "max_streams = 0"] {
            let error = parsed(text).complete().unwrap_err().to_string();
            assert!(error.contains("at least 1"), "{text}: {error}");
        }
        let error = parsed("workers = 65").complete().unwrap_err().to_string();
        assert!(error.contains("at most 64"), "{error}");
        for text in [
            "max_point = 1",
            "numa = \"on\"",
            "listen = \"here\"",
            "max_points = -1",
            "queue = \"here\"",
            "workers = -1",
        ] {
            assert!(toml::from_str::<Settings>(text).is_err(), "{text}");
        }
    }
}
