//! Which queue, where nobody names one.

use etcetera::{BaseStrategy as _, choose_base_strategy};
use sphere_offload::queue::Address;

use crate::failure::Failure;

/// A file in the folder where the user's programs keep their data: the same for whoever serves, works and asks.
pub(crate) fn default_address() -> Result<Address, Failure> {
    let folders = choose_base_strategy().map_err(|_| {
        Failure::usage("there is no home folder for a queue; name a file: --queue sqlite:FILE")
    })?;
    Ok(Address::Sqlite(folders.data_dir().join("sphere").join("queue.sqlite")))
}
