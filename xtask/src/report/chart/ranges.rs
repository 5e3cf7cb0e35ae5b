//! Ranges of times on a logarithmic axis: from the median to the rare.

use super::super::html::escape;
use super::super::numbers::seconds;
use super::{line, picture, text};

/// One name, and a range for each series.
#[derive(Debug)]
pub(in crate::report) struct Row {
    pub(in crate::report) label: String,
    pub(in crate::report) ranges: Vec<Option<Range>>,
}

/// Ascending times in seconds, and what is said of them where a pointer rests.
#[derive(Debug)]
pub(in crate::report) struct Range {
    pub(in crate::report) times: [f64; 3],
    pub(in crate::report) hint: String,
}

const WIDTH: f64 = 900.0;
const LEFT: f64 = 158.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 26.0;
const STEP: f64 = 13.0;
const GAP: f64 = 8.0;

pub(in crate::report) fn ranges(title: &str, rows: &[Row]) -> String {
    let times = rows.iter().flat_map(|row| row.ranges.iter().flatten()).flat_map(|one| one.times);
    let (low, high) = times.fold((1e-6, 1e-5), |(low, high): (f64, f64), time| {
        (low.min(time.max(1e-9)), high.max(time))
    });
    let (low, high) = (low.log10().floor(), high.log10().ceil());
    let x =
        |time: f64| LEFT + (WIDTH - LEFT - RIGHT) * (time.max(1e-9).log10() - low) / (high - low);
    let height = |row: &Row| row.ranges.len() as f64 * STEP + GAP;
    let bottom = TOP + rows.iter().map(height).sum::<f64>();

    let mut parts = Vec::new();
    for decade in low as i32..=high as i32 {
        let time = 10_f64.powi(decade);
        parts.push(line(x(time), TOP - 4.0, x(time), bottom, "grid"));
        let name = seconds(time * 1.000_001).replace(".00 ", " ").replace(".0 ", " ");
        parts.push(text(x(time), TOP - 10.0, "middle", "axis", &name));
    }
    let mut y = TOP + GAP / 2.0 + STEP / 2.0;
    for row in rows {
        let middle = y + (row.ranges.len() as f64 - 1.0) * STEP / 2.0;
        parts.push(text(LEFT - 10.0, middle + 4.0, "end", "label", &row.label));
        for (series, range) in row.ranges.iter().enumerate() {
            if let Some(range) = range {
                parts.push(one(range, series, y, x));
            }
            y += STEP;
        }
        y += GAP;
    }
    picture(WIDTH, bottom + 4.0, title, &parts)
}

/// A line from the first time to the last: a dot, a stroke, a ring.
fn one(range: &Range, series: usize, y: f64, x: impl Fn(f64) -> f64) -> String {
    let [first, middle, last] = range.times.map(x);
    let (top, bottom, hint) = (y - 4.0, y + 4.0, escape(&range.hint));
    format!(
        "<g class=\"range s{series}\"><title>{hint}</title>\
         <line x1=\"{first:.1}\" y1=\"{y:.1}\" x2=\"{last:.1}\" y2=\"{y:.1}\"/>\
         <line x1=\"{middle:.1}\" y1=\"{top:.1}\" x2=\"{middle:.1}\" y2=\"{bottom:.1}\"/>\
         <circle cx=\"{first:.1}\" cy=\"{y:.1}\" r=\"3.5\"/>\
         <circle cx=\"{last:.1}\" cy=\"{y:.1}\" r=\"4\" class=\"ring\"/></g>\n"
    )
}
