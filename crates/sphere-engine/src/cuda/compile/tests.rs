//! Real compilations. Without NVRTC they say so and pass nothing; `tools/nvrtc` brings it.

use sphere_math::kernels::{ALL, NEAREST};

use super::*;
use crate::cuda::driver::image::{self, tests::is_cut_short_everywhere};

/// Set where the compiler has to be there.
const REQUIRED: &str = "SPHERE_NVRTC_REQUIRED";

const ARCHITECTURES: [&str; 3] = ["sm_80", "sm_90", "sm_100"];

fn nvrtc() -> Option<Nvrtc> {
    match Nvrtc::open() {
        Err(why) if std::env::var_os(REQUIRED).is_none() => {
            eprintln!("SKIPPED, nothing is compiled here: {why}");
            None
        }
        nvrtc => Some(nvrtc.unwrap()),
    }
}

fn ptx(nvrtc: &Nvrtc, name: &str, text: &str, to: Architecture) -> String {
    let program = nvrtc.program(name, text).unwrap();
    program.compile(to).unwrap();
    let Functions { nvrtcGetPTXSize: size, nvrtcGetPTX: get, .. } = nvrtc.functions;
    String::from_utf8(program.output("nvrtcGetPTX", size, get).unwrap()).unwrap()
}

/// Whether a line of PTX is an operation on floating-point numbers that does not round once, as IEEE 754
/// has it: an addition or multiplication without a rounding may be fused by what compiles it next, and
/// the others say what they are in their names.
fn is_inexact(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| word.starts_with('@'));
    let parts: Vec<&str> = words.next().unwrap_or_default().split('.').collect();
    let is_float = matches!(parts.last(), Some(&("f32" | "f64")));
    match parts[0] {
        "add" | "sub" | "mul" if is_float && parts.len() == 2 => true,
        "mad" if is_float => true,
        _ => parts.iter().any(|part| ["ftz", "approx", "full"].contains(part)),
    }
}

#[test]
fn what_does_not_round_once_is_seen() {
    for (line, expected) in [
        ("\tadd.rn.f64 \t%fd1, %fd2, %fd3;", false),
        ("\tadd.f64 \t%fd1, %fd2, %fd3;", true),
        ("\t@%p1 mul.f32 \t%f1, %f2, %f3;", true),
        ("@!%p2 mul.rn.f32 %f1, %f2, %f3;", false),
        ("\tadd.s64 \t%rd1, %rd2, %rd3;", false),
        ("\tmul.wide.u32 \t%rd1, %r1, 4;", false),
        ("\tmad.rn.f32 \t%f1, %f2, %f3, %f4;", true),
        ("\tmad.lo.s32 \t%r1, %r2, %r3, %r4;", false),
        ("\tfma.rn.f64 \t%fd1, %fd2, %fd3, %fd4;", false),
        ("\tfma.rn.ftz.f32 \t%f1, %f2, %f3, %f4;", true),
        ("\tsqrt.approx.f32 \t%f1, %f2;", true),
        ("\tsqrt.rn.f64 \t%fd1, %fd2;", false),
        ("\tdiv.full.f32 \t%f1, %f2, %f3;", true),
        ("", false),
    ] {
        assert_eq!(is_inexact(line), expected, "{line}");
    }
}

#[test]
fn every_kernel_compiles_and_rounds_as_it_is_written() {
    let Some(nvrtc) = nvrtc() else { return };
    eprintln!("NVRTC {:?}", nvrtc.version());
    for kernel in ALL.into_iter().chain([NEAREST]) {
        let text = kernel.cuda.concat();
        for to in ARCHITECTURES {
            let to: Architecture = to.parse().unwrap();
            let cubin = nvrtc.compile(kernel.name, &text, to).unwrap();
            assert!(cubin.starts_with(ELF));
            assert!(image::is_whole(&cubin) && is_cut_short_everywhere(&cubin));
            eprintln!("{} for {to}: {} bytes", kernel.name, cubin.len());
            let ptx = ptx(&nvrtc, kernel.name, &text, to);
            assert!(ptx.contains(".entry"), "{}", kernel.name);
            let inexact: Vec<&str> = ptx.lines().filter(|line| is_inexact(line)).collect();
            assert!(inexact.is_empty(), "{} for {to}: {inexact:?}", kernel.name);
        }
    }
}

/// The option that forbids it is there, and does something.
#[test]
fn nothing_is_fused_that_is_not_written_so() {
    let Some(nvrtc) = nvrtc() else { return };
    let text = "extern \"C\" __global__ void f(double *x) { x[0] = x[1] * x[2] + x[3]; }";
    let ptx = ptx(&nvrtc, "f", text, "sm_90".parse().unwrap());
    assert!(ptx.contains("mul.rn.f64") && ptx.contains("add.rn.f64"), "{ptx}");
}

#[test]
fn a_text_that_does_not_compile_gives_its_log() {
    let Some(nvrtc) = nvrtc() else { return };
    let text = "extern \"C\" __global__ void broken(int *out) { out[0] = missing; }";
    let error = nvrtc.compile("broken", text, "sm_90".parse().unwrap()).unwrap_err();
    let EngineError::Failed { reason } = error else { panic!("{error}") };
    for part in ["broken does not compile for sm_90", "\"missing\" is undefined"] {
        assert!(reason.contains(part), "{reason}");
    }
    let unknown = Architecture { major: 1, minor: 0 };
    let error = nvrtc.compile("f", "", unknown).unwrap_err();
    assert!(error.to_string().contains("gpu-architecture"), "{error}");
    let error = nvrtc.compile("f", "\0", unknown).unwrap_err();
    assert!(matches!(error, EngineError::Rejected { .. }), "{error}");
}

#[test]
fn architectures_are_read_as_they_are_written() {
    for (text, major, minor) in [("sm_80", 8, 0), ("sm_90", 9, 0), ("sm_103", 10, 3)] {
        let architecture: Architecture = text.parse().unwrap();
        assert_eq!((architecture.major, architecture.minor), (major, minor));
        assert_eq!(architecture.to_string(), text);
    }
    for text in ["", "sm_", "sm_9", "90", "sm_90a", "sm_-1", "compute_90"] {
        assert!(text.parse::<Architecture>().is_err(), "{text}");
    }
}
