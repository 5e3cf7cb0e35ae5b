//! The frame of the page.

use super::fragments::Fragments;
use super::html::{Section, escape};
use super::sections;

const STYLE: &str = include_str!("page.css");

pub(super) fn page(fragments: &Fragments) -> String {
    let sections = sections::all(fragments);
    let links: Vec<_> = (sections.iter())
        .map(|Section { id, title, .. }| format!("<a href=\"#{id}\">{title}</a>\n"))
        .collect();
    let bodies: Vec<_> = sections.iter().map(Section::html).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Sphere: how fast the schemes are</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>How fast the schemes are</h1>\n<p>{}</p>\n<nav>\n{}</nav>\n</header>\n\
         <main>\n{}</main>\n</body>\n</html>\n",
        escape(&made(fragments)),
        links.concat(),
        bodies.concat()
    )
}

/// Of what, when and where.
fn made(fragments: &Fragments) -> String {
    let machine = fragments.get("machine");
    let text = |key: &str| machine[key].as_str().unwrap_or_default();
    let mut parts = vec![format!("Sphere {}", text("version"))];
    if !text("commit").is_empty() {
        let changed = if machine["changed"] == true { " with changes" } else { "" };
        parts.push(format!("commit {}{changed}", text("commit")));
    }
    parts.extend([text("date").to_owned(), text("processor").to_owned()]);
    if let Some(threads) = machine["threads"].as_u64() {
        parts.push(format!("{threads} threads"));
    }
    if machine["quick"] == true {
        parts.push("a quick run: fewer and shorter measurements".to_owned());
    }
    parts.retain(|part| !part.trim().is_empty());
    parts.join(" \u{b7} ")
}
