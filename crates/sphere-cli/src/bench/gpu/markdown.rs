//! A record for people.

use std::fmt::Write as _;

use super::record::{Figure, Goal, Record, Row};

/// A page of Markdown.
pub(super) fn page(record: &Record) -> String {
    let Record { sphere, draws, device, driver, memory_bytes, host, seconds, rows, .. } = record;
    let memory = memory_bytes.as_deref().unwrap_or("unknown");
    let mut page = format!(
        "# {device}\n\nSphere {sphere}, draw version {draws}; {driver}; {memory} bytes of memory; beside \
         {host}; measured in {seconds:.0} s.\n\nMedians; the spread is the width of the middle half of the runs. Times of kernels \
         and copies are the device's, all others this machine's.\n\n\
         | what | figure | spread | goal | met | of |\n| --- | --- | --- | --- | --- | --- |\n"
    );
    for row in rows {
        // Writing to text does not fail.
        let _ = writeln!(page, "{}", line(row));
    }
    page
}

fn line(Row { name, of, figure }: &Row) -> String {
    match figure {
        Figure::Measured { value, spread, goal, met, absolute } => {
            let goal = match goal {
                Goal::AtLeast(least) => format!(">= {least}"),
                Goal::AtMost(most) => format!("<= {most}"),
            };
            let met = if *met { "yes" } else { "**no**" };
            let spread =
                spread.map_or_else(String::new, |spread| format!("{:.1} %", 100.0 * spread));
            format!("| {name} | {value:.3} | {spread} | {goal} | {met} | {of}; {absolute} |")
        }
        Figure::Missing { missing } => {
            let missing = missing.replace('|', "/").replace('\n', " ");
            format!("| {name} | not measured | | | | {of}; {missing} |")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::statistics::Summary;

    #[test]
    fn a_page_shows_what_was_met_missed_and_not_measured() {
        let summary = |median| Summary { median, spread: 0.0125 };
        let absolute = || "1.0 of 2.0 GB/s".to_string();
        let row = |name: &str, value, goal| {
            Row::measured(name, "a share", summary(value), goal, absolute())
        };
        let record = Record {
            sphere: "0.1.0",
            draws: 1,
            device: "NVIDIA H200".to_string(),
            driver: "CUDA 12.8".to_string(),
            memory_bytes: Some("150000000000".to_string()),
            host: "avx512, 16 threads".to_string(),
            unix_seconds: 1_800_000_000,
            seconds: 61.4,
            rows: vec![
                row("fast", 0.9, Goal::AtLeast(0.8)),
                row("slow", 0.7999, Goal::AtLeast(0.8)),
                row("launch", 15.0, Goal::AtMost(15.0)),
                Row::once("stream", "a share", 1.0, Goal::AtLeast(0.95), absolute()),
                Row::missing("search", "a share", &"out|of\nmemory"),
            ],
        };
        let page = page(&record);
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with('|')).skip(2).collect();
        assert_eq!(
            rows,
            [
                "| fast | 0.900 | 1.2 % | >= 0.8 | yes | a share; 1.0 of 2.0 GB/s |",
                "| slow | 0.800 | 1.2 % | >= 0.8 | **no** | a share; 1.0 of 2.0 GB/s |",
                "| launch | 15.000 | 1.2 % | <= 15 | yes | a share; 1.0 of 2.0 GB/s |",
                "| stream | 1.000 |  | >= 0.95 | yes | a share; 1.0 of 2.0 GB/s |",
                "| search | not measured | | | | a share; out/of memory |",
            ]
        );
        assert!(page.starts_with("# NVIDIA H200\n"));
        let json = serde_json::to_value(&record).unwrap();
        assert_eq!(json["rows"][0]["goal"]["at_least"], 0.8);
        assert_eq!(json["rows"][1]["met"], false);
        assert_eq!(json["rows"][4]["missing"], "out|of\nmemory");
    }
}
