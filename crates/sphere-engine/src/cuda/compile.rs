//! From the text of a kernel to code for one architecture, by NVRTC, NVIDIA's compiler.

#![allow(unsafe_code, reason = "NVRTC has no safe interface: it takes addresses of its results")]

use std::ffi::{CString, c_char, c_int};
use std::fmt;
use std::ptr;
use std::str::FromStr;

use cudarc::nvrtc::sys::{self, nvrtcProgram};

use super::library::functions;
use crate::EngineError;

/// How every kernel is compiled. The bits of its results depend on it: no multiplication and addition is
/// fused that the text does not fuse. The other options that matter are the compiler's defaults:
/// `--ftz=false`, `--prec-div=true`, `--prec-sqrt=true`.
pub(super) const OPTIONS: [&str; 2] = ["--std=c++17", "--fmad=false"];

/// What every cubin begins with.
const ELF: &[u8] = b"\x7fELF";
/// `NVRTC_ERROR_OUT_OF_MEMORY`.
const OUT_OF_MEMORY: u32 = 1;

/// What a device understands: the compute capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Architecture {
    /// Code for one major number does not run on another.
    pub major: u32,
    /// Code runs on devices of its own minor number and of greater ones.
    pub minor: u32,
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "sm_{}{}", self.major, self.minor)
    }
}

impl FromStr for Architecture {
    type Err = EngineError;

    /// `sm_90`: the last digit is the minor number.
    fn from_str(text: &str) -> Result<Self, EngineError> {
        let number = text.strip_prefix("sm_").and_then(|digits| digits.parse::<u32>().ok());
        let number = number.filter(|number| *number >= 10).ok_or_else(|| {
            let reason = format!("{text} is no architecture: they look like sm_90");
            EngineError::Rejected { reason }
        })?;
        Ok(Self { major: number / 10, minor: number % 10 })
    }
}

/// What makes code of a text.
pub(super) trait Compiler: fmt::Debug + Send + Sync {
    /// Major and minor.
    fn version(&self) -> [u32; 2];

    /// A whole cubin. `name` stands in messages.
    ///
    /// # Errors
    /// [`EngineError::Failed`] with the compiler's log.
    fn compile(&self, name: &str, text: &str, to: Architecture) -> Result<Vec<u8>, EngineError>;
}

functions! {
    /// Since CUDA 11.2.
    struct Functions -> nvrtcResult;
    nvrtcVersion(*mut c_int, *mut c_int);
    nvrtcCreateProgram(
        *mut nvrtcProgram, *const c_char, *const c_char, c_int, *const *const c_char,
        *const *const c_char,
    );
    nvrtcDestroyProgram(*mut nvrtcProgram);
    nvrtcCompileProgram(nvrtcProgram, c_int, *const *const c_char);
    nvrtcGetCUBINSize(nvrtcProgram, *mut usize);
    nvrtcGetCUBIN(nvrtcProgram, *mut c_char);
    nvrtcGetProgramLogSize(nvrtcProgram, *mut usize);
    nvrtcGetProgramLog(nvrtcProgram, *mut c_char);
    #[cfg(test)]
    nvrtcGetPTXSize(nvrtcProgram, *mut usize);
    #[cfg(test)]
    nvrtcGetPTX(nvrtcProgram, *mut c_char);
}

/// NVRTC, as it is installed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nvrtc {
    functions: Functions,
    version: [u32; 2],
}

impl Nvrtc {
    /// The compiler of this machine, or why there is none.
    pub(super) fn open() -> Result<Self, String> {
        let functions = Functions::load().map_err(|why| format!("NVRTC: {why}"))?;
        let (mut major, mut minor) = (0, 0);
        // SAFETY: both addresses are those of numbers that live here.
        let status = unsafe { (functions.nvrtcVersion)(&raw mut major, &raw mut minor) };
        check("nvrtcVersion", status).map_err(|error| error.to_string())?;
        Ok(Self { functions, version: [major as u32, minor as u32] })
    }

