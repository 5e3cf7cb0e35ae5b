//! The machine, and how to get these figures again.

use serde_json::Value;

use super::super::fragments::Fragments;
use super::super::html::{Section, escape};
use super::super::numbers::{bytes, number, or_dash};

/// What the report has room for, how it is made, and the fragment to look for.
const PARTS: [(&str, &str); 5] = [
    ("machine", "make bench"),
    ("rates", "make bench"),
    ("latency", "make bench"),
    ("instructions", "cargo xtask counts"),
    ("peers", "make bench-peers"),
];

const COMMANDS: &str = "\
make bench                                   # all of this page
sphere bench sample fibonacci --count 1e8    # one rate
sphere bench latency fibonacci               # one latency
sphere quality fibonacci --count 4096        # the figures of quality
cargo xtask report                           # this page anew, from what was measured";

pub(super) fn section(fragments: &Fragments) -> Section {
    let machine = fragments.get("machine");
    let absent = PARTS.iter().filter(|(name, _)| fragments.get(name).is_null());
    let absent: Vec<_> = absent.map(|(name, command)| format!("{name} ({command})")).collect();
    let absent = if absent.is_empty() {
        String::new()
    } else {
        format!("<p>Not measured this time: {}.</p>\n", escape(&absent.join(", ")))
    };
    Section {
        id: "method",
        title: "Where and how",
        intro: "Rates depend on the machine and on what else it does; shares of a fill, measured in turn with \
                it, much less; counts of instructions not at all."
            .to_owned(),
        body: format!("{}{absent}<pre>{}</pre>", facts(machine), escape(COMMANDS)),
    }
}

fn facts(machine: &Value) -> String {
    if machine.is_null() {
        return String::new();
    }
    let text = |key: &str| machine[key].as_str().map(str::to_owned);
    let list = |key: &str| {
        let items = machine[key].as_array()?.iter().filter_map(Value::as_str);
        Some(items.collect::<Vec<_>>().join(", "))
    };
    let rows = [
        ("processor", text("processor").or_else(|| text("architecture"))),
        ("threads", number(&machine["threads"]).map(|threads| format!("{threads}"))),
        ("caches of a core", list("caches")),
        ("memory", Some(or_dash(number(&machine["memory_bytes"]), bytes))),
        ("instruction sets", list("simd")),
        ("system", text("system")),
        ("compiler", text("rustc")),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .filter_map(|(name, value)| {
            Some(format!("<dt>{name}</dt><dd>{}</dd>\n", escape(&value.filter(|v| !v.is_empty())?)))
        })
        .collect();
    format!("<dl>\n{}</dl>\n", rows.concat())
}
