//! What is asked of the command, scheme by scheme.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use serde_json::{Value, json};

use super::cases::CASES;
use super::sphere::Sphere;

type Measured = Result<Value, Box<dyn Error>>;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    runs: u32,
    /// One thread, all, and what lies between; or all alone.
    every_thread_count: bool,
    /// Instruction sets and layouts that are not the default.
    variants: bool,
}

impl Effort {
    pub(super) const FULL: Self = Self { runs: 7, every_thread_count: true, variants: true };
    pub(super) const QUICK: Self = Self { runs: 3, every_thread_count: false, variants: false };
}

/// Names of instruction sets, of whatever processor.
pub(super) const LEVELS: [&str; 4] = ["scalar", "avx2", "avx512", "neon"];

/// Points a second of every scheme, precision and number of threads; then of other layouts and
/// instruction sets.
pub(super) fn rates(sphere: &Sphere, effort: Effort, say: &mut dyn FnMut(&str)) -> Measured {
    let all = available_parallelism().map_or(1, usize::from);
    let threads = if effort.every_thread_count { thread_counts(all) } else { vec![all] };
    let mut cases = Vec::new();
    let mut measure = |name: &str, precision: &str, words: &str| -> Result<(), Box<dyn Error>> {
        let runs = effort.runs;
        let words = format!("bench sample {words} --precision {precision} --runs {runs}");
        let mut figures = sphere.json(&words)?;
        figures["case"] = format!("{name}-{precision}").into();
        let number = |key: &str| figures[key].as_f64().unwrap_or_default();
        let (rate, share) = (number("points_per_second") / 1e6, number("fraction") * 100.0);
        say(&format!("{rate:8.1} M points/s, {share:3.0} % of the fill: sphere {words}"));
        cases.push(figures);
        Ok(())
    };
    for case in &CASES {
        for precision in ["f64", "f32"] {
            for threads in &threads {
                let words = format!("{} --threads {threads}", case.arguments);
                measure(case.name, precision, &words)?;
            }
        }
        if !effort.variants {
            continue;
        }
        let words = format!("{} --threads {all} --layout rows", case.arguments);
        measure(case.name, "f64", &words)?;
        for level in levels(sphere).split_last().map_or(&[][..], |(_, others)| others) {
            let words = format!("{} --threads 1 --simd {level}", case.arguments);
            measure(case.name, "f64", &words)?;
        }
    }
    Ok(json!({ "cases": cases }))
}

/// The instruction sets of this machine, best last.
pub(super) fn levels(sphere: &Sphere) -> Vec<&'static str> {
    let has = |level: &&str| {
        sphere.can(&format!("bench sample fibonacci --count 1 --runs 1 --threads 1 --simd {level}"))
    };
    LEVELS.into_iter().filter(has).collect()
}

/// 1, 2, 4 and so on, and all of them.
fn thread_counts(all: usize) -> Vec<usize> {
    let doubled = std::iter::successors(Some(1), |threads| Some(threads * 2));
    doubled.take_while(|&threads| threads < all).chain([all]).collect()
}

/// How long 1,024 points take, in an idle and in a busy machine.
pub(super) fn latencies(sphere: &Sphere, say: &mut dyn FnMut(&str)) -> Measured {
    let mut cases = Vec::new();
    for case in &CASES {
        let words = format!("bench latency {} --count 1024", case.arguments);
        let mut figures = sphere.json(&words)?;
        figures["case"] = format!("{}-f64", case.name).into();
        let p999 = figures["busy"]["p999_seconds"].as_f64().unwrap_or_default() * 1e6;
        say(&format!("{p999:8.1} us at the 99.9th percentile, busy: sphere {words}"));
        cases.push(figures);
    }
    Ok(json!({ "cases": cases }))
}

/// How good about 4,096 points of each scheme are.
pub(super) fn quality(sphere: &Sphere) -> Measured {
    let mut cases = Vec::new();
    for case in &CASES {
        let words = format!("quality {} {}", case.arguments, case.quality);
        let mut figures = sphere.json(&words)?;
        figures["case"] = case.name.into();
        cases.push(figures);
    }
    Ok(json!({ "cases": cases }))
}

/// How often plans and fills allocate: counted by a program of its own, whose allocator counts.
pub(super) fn allocations(root: &Path) -> Measured {
    let output = Command::new(crate::cargo())
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            "sphere-math",
            "--example",
            "allocations",
        ])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the example `allocations` failed: {}", said.trim()).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::thread_counts;

    #[test]
    fn thread_counts_double_and_end_with_all() {
        for (all, expected) in [
            (1, &[1][..]),
            (2, &[1, 2]),
            (3, &[1, 2, 3]),
            (8, &[1, 2, 4, 8]),
            (12, &[1, 2, 4, 8, 12]),
        ] {
            assert_eq!(thread_counts(all), expected);
        }
    }
}
