//! The report as a table for people.

use std::fmt::Write as _;

use sphere_math::quality::{Basis, Coverage, CubeReport, Harmonic, Reference, Value};

use super::{Report, Row};

impl Report {
    /// A table for a terminal: each figure beside what a perfect and a random set would give.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = self.heading();
        let rows = self.rows();
        if !rows.is_empty() {
            line(&mut text, "", "this set", "perfect", "random");
        }
        for row in &rows {
            figure_line(&mut text, row);
        }
        match self {
            Self::Directions(report) => harmonics(&mut text, &report.harmonics),
            Self::Cube(report) => strata(&mut text, report),
            Self::Disk(_) => {}
        }
        if rows.iter().any(|row| matches!(row.figure.value, Value::Estimate { .. })) {
            text.push_str("\n± is one standard error: the figure is estimated from a sample.\n");
        }
        text
    }

    fn heading(&self) -> String {
        let count = grouped(self.count() as u64);
        let duplicates = match self {
            Self::Directions(report) => report.duplicates,
            Self::Disk(report) => report.duplicates,
            Self::Cube(_) => 0,
        };
        let what = match self {
            Self::Directions(_) => "directions".to_string(),
            Self::Disk(_) => "points of the disk".to_string(),
            Self::Cube(report) => format!("points of the cube in {} dimensions", report.dimensions),
        };
        match duplicates {
            0 => format!("{count} {what}\n\n"),
            duplicates => {
                format!("{count} {what}, {} of them duplicates\n\n", grouped(duplicates))
            }
        }
    }
}

fn figure_line(text: &mut String, row: &Row) {
    let unit = if row.unit.is_empty() { String::new() } else { format!(" {}", row.unit) };
    let value = match row.figure.value {
        Value::Exact(value) => format!("{}{unit}", number(value)),
        Value::Estimate { value, standard_error } => {
            format!("{} ± {}{unit}", number(value), short(standard_error))
        }
        // Ends that look alike need no telling apart.
        Value::Bracket { lo, hi } if number(lo) == number(hi) => format!("{}{unit}", number(lo)),
        Value::Bracket { lo, hi } => format!("{} to {}{unit}", number(lo), number(hi)),
    };
    let [perfect, random] = [row.figure.perfect, row.figure.random].map(reference);
    line(text, row.name, &value, &perfect, &random);
}

/// What a set of this size would give; `~` in the limit of many points.
fn reference(reference: Option<Reference>) -> String {
    let Some(Reference { value, basis }) = reference else { return "-".to_string() };
    match basis {
        Basis::Exact | Basis::Bound => number(value),
        Basis::Asymptotic | Basis::Conjecture => format!("~ {}", number(value)),
    }
}

fn line(text: &mut String, name: &str, value: &str, perfect: &str, random: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {name:<30}{value:>26}{perfect:>14}{random:>14}");
}

/// Degrees in bands, because people do not read 32 numbers.
fn harmonics(text: &mut String, harmonics: &[Harmonic]) {
    const BANDS: [(u32, u32); 4] = [(1, 4), (5, 8), (9, 16), (17, 32)];
    text.push_str("\n  harmonics, power (random points: 1)\n");
    for (first, last) in BANDS {
        let inside = harmonics.iter().filter(|h| (first..=last).contains(&h.degree));
        let powers: Vec<f64> = inside.map(|h| h.power.value.central()).collect();
        let largest = powers.iter().copied().fold(0.0, f64::max);
        let mean = powers.iter().sum::<f64>() / powers.len().max(1) as f64;
        let degrees = format!("degrees {first} to {last}");
        let (mean, largest) = (short(mean), short(largest));
        let _ = writeln!(text, "    {degrees:<20} mean {mean:>8}   largest {largest:>8}");
    }
}

fn strata(text: &mut String, report: &CubeReport) {
    let strata = &report.strata;
    let size = 1_u64 << strata.log2_points;
    let _ = writeln!(
        text,
        "\n  strata of the first {} points: boxes with another number of points than one",
        grouped(size)
    );
    let missed: u64 = strata.intervals.iter().sum();
    let all = size * strata.intervals.len() as u64;
    let intervals = format!("intervals, {} dimensions", strata.intervals.len());
    let _ = writeln!(text, "    {intervals:<32}{:>16} of {}", grouped(missed), grouped(all));
    let missed: u64 = strata.pairs.iter().map(|pair| pair.missed).sum();
    let all: u64 = strata.pairs.iter().map(|pair| pair.boxes).sum();
    if !strata.pairs.is_empty() {
        let pairs = format!("elementary intervals, {} pairs", strata.pairs.len());
        let _ = writeln!(text, "    {pairs:<32}{:>16} of {}", grouped(missed), grouped(all));
    }
    let share = 100.0 * strata.random_share();
    let _ =
        writeln!(text, "    {:<32}{:>16}", "perfect: 0; random points", format!("{share:.0} %"));
    if strata.coverage == Coverage::Partial {
        text.push_str("    (not all dimensions and pairs were counted: it would take too long)\n");
    }
    if report.star_discrepancy_squared.is_none() {
        text.push_str("\n  The L2-star discrepancy is left out: so many points and dimensions take too long.\n");
    }
}

/// Six digits, where the eye finds the point.
fn number(value: f64) -> String {
    if value == 0.0 || (1e-3..1e5).contains(&value.abs()) {
        let digits = (5 - value.abs().max(1.0).log10().floor() as i32).clamp(0, 6);
        format!("{value:.*}", digits as usize)
    } else {
        format!("{value:.4e}")
    }
}

/// Two digits.
fn short(value: f64) -> String {
    if value == 0.0 || (0.01..100.0).contains(&value) {
        format!("{value:.2}")
    } else {
        format!("{value:.1e}")
    }
}

/// A count with commas.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
