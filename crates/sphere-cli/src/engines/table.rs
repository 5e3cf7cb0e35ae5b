//! Engines as a table for people, 80 columns wide.

use super::described::Described;

/// Columns of a terminal.
const WIDTH: usize = 80;

/// The heads of the columns, and how wide each may be. What is long stands below its row.
const COLUMNS: [(&str, usize); 6] = [
    ("engine", 6),
    ("available", 9),
    ("device", 22),
    ("driver", 17),
    ("precisions", 10),
    ("memory", 6),
];

/// Between columns, and before what stands below a row.
const GAP: usize = 2;
const INDENT: usize = 8;

/// A row for each engine; below it the kernels, or the reason why it is not here.
pub(super) fn table(engines: &[Described]) -> String {
    let heads = COLUMNS.map(|(head, _)| head.to_string());
    engines.iter().fold(row(&heads), |table, engine| table + &row(&cells(engine)) + &below(engine))
}

fn cells(engine: &Described) -> [String; COLUMNS.len()] {
    let memory = engine.memory.map(|bytes| format!("{:.0} GB", bytes as f64 / 1e9));
    [
        engine.name.to_string(),
        if engine.available { "yes" } else { "no" }.to_string(),
        engine.device.clone().unwrap_or_default(),
        engine.driver.clone().unwrap_or_default(),
        engine.precisions.join(", "),
        memory.unwrap_or_default(),
    ]
}

/// A row, of as many lines as its longest cell needs.
fn row(cells: &[String; COLUMNS.len()]) -> String {
    let mut columns = Vec::with_capacity(COLUMNS.len());
    for (cell, (_, width)) in cells.iter().zip(COLUMNS) {
        columns.push((wrapped(cell, width), width));
    }
    let lines = columns.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    let line = |at: usize| {
        let cells = columns.iter().map(|(lines, width)| {
            format!("{:width$}", lines.get(at).map_or("", String::as_str), width = width + GAP)
        });
        format!("{}\n", cells.collect::<String>().trim_end())
    };
    (0..lines).map(line).collect()
}

fn below(engine: &Described) -> String {
    let mut paragraphs = Vec::new();
    if let Some(reason) = &engine.reason {
        paragraphs.push(reason.clone());
    }
    if !engine.kernels.is_empty() {
        paragraphs.push(format!("kernels: {}", engine.kernels.join(", ")));
    }
    paragraphs.extend(engine.refused.iter().map(|refused| format!("refused: {refused}")));
    paragraphs.extend(runs(engine));
    let lines = paragraphs.iter().flat_map(|text| wrapped(text, WIDTH - INDENT));
    lines.fold(String::new(), |below, line| below + &" ".repeat(INDENT) + &line + "\n")
}

/// How an engine that is here runs.
fn runs(engine: &Described) -> Option<String> {
    let (simd, threads, numa) = (engine.simd?, engine.threads?, engine.numa.as_ref()?);
    let threads = match threads {
        1 => "1 thread".to_string(),
        more => format!("{more} threads"),
    };
    let place =
        if engine.name == "cpu" { format!(", {threads}, numa {numa}") } else { String::new() };
    let cost = engine.launch_seconds.zip(engine.rate).map_or_else(String::new, |(launch, rate)| {
        format!("; {:.1} GB/s, {:.0} µs a launch", rate as f64 / 1e9, launch * 1e6)
    });
    Some(format!("{simd}{place}{cost}"))
}

/// The words of a text in lines of at most so many characters; a longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{COLUMNS, GAP, WIDTH, row, wrapped};

    #[test]
    fn columns_fit() {
        let width: usize = COLUMNS.iter().map(|(_, width)| width + GAP).sum();
        assert!(width - GAP <= WIDTH, "{width}");
        assert!(COLUMNS.iter().all(|(head, width)| head.len() <= *width));
    }

    #[test]
    fn long_cells_go_on_below() {
        let cells = ["wgpu", "yes", "a device with a very long name", "", "f32", "8 GB"];
        let lines = row(&cells.map(String::from));
        assert_eq!(
            lines,
            "wgpu    yes        a device with a very                       f32         8 GB\n\
             \x20                  long name\n"
        );
    }

    #[test]
    fn words_stay_whole() {
        for (text, width, expected) in [
            ("", 5, vec![]),
            ("a b c", 3, vec!["a b", "c"]),
            ("abcdef g", 3, vec!["abcdef", "g"]),
            ("äöü ß", 5, vec!["äöü ß"]),
        ] {
            assert_eq!(wrapped(text, width), expected, "{text}");
        }
    }
}
