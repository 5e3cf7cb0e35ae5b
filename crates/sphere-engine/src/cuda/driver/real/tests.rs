//! Without a driver: what is missing is said. With a stand-in for one, in processes of their own: every
//! call does what its name says. With a real one, `tests/cuda.rs`.

use std::process::{Command, Output};

use sphere_math::kernels::Output as Words;
use sphere_math::sampling::{Placement, Plan, Scheme};

use super::*;
use crate::cuda::stand_in::StandIn;

/// In the processes that these tests start.
const INSIDE: &str = "SPHERE_TEST_INSIDE";

#[test]
fn a_device_that_is_not_there_is_unavailable() {
    // With a driver or without.
    let error = Cuda::open(usize::MAX).unwrap_err();
    assert!(matches!(error, EngineError::Unavailable { .. }), "{error}");
}

#[test]
fn what_is_missing_is_said() {
    // SAFETY: it loads the library of the driver, if there is one.
    if unsafe { sys::is_culib_present() } {
        eprintln!("SKIPPED, this machine has a driver");
        return;
    }
    let error = Cuda::open(0).unwrap_err().to_string();
    assert!(error.contains("the CUDA driver (libcuda, nvcuda)"), "{error}");
    assert!(error.contains("it is not installed"), "{error}");
}

/// Runs the test of this name in a process that finds the stand-in.
fn inside(stand_in: &StandIn, test: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    stand_in.serve(&mut command);
    let test = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    command.args(["--exact", &test, "--nocapture"]).env(INSIDE, "1");
    command.envs(variables.iter().copied()).output().unwrap()
}

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

#[test]
fn every_call_does_what_its_name_says() {
    if is_inside() {
        return all_calls();
    }
    let Some(stand_in) = StandIn::compile() else { return };
    let output = inside(&stand_in, "every_call_does_what_its_name_says", &[]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stdout));
    assert!(!told.contains("stand-in:"), "{told}");
}

