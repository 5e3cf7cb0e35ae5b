//! A flame graph as a picture: what is called stands on its caller, as wide as its share.

use std::fmt::Write;

use super::names::{origin, short};
use super::stacks::Node;

const WIDTH: f64 = 1_200.0;
const ROW: f64 = 18.0;
/// Above the flames: the title and what the colours mean.
const HEAD: f64 = 48.0;
/// Of the letters that names are set in.
const LETTER: f64 = 6.7;
/// What is narrower has no name and no frame.
const NARROWEST: f64 = 0.4;

/// The crates that colours tell apart: of ours, of the lanes, of the language.
const ORIGINS: [(&str, &[&str]); 3] = [
    ("sphere", &["sphere_math", "sphere_benches"]),
    ("lanes", &["fearless_simd"]),
    ("language", &["core", "alloc", "std", "f32", "f64", "u32", "u64", "usize"]),
];

/// Dark letters on light frames read on either ground; what stands beside the frames follows it.
const STYLE: &str = "text{font:11px ui-monospace,monospace;fill:#1a1a1a;pointer-events:none}\
    .head{font:14px system-ui,sans-serif;fill:#222}\
    rect{stroke:#0004;stroke-width:.5}rect:hover{stroke:#000;stroke-width:1.5}\
    .sphere{fill:#f4b266}.lanes{fill:#8fc1e3}.language{fill:#a8d5a2}.other{fill:#cfcfcf}\
    @media(prefers-color-scheme:dark){.head{fill:#ddd}rect:hover{stroke:#fff}}";

/// The picture of all that was called, with the share and the whole name of each frame as its
/// tooltip.
pub(super) fn draw(title: &str, root: &Node) -> String {
    let height = HEAD + ROW * root.depth() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n\
         <text class=\"head\" x=\"4\" y=\"16\">{title}</text>\n",
        title = escaped(title)
    );
    legend(&mut svg);
    let frame = Frame { x: 0.0, bottom: height, per_cost: WIDTH / root.total.max(1) as f64 };
    callees(&mut svg, root, frame);
    svg + "</svg>\n"
}

/// Where the callees of a function stand.
#[derive(Clone, Copy)]
struct Frame {
    x: f64,
    bottom: f64,
    per_cost: f64,
}

fn callees(svg: &mut String, node: &Node, mut frame: Frame) {
    for (name, callee) in &node.callees {
        let width = callee.total as f64 * frame.per_cost;
        if width >= NARROWEST {
            rectangle(svg, name, callee.total, width, frame);
            callees(svg, callee, Frame { bottom: frame.bottom - ROW, ..frame });
        }
        frame.x += width;
    }
}

fn rectangle(svg: &mut String, name: &str, total: u64, width: f64, frame: Frame) {
    let Frame { x, bottom, per_cost } = frame;
    let share = 100.0 * total as f64 * per_cost / WIDTH;
    let y = bottom - ROW;
    // Writing to a string does not fail, here and below.
    let _ = write!(
        svg,
        "<g><title>{share:.1} %, {total} instructions: {}</title>\
         <rect class=\"{}\" x=\"{x:.2}\" y=\"{y}\" width=\"{width:.2}\" height=\"{ROW}\" rx=\"2\"/>",
        escaped(name),
        class(name)
    );
    if let Some(label) = clipped(&short(name), width) {
        let (x, y) = (x + 3.0, y + 13.0);
        let _ = write!(svg, "<text x=\"{x:.2}\" y=\"{y}\">{}</text>", escaped(&label));
    }
    svg.push_str("</g>\n");
}

fn legend(svg: &mut String) {
    let what = [("sphere", "Sphere"), ("lanes", "fearless_simd"), ("language", "core, std")];
    let entries = what.into_iter().chain([("other", "other")]);
    for (place, (class, what)) in entries.enumerate() {
        let x = 4 + 130 * place;
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"26\" width=\"12\" height=\"12\"/>\
             <text class=\"head\" x=\"{}\" y=\"37\">{what}</text>",
            x + 18
        );
    }
}

fn class(name: &str) -> &'static str {
    let from = origin(name);
    ORIGINS.iter().find(|(_, crates)| crates.contains(&from)).map_or("other", |(class, _)| class)
}

/// As much of a name as a frame holds; nothing where that would tell nothing.
fn clipped(name: &str, width: f64) -> Option<String> {
    let letters = ((width - 6.0) / LETTER).max(0.0) as usize;
    if name.chars().count() <= letters {
        Some(name.to_owned())
    } else if letters >= 4 {
        Some(name.chars().take(letters - 1).chain(['…']).collect())
    } else {
        None
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::stacks::Node;
    use super::{HEAD, ROW, clipped, draw};

    #[test]
    fn frames_are_as_wide_as_their_share_and_stand_on_their_callers() {
        let mut root = Node::default();
        root.add(["sphere_math::fill", "<core::A<T> as B>::c"], 3);
        root.add(["other"], 1);
        let svg = draw("a & b", &root);
        let whole = HEAD + 2.0 * ROW;
        assert!(svg.contains("<title>a &amp; b</title>"));
        for frame in [
            format!("class=\"other\" x=\"0.00\" y=\"{}\" width=\"300.00\"", whole - ROW),
            format!("class=\"sphere\" x=\"300.00\" y=\"{}\" width=\"900.00\"", whole - ROW),
            format!("class=\"language\" x=\"300.00\" y=\"{HEAD}\" width=\"900.00\""),
            "<title>75.0 %, 3 instructions: &lt;core::A&lt;T&gt; as B&gt;::c</title>".to_owned(),
            ">A::c</text>".to_owned(),
        ] {
            assert!(svg.contains(&frame), "{frame} in {svg}");
        }
    }

    #[test]
    fn names_end_where_their_frames_do() {
        let table =
            [("name", 40.0, Some("name")), ("names", 33.0, Some("nam…")), ("name", 20.0, None)];
        for (name, width, expected) in table {
            assert_eq!(clipped(name, width).as_deref(), expected, "{name} {width}");
        }
    }
}
