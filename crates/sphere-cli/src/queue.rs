//! Which queue, and whether there is one.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use sphere_offload::fault::Fault;
use sphere_offload::queue::{Address, Drill, Limits, OpenError, Queue, SystemClock};

use crate::cli::QueueArgument;
use crate::failure::Failure;

/// A file in the folder where the user's programs keep their data: the same for whoever serves, works and asks.
pub(crate) fn default_address() -> Result<Address, Failure> {
    let folders = choose_base_strategy().map_err(|_| {
        Failure::usage("there is no home folder for a queue; name one: --queue sqlite:FILE")
    })?;
    Ok(Address::Sqlite(folders.data_dir().join("sphere").join("queue.sqlite")))
}

/// A queue that somebody has in mind.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) address: Address,
    /// What to add to a command, so that it means the same queue: nothing where that is meant anyway.
    pub(crate) flag: String,
}

impl Asked {
    /// That of the arguments, else that of the environment, else the default.
    pub(crate) fn of(argument: &QueueArgument) -> Result<Self, Failure> {
        let address = match &argument.queue {
            Some(address) => address.clone(),
            None => default_address()?,
        };
        let meant = match std::env::var("SPHERE_QUEUE") {
            Ok(meant) => meant.parse().ok(),
            Err(_) => default_address().ok(),
        };
        let is_meant_anyway = meant.as_ref() == Some(&address);
        let flag = if is_meant_anyway { String::new() } else { format!(" --queue {address}") };
        Ok(Self { address, flag })
    }

    /// Opens it, or makes it if there is none.
    pub(crate) fn open(&self) -> Result<Arc<dyn Queue>, Failure> {
        self.drilled(&[])
    }

    /// The same, with those of these faults that befall a queue.
    pub(crate) fn drilled(&self, faults: &[Fault]) -> Result<Arc<dyn Queue>, Failure> {
        let drill =
            Drill::of(faults, self.address.kept(), Instant::now()).map_err(Failure::usage)?;
        let clock = Arc::new(SystemClock::default());
        self.address.drilled(Limits::default(), clock, drill).map_err(|error| match error {
            // Another name is all that helps.
            OpenError::Folder { .. } | OpenError::Foreign { .. } => Failure::usage(error),
            error => Failure::work(error),
        })
    }

    /// Opens one that is there: to ask about jobs makes no queue.
    pub(crate) fn existing(&self) -> Result<Arc<dyn Queue>, Failure> {
        match file(&self.address) {
            Some(path) if !path.exists() => Err(Failure::work(format!(
                "there is no queue {} yet; 'sphere jobs submit' makes one, and so does 'sphere serve'",
                self.address
            ))),
            _ => self.open(),
        }
    }
}

/// The file of a queue that is one.
fn file(address: &Address) -> Option<&Path> {
    match address {
        Address::Sqlite(path) => Some(path),
        Address::Nats(_) => None,
    }
}
