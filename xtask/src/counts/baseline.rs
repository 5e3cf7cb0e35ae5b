//! The committed counts, as text.

use std::error::Error;
use std::fmt::Write;

use super::{LEVELS, POINTS};

/// What the counts were when somebody last agreed to them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Baseline {
    /// The compiler that they hold for.
    pub(super) rustc: String,
    pub(super) rows: Vec<Row>,
}

/// Instructions a point of one case, by level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) case: String,
    pub(super) per_point: [f64; LEVELS.len()],
}

const COMPILER: &str = "# compiled by rustc ";

impl Baseline {
    /// A table that [`Baseline::read`] reads.
    pub(super) fn text(&self) -> String {
        let mut text = format!(
            "# Instructions a point over {POINTS} points, counted by callgrind on x86-64; see \
             docs/instructions.md.\n# Written by `cargo xtask counts --write`, by nobody else.\n\
             {COMPILER}{}\ncase,{}\n",
            self.rustc,
            LEVELS.join(",")
        );
        for Row { case, per_point } in &self.rows {
            let counts = per_point.map(|count| format!("{count:.3}")).join(",");
            // Writing to a string does not fail.
            let _ = writeln!(text, "{case},{counts}");
        }
        text
    }

    pub(super) fn read(text: &str) -> Result<Self, Box<dyn Error>> {
        let rustc = text.lines().find_map(|line| line.strip_prefix(COMPILER));
        let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
        Ok(Self {
            rustc: rustc.ok_or("the counts do not say what compiled them")?.to_owned(),
            rows: rows.map(row).collect::<Result<_, _>>()?,
        })
    }
}

fn row(line: &str) -> Result<Row, Box<dyn Error>> {
    let (case, counts) = line.split_once(',').ok_or_else(|| format!("no counts in `{line}`"))?;
    let counts: Vec<f64> = counts.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let per_point = counts.try_into().map_err(|_| format!("not one count a level in `{line}`"))?;
    Ok(Row { case: case.to_owned(), per_point })
}

#[cfg(test)]
mod tests {
    use super::{Baseline, Row};

    #[test]
    fn what_is_written_reads_back() {
        let row = |case: &str, per_point| Row { case: case.to_owned(), per_point };
        let rows = vec![row("a-f64", [61.25, 29.125]), row("b", [1.0, 0.5])];
        let baseline = Baseline { rustc: "1.2.3".to_owned(), rows };
        assert_eq!(Baseline::read(&baseline.text()).unwrap(), baseline);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let head = "# compiled by rustc 1.2.3\ncase,scalar,avx2\n";
        for wrong in ["a", "a,1", "a,1,2,3", "a,1,x"] {
            assert!(Baseline::read(&format!("{head}{wrong}\n")).is_err(), "{wrong}");
        }
        assert!(Baseline::read("case,scalar,avx2\na,1,2\n").is_err());
    }
}
