//! Flame graphs, each in a frame of its own.

use super::super::fragments::Fragments;
use super::super::html::{Section, escape};

pub(super) fn section(fragments: &Fragments) -> Option<Section> {
    if fragments.flames.is_empty() {
        return None;
    }
    let frames: Vec<_> = (fragments.flames.iter())
        .map(|(name, svg)| {
            let (name, svg, shape) = (escape(name), escape(svg), shape(svg));
            format!(
                "<details><summary>{name}</summary><iframe title=\"Flame graph of {name}\" \
                 style=\"aspect-ratio:{shape}\" sandbox=\"allow-scripts\" loading=\"lazy\" \
                 srcdoc=\"<style>body{{margin:0}}svg{{width:100%;height:auto}}</style>{svg}\">\
                 </iframe></details>\n"
            )
        })
        .collect();
    Some(Section {
        id: "flames",
        title: "Where the instructions go",
        intro: "A flame graph a scheme: a function is as wide as the share of instructions that it and what \
                it calls take."
            .to_owned(),
        body: frames.concat(),
    })
}

/// Width over height of a picture, from its first `viewBox`.
fn shape(svg: &str) -> String {
    let numbers = svg.split_once("viewBox=\"").and_then(|(_, rest)| rest.split_once('"'));
    let numbers: Vec<&str> =
        numbers.map_or("", |(numbers, _)| numbers).split_whitespace().collect();
    match numbers[..] {
        [_, _, width, height] if is_number(width) && is_number(height) => {
            format!("{width}/{height}")
        }
        _ => "2/1".to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| number > 0.0)
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn the_shape_is_that_of_the_picture() {
        assert_eq!(
            shape("<svg viewBox=\"0 0 1200 300.5\"><path viewBox=\"0 0 1 1\"/>"),
            "1200/300.5"
        );
        for wrong in ["<svg/>", "<svg viewBox=\"0 0 1\">", "<svg viewBox=\"0 0 1;x 2\">"] {
            assert_eq!(shape(wrong), "2/1");
        }
    }
}
