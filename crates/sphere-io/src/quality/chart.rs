//! The report as a picture: how each figure compares with random points, and the harmonics.

use std::fmt::Write as _;

use sphere_math::quality::{Figure, Harmonic};

use super::Report;

const WIDTH: f64 = 860.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 830.0;
const ROW: f64 = 34.0;
const HARMONICS_HEIGHT: f64 = 220.0;

/// An axis of powers of ten, from left to right or from bottom to top.
struct LogAxis {
    first: i32,
    last: i32,
    from: f64,
    to: f64,
}

impl Report {
    /// An SVG picture. On top each figure over its expectation for random points, on a logarithmic
    /// axis, with a line where a perfect set would lie; below, for directions, the power of the
    /// harmonics of each degree.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let ratios: Vec<(&str, Ratio)> = self
            .rows()
            .into_iter()
            .filter_map(|row| Some((row.name, Ratio::of(row.figure)?)))
            .collect();
        let mut body = String::new();
        let title = format!("{} points ({})", self.count(), self.kind());
        text(&mut body, [LEFT, 30.0], "title", &title);
        let mut bottom = ratio_panel(&mut body, &ratios, 60.0);
        if let Self::Directions(report) = self {
            bottom = harmonics_panel(&mut body, &report.harmonics, bottom + 50.0);
        }
        let height = bottom + 40.0;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\">\n<style>{STYLE}</style>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }
}

const STYLE: &str = "text{font:13px sans-serif;fill:#1d2430}.title{font-size:17px;font-weight:600}\
    .end{text-anchor:end}.middle{text-anchor:middle}.quiet{fill:#5b6675;font-size:12px}\
    .grid{stroke:#dde2e8}.random{stroke:#5b6675;stroke-dasharray:4 3}.perfect{stroke:#2a6fbb;\
    stroke-width:3}.dot{fill:#bf3327}.bar{stroke:#bf3327;stroke-width:9}";

/// A figure over its expectation for random points.
struct Ratio {
    value: f64,
    perfect: Option<f64>,
}

impl Ratio {
    /// `None` where there is nothing to divide by, or no logarithm.
    fn of(figure: Figure) -> Option<Self> {
        let random = figure.random?.value;
        let ratio = |value: f64| Some(value / random).filter(|r| r.is_finite() && *r > 0.0);
        let value = ratio(figure.value.central())?;
        Some(Self { value, perfect: figure.perfect.and_then(|perfect| ratio(perfect.value)) })
    }
}

impl LogAxis {
    /// Whole decades around these values and 1.
    fn around(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (low, high) = values.fold((1.0_f64, 1.0_f64), |(l, h), v| (l.min(v), h.max(v)));
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        Self { first: first.min(-1), last: last.max(1), from, to }
    }

    fn place(&self, value: f64) -> f64 {
        let (first, last) = (f64::from(self.first), f64::from(self.last));
        let share = (value.log10().clamp(first, last) - first) / (last - first);
        self.from + share * (self.to - self.from)
    }

    /// The powers of ten, at most about ten of them.
    fn ticks(&self) -> impl Iterator<Item = i32> + use<> {
        let step = (self.last - self.first) / 10 + 1;
        (self.first..=self.last).filter(move |exponent| exponent % step == 0)
    }
}

fn ratio_panel(body: &mut String, ratios: &[(&str, Ratio)], top: f64) -> f64 {
    let all = ratios.iter().flat_map(|(_, ratio)| ratio.perfect.into_iter().chain([ratio.value]));
    let axis = LogAxis::around(all, LEFT, RIGHT);
    let bottom = top + ROW * ratios.len() as f64;
    for exponent in axis.ticks() {
        let x = axis.place(10_f64.powi(exponent));
        let class = if exponent == 0 { "random" } else { "grid" };
        line(body, [x, top], [x, bottom], class);
        text(body, [x, bottom + 18.0], "middle quiet", &power_of_ten(exponent));
    }
    for (at, (name, ratio)) in ratios.iter().enumerate() {
        let y = top + ROW * (at as f64 + 0.5);
        text(body, [LEFT - 14.0, y + 4.0], "end", name);
        if let Some(perfect) = ratio.perfect {
            let x = axis.place(perfect);
            line(body, [x, y - 9.0], [x, y + 9.0], "perfect");
        }
        let x = axis.place(ratio.value);
        let _ = writeln!(body, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>");
    }
    let legend = "this set (dot) over random points (dashed, 1); blue: perfect";
    text(body, [LEFT, bottom + 40.0], "quiet", legend);
    bottom + 44.0
}

fn harmonics_panel(body: &mut String, harmonics: &[Harmonic], top: f64) -> f64 {
    let bottom = top + HARMONICS_HEIGHT;
    // Below this, power is what rounding leaves.
    let power = |harmonic: &Harmonic| harmonic.power.value.central().max(1e-12);
    let axis = LogAxis::around(harmonics.iter().map(power), bottom, top);
    for exponent in axis.ticks() {
        let y = axis.place(10_f64.powi(exponent));
        let class = if exponent == 0 { "random" } else { "grid" };
        line(body, [LEFT, y], [RIGHT, y], class);
        text(body, [LEFT - 8.0, y + 4.0], "end quiet", &power_of_ten(exponent));
    }
    let width = (RIGHT - LEFT) / harmonics.len().max(1) as f64;
    for (at, harmonic) in harmonics.iter().enumerate() {
        let x = LEFT + width * (at as f64 + 0.5);
        line(body, [x, bottom], [x, axis.place(power(harmonic))], "bar");
        if harmonic.degree == 1 || harmonic.degree.is_multiple_of(4) {
            text(body, [x, bottom + 18.0], "middle quiet", &harmonic.degree.to_string());
        }
    }
    text(body, [LEFT, top - 14.0], "", "Power of the harmonics by degree (random points: 1)");
    bottom + 10.0
}

fn power_of_ten(exponent: i32) -> String {
    match exponent {
        -2..=3 => 10_f64.powi(exponent).to_string(),
        _ => format!("1e{exponent}"),
    }
}

// Writing to a string cannot fail.

fn text(body: &mut String, [x, y]: [f64; 2], class: &str, text: &str) {
    // All texts are our own: names of figures and numbers.
    let _ = writeln!(body, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
}

fn line(body: &mut String, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2], class: &str) {
    let _ = writeln!(
        body,
        "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
    );
}
