//! Kernels compiled by the C++ compiler of the machine, and run in a process of its own.

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use sphere_math::kernels::Launch;

/// A word that no kernel has written to, and so many behind an output: as `host.cpp` has them.
const GARBAGE: u32 = 0x5a5a_a5a5;
const BEHIND: usize = 64;

/// A kernel to compile.
pub(crate) struct Text {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// A program that holds some kernels.
pub(crate) struct Host {
    program: PathBuf,
}

impl Host {
    /// `None` on a machine without a C++ compiler. A text that does not compile is a panic.
    pub(crate) fn compile(name: &str, texts: &[Text]) -> Option<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("kernels.inc"), in_namespaces(texts)).unwrap();
        let program = folder.join("host");
        let compiler = Command::new("c++")
            // Each rounding as it is written, which for GCC is not the default.
            .args(["-std=c++17", "-O2", "-ffp-contract=off", "-I"])
            .arg(&folder)
            .arg("-o")
            .arg(&program)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cuda_texts/host.cpp"))
            .output();
        let Ok(compiled) = compiler else {
            println!("skipped: no C++ compiler `c++` (Debian: g++)");
            return None;
        };
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        Some(Self { program })
    }

    pub(crate) fn start(&self) -> Running {
        let mut command = Command::new(&self.program);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Running { process, input, output }
    }
}

/// Names may return in another namespace, as long as the linker does not see them.
fn in_namespaces(texts: &[Text]) -> String {
    let mut source = String::new();
    let mut kernels = String::new();
    for (number, Text { name, text }) in texts.iter().enumerate() {
        let text = text.replace("extern \"C\" ", "");
        writeln!(source, "namespace kernel_{number} {{\n{text}\n}}").unwrap();
        write!(kernels, "kernel_{number}::{name}, ").unwrap();
    }
    writeln!(source, "static Kernel *const KERNELS[] = {{ {kernels}}};").unwrap();
    source
}

/// The program, waiting for launches.
pub(crate) struct Running {
    process: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Running {
    /// What the kernel with this number writes.
    pub(crate) fn launch(
        &mut self,
        kernel: usize,
        launch: &Launch,
        range: &Range<u64>,
    ) -> Vec<u32> {
        let Launch { parameters, table, words_per_point, .. } = launch;
        let header = launch.header(range);
        let lengths = [*words_per_point, parameters.len(), table.len()].map(|n| n as u32);
        let words = [kernel as u32].into_iter().chain(header).chain(lengths);
        let bytes: Vec<u8> = words
            .chain(parameters.iter().chain(table).copied())
            .flat_map(u32::to_ne_bytes)
            .collect();
        // It reads all of a launch before it writes: neither side waits for the other.
        self.input.write_all(&bytes).unwrap();
        self.input.flush().unwrap();

        let written = header[2] as usize * words_per_point;
        let mut bytes = vec![0; 4 * (written + BEHIND)];
        self.output.read_exact(&mut bytes).unwrap();
        let word = |bytes: &[u8]| u32::from_ne_bytes(bytes.try_into().unwrap());
        let mut words: Vec<u32> = bytes.chunks_exact(4).map(word).collect();
        let behind = words.split_off(written);
        assert!(behind.iter().all(|&word| word == GARBAGE), "written behind the output");
        words
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It ends by itself where its input does; a test that failed does not wait for it.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
