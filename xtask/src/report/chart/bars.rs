//! Groups of bars: shares of one, and past it.

use super::super::html::escape;
use super::super::numbers::percent;
use super::{line, picture, text};

/// One group of bars.
#[derive(Debug)]
pub(in crate::report) struct Group {
    pub(in crate::report) label: String,
    pub(in crate::report) bars: Vec<Option<Bar>>,
}

/// A share, its colour, what stands at its end, and what is said of it where a pointer rests.
#[derive(Debug)]
pub(in crate::report) struct Bar {
    pub(in crate::report) share: f64,
    pub(in crate::report) series: usize,
    pub(in crate::report) text: String,
    pub(in crate::report) hint: String,
}

const WIDTH: f64 = 520.0;
const RIGHT: f64 = 46.0;
/// Of a letter, about.
const LETTER: f64 = 6.4;
const TOP: f64 = 26.0;
const THICK: f64 = 10.0;
/// From one bar of a group to the next.
const STEP: f64 = 11.5;
const GAP: f64 = 12.0;

/// Bars from 0 to `mark`, which is what 1 is called, or as far past it as they go.
pub(in crate::report) fn bars(title: &str, mark: &str, groups: &[Group]) -> String {
    let shares = groups.iter().flat_map(|group| group.bars.iter().flatten()).map(|bar| bar.share);
    // What is just past a line needs no next one: there is room on the right.
    let most = ((shares.fold(1.0, f64::max) - 0.05) * 4.0).ceil() / 4.0;
    let longest = groups.iter().map(|group| group.label.chars().count()).max().unwrap_or(0);
    let left = (longest as f64).mul_add(LETTER, 24.0);
    let x = |share: f64| left + (WIDTH - left - RIGHT) * share / most;
    let height = |group: &Group| group.bars.len() as f64 * STEP + GAP;
    let bottom = TOP + groups.iter().map(height).sum::<f64>();

    let mut parts = Vec::new();
    for quarter in 0..=(most * 4.0) as u32 {
        let share = f64::from(quarter) / 4.0;
        let class = if quarter == 4 { "mark" } else { "grid" };
        parts.push(line(x(share), TOP - 4.0, x(share), bottom, class));
        let name = if quarter == 4 { mark.to_owned() } else { percent(share) };
        parts.push(text(x(share), TOP - 10.0, "middle", "axis", &name));
    }
    let mut y = TOP + GAP / 2.0;
    for group in groups {
        let middle = y + (height(group) - GAP) / 2.0;
        parts.push(text(left - 10.0, middle + 4.0, "end", "label", &group.label));
        for bar in &group.bars {
            if let Some(Bar { share, series, text: says, hint }) = bar {
                let (width, hint) = ((x(*share) - left).max(1.0), escape(hint));
                parts.push(format!(
                    "<rect x=\"{left:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{THICK}\" rx=\"1.5\" \
                     class=\"s{series}\"><title>{hint}</title></rect>\n"
                ));
                parts.push(text(left + width + 5.0, y + THICK - 1.0, "start", "value", says));
            }
            y += STEP;
        }
        y += GAP;
    }
    picture(WIDTH, bottom + 4.0, title, &parts)
}
