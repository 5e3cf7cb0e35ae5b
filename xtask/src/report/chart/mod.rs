//! Pictures, drawn here: SVG that takes its colours from the page.

pub(super) mod bars;
pub(super) mod ranges;

use super::html::escape;

/// Text in a picture. `anchor` is `start`, `middle` or `end`.
fn text(x: f64, y: f64, anchor: &str, class: &str, content: &str) -> String {
    let content = escape(content);
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" class=\"{class}\">{content}</text>\n"
    )
}

fn line(x1: f64, y1: f64, x2: f64, y2: f64, class: &str) -> String {
    format!(
        "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" class=\"{class}\"/>\n"
    )
}

/// The whole picture, described by `title` to who cannot see it.
fn picture(width: f64, height: f64, title: &str, parts: &[String]) -> String {
    format!(
        "<svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n{}</svg>",
        escape(title),
        parts.concat()
    )
}

/// What the colours mean. Classes are `s0`, `s1`, ...
pub(super) fn legend(series: &[String]) -> String {
    let items: Vec<_> = (series.iter().enumerate())
        .map(|(at, name)| format!("<span><i class=\"s{at}\"></i>{}</span>", escape(name)))
        .collect();
    format!("<p class=\"legend\">{}</p>", items.concat())
}
