//! Rates, on the terminal and as JSON.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::race::Ranking;
use crate::{BUILD, Result};

pub struct Report {
    path: PathBuf,
    cases: Vec<Value>,
}

impl Report {
    /// The report in this file, to which the cases of this build are added.
    pub fn open(path: &Path) -> Result<Self> {
        let cases = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice::<Value>(&bytes)?["cases"].as_array().cloned(),
            Err(_) => None,
        };
        Ok(Self { path: path.to_owned(), cases: cases.unwrap_or_default() })
    }

    /// Prints the rates, each with how often it fits into that of Sphere, and saves them.
    pub fn add(&mut self, ranking: Ranking) -> Result<()> {
        let Ranking { case, unit, rows } = ranking;
        println!("\n{case}, {BUILD} build, one thread");
        println!("{:<34}{:>12}{:>9}{:>11}", format!("million {unit}"), "", "spread", "sphere is");
        for row in &rows {
            let (rate, spread, ratio) = (row.rate / 1e6, row.spread * 100.0, row.behind);
            println!("{:<34}{rate:>12.4}{spread:>7.1} %{ratio:>10.2}x", row.name);
        }
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({ "name": row.name, "rate": row.rate, "threads": 1, "spread": row.spread })
            })
            .collect();
        let case = format!("{case}, {BUILD} build");
        self.cases.push(json!({ "case": case, "unit": unit, "rows": rows }));
        let text = serde_json::to_string_pretty(&json!({ "cases": self.cases }))?;
        Ok(fs::write(&self.path, text + "\n")?)
    }
}
