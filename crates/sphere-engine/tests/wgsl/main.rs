//! The WGSL kernels are valid and core WebGPU, and on a device in software they draw the bits of the
//! definition and lift within the bound.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(clippy::print_stderr, reason = "what is skipped says so")]

mod cases;
mod device;
mod nearest;

use std::ops::Range;

use sphere_math::kernels::{ALL, Launch, NEAREST, Output, SINGLE_BOUND};
use sphere_math::sampling::{Domain, Method, Placement, Plan, Scheme, Scramble};
use wgpu::naga;

use self::device::Device;

/// The device, or a line that says what is skipped.
fn device() -> Option<Device> {
    let device = Device::software();
    if device.is_none() {
        assert!(std::env::var_os("SPHERE_REQUIRE_WGPU").is_none(), "no Vulkan device in software");
        eprintln!("skipped: no Vulkan device in software (Debian: mesa-vulkan-drivers)");
    }
    device
}

/// The raw integers of the definition, laid out as a kernel writes them.
fn drawn(plan: &Plan, range: &Range<u64>) -> Vec<u32> {
    let rows = (range.end - range.start) as usize;
    let mut columns = vec![vec![0; rows]; plan.draw_columns()];
    let mut outputs: Vec<_> = columns.iter_mut().map(Vec::as_mut_slice).collect();
    plan.draw(range.clone(), &mut outputs).unwrap();
    let row = |row: usize| columns.iter().map(move |column| column[row]);
    (0..rows).flat_map(row).flat_map(|word: u64| [word as u32, (word >> 32) as u32]).collect()
}

/// The largest difference from the f32 lift of the definition.
fn distance(plan: &Plan, range: &Range<u64>, words: &[u32]) -> f32 {
    let mut expected = vec![0.0_f32; words.len()];
    plan.fill_rows(range.clone(), &mut expected).unwrap();
    let differences =
        words.iter().zip(expected).map(|(&word, value)| (f32::from_bits(word) - value).abs());
    // Not `f32::max`, which would pass over what is no number.
    differences.fold(0.0, |largest, one| if one <= largest { largest } else { one })
}

/// Whether a text computes the points of a scheme: the first range where it does not.
fn check(device: &Device, text: &str, scheme: &Scheme) -> Result<f32, Range<u64>> {
    let pipeline = device.compile(text);
    let plan = scheme.plan().unwrap();
    let (draw, lift) = (plan.launch(Output::Draw), plan.launch(Output::Single));
    let mut largest = 0.0_f32;
    for range in cases::ranges(scheme) {
        let distance = distance(&plan, &range, &device.run(&pipeline, &lift, &range));
        largest = largest.max(distance);
        let is_drawn = device.run(&pipeline, &draw, &range) == drawn(&plan, &range);
        if !is_drawn || !(0.0..=SINGLE_BOUND).contains(&distance) {
            eprintln!("{scheme:?}: draws {is_drawn}, {distance:e} at {range:?}");
            return Err(range);
        }
    }
    Ok(largest)
}

fn text(launch: &Launch) -> String {
    launch.kernel.wgsl.concat()
}

#[test]
fn texts_are_valid_without_any_extension() {
    for kernel in ALL.into_iter().chain([NEAREST]) {
        let text = kernel.wgsl.concat();
        let module = naga::front::wgsl::parse_str(&text)
            .unwrap_or_else(|error| panic!("{}: {}", kernel.name, error.emit_to_string(&text)));
        let flags = naga::valid::ValidationFlags::all();
        naga::valid::Validator::new(flags, naga::valid::Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{}: {}", kernel.name, error.emit_to_string(&text)));
        let directives = ["enable ", "requires ", "diagnostic("];
        assert!(!text.lines().any(|line| directives.iter().any(|one| line.starts_with(one))));
    }
}

#[test]
fn kernels_draw_the_same_bits_and_lift_within_the_bound() {
    let Some(device) = device() else { return };
    let mut seen = std::collections::BTreeSet::new();
    let mut largest = 0.0_f32;
    for scheme in cases::schemes() {
        let launch = scheme.plan().unwrap().launch(Output::Single);
        seen.insert(launch.kernel.name);
        match check(&device, &text(&launch), &scheme) {
            Ok(distance) => largest = largest.max(distance),
            Err(range) => panic!("{scheme:?} differs in {range:?}"),
        }
    }
    eprintln!("largest difference {} of 2^-24", largest * 2.0_f32.powi(24));
    assert_eq!(seen.len(), ALL.len(), "a kernel has no case");
}

#[test]
fn the_last_resort_of_rejection_is_the_cylinder_map() {
    let Some(device) = device() else { return };
    let range = 12_345..13_345;
    let random = |method| Scheme::Random { seed: 5, method }.plan().unwrap();
    let mut launch = random(Method::Ball).launch(Output::Single);
    // The last parameter: how many blocks are tried.
    *launch.parameters.last_mut().unwrap() = 0;
    let words = device.run(&device.compile(&text(&launch)), &launch, &range);
    assert!(distance(&random(Method::Cylinder), &range, &words) <= SINGLE_BOUND);
}

#[test]
fn a_dispatch_may_have_more_groups_than_one_axis() {
    let Some(device) = device() else { return };
    let domain = Domain::Cube { dimensions: 1 };
    let plan = Scheme::Sobol { domain, scramble: Scramble::None }.plan().unwrap();
    let launch = plan.launch(Output::Single);
    let rows = 65_535 * 256 + 1_000;
    let words = device.run(&device.compile(&text(&launch)), &launch, &(0..rows));
    let tail = rows - 2_000..rows;
    assert_eq!(distance(&plan, &tail, &words[tail.start as usize..]), 0.0);
}

#[test]
fn one_wrong_bit_is_caught() {
    let Some(device) = device() else { return };
    let lattice = Scheme::Fibonacci { total: 1 << 52, placement: Placement::Quadrature };
    let disk = Scheme::Disk { total: 1 << 52 };
    let random = |method| Scheme::Random { seed: 1, method };
    let owen = Scramble::Owen { seed: 1, randomisation: 0 };
    let sobol = |domain| Scheme::Sobol { domain, scramble: owen };
    let pixels = |ordering| Scheme::Pixels { order: 29, ordering };
    let table = [
        (lattice, "0x0c633f9fu", "0x0c633f9eu"),
        (disk, "0x80b583eau", "0x80b583ebu"),
        (random(Method::Cylinder), "0xcd9e8d57u", "0xcd9e8d56u"),
        (random(Method::Ball), "0x40000000u", "0x50000000u"),
        (random(Method::Disk), "0x1p-61", "0x1p-60"),
        (sobol(Domain::Cube { dimensions: 3 }), "0x53a22864u", "0x53a22865u"),
        (sobol(Domain::Sphere), "-4.93480216259", "-4.93483216259"),
        (
            pixels(sphere_math::healpix::Ordering::Ring),
            "twice_product(ring, ring - 1u)",
            "twice_product(ring, ring - 2u)",
        ),
        (pixels(sphere_math::healpix::Ordering::Nested), "0x33333333u", "0x33333331u"),
    ];
    for (scheme, right, wrong) in table {
        let text = text(&scheme.plan().unwrap().launch(Output::Draw));
        assert!(text.contains(right), "{right} is not in the text");
        check(&device, &text.replace(right, wrong), &scheme)
            .expect_err(&format!("{wrong} for {right} goes unnoticed"));
    }
}
