//! A stand-in for the driver and the compiler of CUDA, for processes that a test starts: see
//! `driver.cpp` and `nvrtc.cpp`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use sphere_math::kernels::{ALL, NEAREST};
use tempfile::TempDir;

/// A folder that holds the libraries, as long as this lives.
#[derive(Debug)]
pub(crate) struct StandIn {
    folder: TempDir,
}

impl StandIn {
    /// `None` on a machine without a C++ compiler, or where libraries have other names.
    pub(crate) fn compile() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            eprintln!("SKIPPED: the stand-in is a library for Linux");
            return None;
        }
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("kernels.inc"), kernels()).unwrap();
        for (source, library) in [("driver.cpp", "libcuda.so.1"), ("nvrtc.cpp", "libnvrtc.so.12")] {
            if !compile(folder.path(), source, library) {
                eprintln!("SKIPPED: not run by cargo, or no C++ compiler `c++` (Debian: g++)");
                return None;
            }
        }
        Some(Self { folder })
    }

    /// Has a process find the stand-in in place of what is installed.
    pub(crate) fn serve(&self, command: &mut Command) {
        command.env("LD_LIBRARY_PATH", self.folder.path());
    }
}

/// Makes a library in a folder; false where there is no compiler.
fn compile(folder: &Path, source: &str, library: &str) -> bool {
    // As cargo says it when it runs tests: no path is in the binary, which travels.
    let Some(crates) = std::env::var_os("CARGO_MANIFEST_DIR") else { return false };
    let crates = Path::new(&crates);
    let compiler = Command::new("c++")
        .args(["-std=c++17", "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-I"])
        .arg(crates.join("../sphere-math/tests/cuda_texts"))
        .arg("-I")
        .arg(folder)
        .arg("-o")
        .arg(folder.join(library))
        .arg(crates.join("../sphere-engine/tests/stand_in").join(source))
        .output();
    let Ok(compiled) = compiler else { return false };
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    true
}

/// Every kernel in a namespace of its own, and their names.
fn kernels() -> String {
    let (mut source, mut entries) = (String::new(), String::new());
    for kernel in ALL.into_iter().chain([NEAREST]) {
        let (name, text) = (kernel.name, kernel.cuda.concat().replace("extern \"C\" ", ""));
        writeln!(source, "namespace in_{name} {{\n{text}\n}}").unwrap();
        write!(entries, "{{\"{name}\", in_{name}::{name}}}, ").unwrap();
    }
    entries.push_str("{\"sphere_poison\", nullptr}");
    writeln!(source, "static const Entry KERNELS[] = {{ {entries}}};").unwrap();
    source
}
