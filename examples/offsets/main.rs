//! Fits the offsets of Fibonacci lattices: which ones pack best, which ones space best.
//!
//! `cargo run --release -p sphere-examples --example offsets -- docs/data/offsets.csv`
//!
//! writes the table of `docs/offsets.md` and prints the steps of
//! `crates/sphere-math/src/sampling/fibonacci/offsets.rs`. Three minutes on two cores.

mod fit;
mod lattice;

use std::error::Error;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use fit::{Fit, LADDER, Step, offset, steps};
use lattice::{Differences, Lattice};

/// What the rules reach of the best, everywhere.
const PART: f64 = 0.999;
/// Means are as good as independent of the offset from here on.
const MEANS: u64 = 20_000;
const LARGEST: u64 = 10_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let differences = Differences::new();
    check(&differences)?;

    let wide = grid(500.0, 0.002, 0.0015);
    let narrow = grid(1.0, 0.005, 0.0);
    let packing =
        map(&counts(24, 1_000_000_000_000), |total| Fit::of_smallest(total, &wide, &differences));
    let packing_steps = steps(&packing, &wide, PART);
    let spacing = map(&counts(12, MEANS), |total| Fit::of_mean(total, &narrow, &differences));
    let spacing_steps = steps(&spacing, &narrow, PART);

    let mut out = io::stdout();
    for (name, steps) in [("PACKING", &packing_steps), ("SPACING", &spacing_steps)] {
        writeln!(out, "{name}")?;
        for (from, offset) in steps {
            writeln!(out, "    ({from}, {offset:.3}),")?;
        }
    }
    if let Some(path) = env::args().nth(1) {
        let rows = map(&counts(12, LARGEST), |total| {
            row(total, [&packing_steps, &spacing_steps], &wide, &differences)
        });
        fs::write(path, format!("{HEADER}{}", rows.concat()))?;
    }
    Ok(())
}

const HEADER: &str = "\
# Neighbours in Fibonacci lattices: chord lengths times sqrt(n). Hole: colatitude of the first point
# over sqrt(4 pi / n). best: of all offsets. Made with
# cargo run --release -p sphere-examples --example offsets -- docs/data/offsets.csv
n,best_smallest_offset,best_smallest,packing_offset,packing_smallest,packing_mean,packing_hole,\
best_mean_offset,best_mean,spacing_offset,spacing_smallest,spacing_mean,spacing_hole,\
half_smallest,half_mean,half_hole,ladder_offset,ladder_smallest,ladder_mean,ladder_hole
";

fn row(total: u64, rules: [&[Step]; 2], wide: &[f64], differences: &Differences) -> String {
    let lattice = |offset| Lattice { total, offset };
    let of = |offset| {
        let found = lattice(offset).neighbours(differences);
        (offset, found.smallest, found.mean, lattice(offset).hole())
    };
    let [packing, spacing] = rules.map(|steps| of(offset(steps, total)));
    let (half, ladder) = (of(0.5), of(offset(&LADDER, total)));
    let best = Fit::of_smallest(total, wide, differences);
    let smallest = lattice(best.best_offset).neighbours(differences).smallest;
    let few: Vec<f64> = (0..if total < MEANS { 200 } else { 5 })
        .map(|k| if total < MEANS { 0.005 * f64::from(k) } else { 0.34 + 0.01 * f64::from(k) })
        .collect();
    let means = few.iter().map(|&offset| (of(offset).2, offset));
    let (mean, mean_offset) =
        means.fold((0.0, 0.0), |best, one| if one.0 > best.0 { one } else { best });
    format!(
        "{total},{:.4},{smallest:.5},{:.3},{:.5},{:.5},{:.4},{mean_offset:.3},{mean:.5},\
         {:.3},{:.5},{:.5},{:.4},{:.5},{:.5},{:.4},{:.2},{:.5},{:.5},{:.4}\n",
        best.best_offset,
        packing.0,
        packing.1,
        packing.2,
        packing.3,
        spacing.0,
        spacing.1,
        spacing.2,
        spacing.3,
        half.1,
        half.2,
        half.3,
        ladder.0,
        ladder.1,
        ladder.2,
        ladder.3
    )
}

/// Ascending offsets from 0, in thousandths.
fn grid(end: f64, step: f64, growth: f64) -> Vec<f64> {
    let next =
        |&offset: &f64| Some((1e3 * (offset + f64::max(step, growth * offset))).round() / 1e3);
    std::iter::successors(Some(0.0), next).take_while(|&offset| offset < end).collect()
}

/// Every n from 2 to 300 (or to 30, where it is few per decade), then so many per decade.
fn counts(per_decade: u32, largest: u64) -> Vec<u64> {
    let each = if per_decade > 12 { 300 } else { 30 };
    let power = |k: u32| 10_f64.powf(f64::from(k) / f64::from(per_decade)).round() as u64;
    let powers = (0..16 * per_decade).map(power).filter(|&n| n > each && n <= largest);
    (2..=each).chain(powers).collect()
}

/// `each(n)` for every n, on two threads.
fn map<T: Send>(counts: &[u64], each: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            // The largest first, so that no thread is left alone with it.
            let Some(&total) = counts.iter().rev().nth(next.fetch_add(1, Ordering::Relaxed)) else {
                return done;
            };
            done.push((total, each(total)));
        }
    };
    let mut all: Vec<(u64, T)> = thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.into_iter().filter_map(|one| one.join().ok()).flatten().collect()
    });
    all.sort_by_key(|&(total, _)| total);
    all.into_iter().map(|(_, value)| value).collect()
}

/// The neighbours in O(n) against all pairs.
fn check(differences: &Differences) -> Result<(), Box<dyn Error>> {
    for total in [2, 3, 5, 10, 37, 100, 555, 700, 2_000, 5_000] {
        for offset in [0.0, 0.36, 0.5, 1.33, 3.3, 10.0, 27.0, 74.0] {
            let lattice = Lattice { total, offset };
            let (fast, slow) = (lattice.neighbours(differences), lattice.neighbours_by_pairs());
            let difference =
                (fast.smallest - slow.smallest).abs().max((fast.mean - slow.mean).abs());
            if difference > 1e-9 {
                return Err(format!("{total} points, offset {offset}: {difference:e} apart").into());
            }
        }
    }
    Ok(())
}