    fn program(&self, name: &str, text: &str) -> Result<Program<'_>, EngineError> {
        let [name, text] = [c_string(name)?, c_string(text)?];
        let mut handle: nvrtcProgram = ptr::null_mut();
        // SAFETY: text and name end with a zero, and are kept by the program, which may refer to them;
        // there are no headers, so their arrays are not read.
        let status = unsafe {
            let create = self.functions.nvrtcCreateProgram;
            create(&raw mut handle, text.as_ptr(), name.as_ptr(), 0, ptr::null(), ptr::null())
        };
        check("nvrtcCreateProgram", status)?;
        Ok(Program { functions: &self.functions, handle, name, _text: text })
    }
}

impl Compiler for Nvrtc {
    fn version(&self) -> [u32; 2] {
        self.version
    }

    fn compile(&self, name: &str, text: &str, to: Architecture) -> Result<Vec<u8>, EngineError> {
        let program = self.program(name, text)?;
        program.compile(to)?;
        let Functions { nvrtcGetCUBINSize: size, nvrtcGetCUBIN: get, .. } = self.functions;
        let cubin = program.output("nvrtcGetCUBIN", size, get)?;
        if !cubin.starts_with(ELF) {
            let reason = format!("the compiler made no code of {name} for {to}");
            return Err(EngineError::Failed { reason });
        }
        Ok(cubin)
    }
}

/// A text in the hands of the compiler.
#[derive(Debug)]
struct Program<'a> {
    functions: &'a Functions,
    handle: nvrtcProgram,
    name: CString,
    _text: CString,
}

/// A function that tells how large a result is.
type Size = unsafe extern "C" fn(nvrtcProgram, *mut usize) -> u32;
/// The function that writes it.
type Get = unsafe extern "C" fn(nvrtcProgram, *mut c_char) -> u32;

impl Program<'_> {
    fn compile(&self, to: Architecture) -> Result<(), EngineError> {
        let architecture = format!("--gpu-architecture={to}");
        let options = OPTIONS.into_iter().chain([architecture.as_str()]);
        let options = options.map(c_string).collect::<Result<Vec<_>, _>>()?;
        let options: Vec<_> = options.iter().map(|option| option.as_ptr()).collect();
        // SAFETY: the program is alive until it is dropped; the array has as many strings as the count
        // says, each ends with a zero, and all outlive the call.
        let status = unsafe {
            let compile = self.functions.nvrtcCompileProgram;
            compile(self.handle, options.len() as c_int, options.as_ptr())
        };
        check("nvrtcCompileProgram", status).map_err(|error| match error {
            EngineError::Failed { reason } => self.with_log(to, &reason),
            error => error,
        })
    }

    fn with_log(&self, to: Architecture, reason: &str) -> EngineError {
        let Functions { nvrtcGetProgramLogSize: size, nvrtcGetProgramLog: get, .. } =
            *self.functions;
        let log = self.output("nvrtcGetProgramLog", size, get).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let (name, log) = (self.name.to_string_lossy(), log.trim_matches(['\0', '\n']));
        EngineError::Failed { reason: format!("{name} does not compile for {to}: {reason}\n{log}") }
    }

    fn output(&self, call: &'static str, size: Size, get: Get) -> Result<Vec<u8>, EngineError> {
        let mut bytes = 0;
        // SAFETY: the program is alive, and the address is that of a number that lives here.
        check(call, unsafe { size(self.handle, &raw mut bytes) })?;
        let mut output = vec![0; bytes];
        // SAFETY: the program is alive, and `output` has as many bytes as the compiler said it writes.
        check(call, unsafe { get(self.handle, output.as_mut_ptr().cast()) })?;
        Ok(output)
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        // SAFETY: the program is alive, and nobody has it from here on. It fails only for one that is
        // not.
        unsafe { (self.functions.nvrtcDestroyProgram)(&raw mut self.handle) };
    }
}

fn check(call: &'static str, status: u32) -> Result<(), EngineError> {
    match status {
        0 => Ok(()),
        OUT_OF_MEMORY => Err(EngineError::OutOfMemory),
        _ => Err(EngineError::Failed { reason: format!("{call} failed with {status}") }),
    }
}

fn c_string(text: &str) -> Result<CString, EngineError> {
    let has_zero = |_| EngineError::Rejected { reason: "a text with a zero in it".to_string() };
    CString::new(text).map_err(has_zero)
}

#[cfg(test)]
mod tests;