#[test]
fn what_is_found_wrong_is_typed() {
    if is_inside() {
        let error = Cuda::open(0).unwrap_err();
        eprintln!("found {error:?}");
        return;
    }
    let Some(stand_in) = StandIn::compile() else { return };
    for (variable, value, expected) in [
        (
            "STAND_IN_VERSION",
            "11040",
            "Unavailable { reason: \"the driver is too old: it knows CUDA 11.4",
        ),
        ("STAND_IN_DEVICES", "0", "Unavailable { reason: \"cuInit: CUDA_ERROR_NO_DEVICE (100)"),
        (
            "STAND_IN_FAILS",
            "cuInit=999",
            "Failed { reason: \"cuInit: an error without a name (999)",
        ),
        ("STAND_IN_FAILS", "cuDriverGetVersion=34", "Unavailable"),
        ("STAND_IN_FAILS", "cuDeviceGetCount=3", "Unavailable"),
        ("STAND_IN_FAILS", "cuDeviceGet=101", "Unavailable"),
        ("STAND_IN_FAILS", "cuDeviceGetName=1", "Failed"),
        ("STAND_IN_FAILS", "cuDeviceGetAttribute=1", "Failed"),
        ("STAND_IN_FAILS", "cuDeviceTotalMem_v2=1", "Failed"),
        ("STAND_IN_FAILS", "cuDevicePrimaryCtxRetain=2", "OutOfMemory"),
        ("STAND_IN_FAILS", "cuCtxSetCurrent=201", "Lost"),
        ("STAND_IN_FAILS", "cuMemPoolCreate=801", "Unavailable"),
        // The pool is given up again, or the stand-in ends the process.
        ("STAND_IN_FAILS", "cuMemPoolSetAttribute=1", "Failed"),
    ] {
        let output = inside(&stand_in, "what_is_found_wrong_is_typed", &[(variable, value)]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{value}: {told}");
        assert!(told.contains(&format!("found {expected}")), "{value}: {told}");
    }
}

/// Calls everything once, on memory of this process that stays where it is.
fn all_calls() {
    let cuda = Cuda::open(0).unwrap();
    let error = Cuda::open(1).unwrap_err().to_string();
    assert!(error.contains("there is no CUDA device 1: there are 1"), "{error}");
    let Device { name, driver, architecture, memory_bytes } = cuda.device();
    assert_eq!(
        (name.as_str(), *architecture, *memory_bytes),
        ("stand-in on the processor", [9, 0], 8 << 30)
    );
    assert!(driver.ends_with("CUDA 12.8"), "{driver}");

    let streams = [cuda.create_stream().unwrap(), cuda.create_stream().unwrap()];
    let events = [EventUse::Time, EventUse::Time, EventUse::Order];
    let [first, last, order] = events.map(|purpose| cuda.create_event(purpose).unwrap());
    cuda.record(first, streams[0]).unwrap();
    copies(&cuda, streams);
    kernel(&cuda, streams[0]);
    cuda.record(last, streams[0]).unwrap();
    cuda.record(order, streams[0]).unwrap();
    cuda.synchronize_event(order).unwrap();
    cuda.synchronize_event(last).unwrap();
    let seconds = cuda.elapsed_seconds(first, last).unwrap();
    assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
    for event in [first, last, order] {
        cuda.destroy_event(event).unwrap();
    }
    cuda.trim().unwrap();
    // From a thread that has not called before.
    std::thread::scope(|scope| {
        scope.spawn(|| streams.map(|stream| cuda.destroy_stream(stream).unwrap()));
    });
}

fn copies(cuda: &Cuda, [one, other]: [StreamHandle; 2]) {
    const BYTES: usize = 10_000;
    let sent: Vec<u8> = (0..BYTES).map(|at| at as u8).collect();
    let mut received = vec![0; BYTES];
    let memory = cuda.memory().unwrap();
    let [a, b] = [0; 2].map(|_| cuda.allocate(BYTES, one).unwrap());
    assert_eq!(memory.free_bytes - cuda.memory().unwrap().free_bytes, 2 * BYTES as u64);
    // SAFETY: all have so many bytes, and this thread waits before it looks.
    unsafe {
        cuda.copy_to_device(a, sent.as_ptr(), BYTES, one).unwrap();
        cuda.copy_on_device(b, a, BYTES, one).unwrap();
        cuda.copy_to_host(received.as_mut_ptr(), b, BYTES, one).unwrap();
    }
    cuda.synchronize_stream(one).unwrap();
    assert_eq!(sent, received);
    let error = cuda.allocate(9 << 30, one).unwrap_err();
    assert_eq!((error.call, error.code), ("cuMemAllocFromPoolAsync", 2));
    assert_eq!(error.name, "CUDA_ERROR_OUT_OF_MEMORY");
    cuda.free(a, one).unwrap();
    cuda.free(b, other).unwrap();
}

/// The points of a lattice, into memory of the device and into registered memory of the host.
fn kernel(cuda: &Cuda, stream: StreamHandle) {
    const POINTS: u64 = 1_000;
    let plan = Scheme::Fibonacci { total: 1 << 40, placement: Placement::Quadrature };
    let plan = plan.plan().unwrap();
    let launch = plan.launch(Words::Double);
    let range = (1 << 39)..(1 << 39) + POINTS;
    let right = right(&plan, &range);
    let mut whole = vec![0; 64];
    whole[..6].copy_from_slice(b"\x7fELF\x02\x01");
    assert_eq!(cuda.load(&whole[..63]).unwrap_err().code, 200);
    let module = cuda.load(&whole).unwrap();
    let function = cuda.function(module, "fibonacci").unwrap();
    assert_eq!(cuda.function(module, "fib").unwrap_err().code, 500);
    assert_eq!(cuda.function(module, "fib\0onacci").unwrap_err().code, 500);

    let words = POINTS as usize * launch.words_per_point;
    let [parameters, table] =
        [&launch.parameters, &launch.table].map(|words| upload(cuda, words, stream));
    let out = cuda.allocate(4 * words, stream).unwrap();
    let mut registered = vec![0_u32; words];
    let host = registered.as_mut_ptr().cast();
    // SAFETY: the vector is as long, and lives until it is unregistered.
    unsafe { cuda.register(host, 4 * words).unwrap() };
    let mapped = cuda.mapped(host).unwrap();
    let mut copied = vec![0_u32; words];
    for out in [out, mapped] {
        let header = launch.header(&range);
        let arguments = Arguments { out, header, parameters, table };
        let grid = Grid { groups: 4, group_threads: 256 };
        // SAFETY: all memory is as large as the kernel and its parameters say.
        unsafe { cuda.launch(function, grid, &arguments, stream).unwrap() };
    }
    // SAFETY: both have as many bytes, and this thread waits before it looks.
    unsafe { cuda.copy_to_host(copied.as_mut_ptr().cast(), out, 4 * words, stream).unwrap() };
    cuda.synchronize_stream(stream).unwrap();
    cuda.unregister(host).unwrap();
    assert_eq!(cuda.unregister(host).unwrap_err().code, 713);
    assert!(copied == right && registered == right);
    for memory in [parameters, table, out] {
        cuda.free(memory, stream).unwrap();
    }
    cuda.unload(module).unwrap();
}

fn upload(cuda: &Cuda, words: &[u32], stream: StreamHandle) -> DevicePointer {
    let bytes: &[u8] = bytemuck::cast_slice(words);
    let memory = cuda.allocate(bytes.len(), stream).unwrap();
    // SAFETY: both have as many bytes; what is pageable has been read when this returns.
    unsafe { cuda.copy_to_device(memory, bytes.as_ptr(), bytes.len(), stream).unwrap() };
    memory
}

/// The words of the definition.
fn right(plan: &Plan, range: &std::ops::Range<u64>) -> Vec<u32> {
    let mut points = vec![0.0; 3 * (range.end - range.start) as usize];
    plan.fill_rows(range.clone(), &mut points).unwrap();
    bytemuck::cast_slice::<f64, u32>(&points).to_vec()
}
