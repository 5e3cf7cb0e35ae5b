//! What can be asked of a device.

use std::path::PathBuf;

/// Which device, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CudaOptions {
    /// Its number, from 0 on, as the driver counts them.
    pub device: usize,
    /// The most bytes of its memory that jobs take; `None` is what the device has.
    pub most_device_bytes: Option<u64>,
    /// The folder that keeps compiled kernels; `None` compiles them at each start.
    pub cache: Option<PathBuf>,
}

impl Default for CudaOptions {
    /// The first device, all of its memory, and the user's folder for caches.
    fn default() -> Self {
        Self { device: 0, most_device_bytes: None, cache: user_cache() }
    }
}

/// Where this system keeps what a program can make anew; `None` where it does not say.
fn user_cache() -> Option<PathBuf> {
    let folder = |variable| std::env::var_os(variable).map(PathBuf::from);
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| folder("HOME").map(|home| home.join(".cache")))
    };
    // A relative one would depend on where the program was started.
    base.filter(|base| base.is_absolute()).map(|base| base.join("sphere"))
}
