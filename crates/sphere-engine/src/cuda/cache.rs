//! A folder of compiled kernels, by what they are compiled from.
//!
//! A file is named by a hash of the text, the options and the architecture, so what a file holds never
//! changes and two processes that write it write the same. Each is written beside its place and renamed
//! into it, and carries a checksum: what is cut short, damaged or not ours counts as not there.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use super::compile::{Architecture, Compiler, Nvrtc, OPTIONS};
use crate::EngineError;

/// To be changed with the format of the files.
const MAGIC: &[u8; 8] = b"sphcubn1";
/// No kernel comes near it; what is larger is not ours.
const MOST_BYTES: u64 = 1 << 26;

/// Compiled kernels: from a folder, or compiled and kept there.
#[derive(Debug)]
pub(super) struct Cubins {
    folder: Option<PathBuf>,
    /// Or why there is none.
    compiler: Result<Box<dyn Compiler>, String>,
}

impl Cubins {
    /// Those of a folder and of the compiler of this machine. Neither has to be there.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        let nvrtc = Nvrtc::open().map(|nvrtc| Box::new(nvrtc) as Box<dyn Compiler>);
        Self { folder, compiler: nvrtc }
    }

    /// The code of a kernel for a device. `name` stands in messages.
    ///
    /// What this machine's version of the compiler has made comes from the folder; else it is compiled,
    /// and kept if the folder can be written. What another version has made, or what was made for an
    /// older device that this one is compatible with, serves where it cannot be compiled.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if there is neither a file nor a compiler; what the compiler says.
    pub(super) fn get(
        &self,
        name: &str,
        text: &str,
        device: Architecture,
    ) -> Result<Vec<u8>, EngineError> {
        let compiler = match &self.compiler {
            Ok(compiler) => compiler,
            Err(why) => {
                let folder = self.folder.as_ref().map(|folder| format!(" in {}", folder.display()));
                let missing = || EngineError::Unavailable {
                    reason: format!(
                        "no code of {name} for {device}{}, and no compiler: {why}",
                        folder.unwrap_or_default()
                    ),
                };
                return self.kept(text, device).ok_or_else(missing);
            }
        };
        let place = self.place(text, device);
        let entry = place.as_ref().and_then(Place::read);
        if let Some(Entry { cubin, .. }) = entry.filter(|one| one.version == compiler.version()) {
            return Ok(cubin);
        }
        match compiler.compile(name, text, device) {
            Ok(cubin) => {
                // A folder that cannot be written costs time at the next start, and nothing else.
                let _ = place.map(|place| place.write(compiler.version(), &cubin));
                Ok(cubin)
            }
            Err(error) => self.kept(text, device).ok_or(error),
        }
    }

    /// What any version of the compiler has made: for this device, or else for the nearest older one
    /// that it is compatible with.
    fn kept(&self, text: &str, device: Architecture) -> Option<Vec<u8>> {
        let older = (0..=device.minor).rev().map(|minor| Architecture { minor, ..device });
        older.filter_map(|to| self.place(text, to)?.read()).map(|entry| entry.cubin).next()
    }

    fn place(&self, text: &str, to: Architecture) -> Option<Place> {
        Some(Place::new(self.folder.as_ref()?, text, to))
    }

    /// Has the code of a kernel in the folder: for machines that have no compiler. Its bytes.
    pub(super) fn fill(
        &self,
        name: &str,
        text: &str,
        to: Architecture,
    ) -> Result<usize, EngineError> {
        let cubin = self.get(name, text, to)?;
        let is_kept = self.place(text, to).and_then(|place| place.read()).is_some();
        let failed =
            || EngineError::Failed { reason: format!("{name}: the folder is not written") };
        is_kept.then_some(cubin.len()).ok_or_else(failed)
    }
}

/// Where the code of one text for one architecture is kept.
struct Place {
    path: PathBuf,
    key: [u8; 32],
}

/// What a file holds.
struct Entry {
    /// That of the compiler.
    version: [u32; 2],
    cubin: Vec<u8>,
}

impl Place {
    fn new(folder: &Path, text: &str, to: Architecture) -> Self {
        let architecture = to.to_string();
        let mut hash = Sha256::new();
        for part in OPTIONS.into_iter().chain([architecture.as_str(), text]) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let key: [u8; 32] = hash.finalize().into();
        let mut name = String::with_capacity(2 * key.len());
        for byte in key {
            // A string takes all that is written to it.
            let _ = write!(name, "{byte:02x}");
        }
        Self { path: folder.join(name).with_extension("cubin"), key }
    }

    /// What is there, if it is whole and belongs there.
    fn read(&self) -> Option<Entry> {
        let mut bytes = Vec::new();
        File::open(&self.path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        let (magic, rest) = bytes.split_first_chunk()?;
        let (major, rest) = rest.split_first_chunk()?;
        let (minor, rest) = rest.split_first_chunk()?;
        let (checksum, cubin) = rest.split_first_chunk()?;
        let version = [u32::from_le_bytes(*major), u32::from_le_bytes(*minor)];
        let is_whole = magic == MAGIC && *checksum == self.checksum(version, cubin);
        is_whole.then(|| Entry { version, cubin: cubin.to_vec() })
    }

    fn write(&self, version: [u32; 2], cubin: &[u8]) -> io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        fs::create_dir_all(folder)?;
        let mut file = NamedTempFile::new_in(folder)?;
        file.write_all(MAGIC)?;
        for number in version {
            file.write_all(&number.to_le_bytes())?;
        }
        file.write_all(&self.checksum(version, cubin))?;
        file.write_all(cubin)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Of all that makes the entry this one.
    fn checksum(&self, version: [u32; 2], cubin: &[u8]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.key);
        hash.update(version[0].to_le_bytes());
        hash.update(version[1].to_le_bytes());
        hash.update(cubin);
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests;
