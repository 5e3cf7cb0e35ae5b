//! Lines of numbers divided by commas.

use std::io::BufRead;

use super::lines::{Lines, number, problem_at};
use super::{Columns, ReadError, Table};
use crate::{Format, Precision};

/// The first line that is no comment names the columns, unless all of it is numbers. Empty lines and
/// lines that begin with `#` are passed over.
pub(super) fn read(input: &mut dyn BufRead, mut columns: Columns) -> Result<Table, ReadError> {
    let mut lines = Lines::new(input);
    let mut names: Option<Vec<String>> = None;
    let mut is_first = true;
    while let Some((line_number, line)) = lines.next()? {
        let line = if is_first { line.trim_start_matches('\u{feff}') } else { line };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if is_first {
            is_first = false;
            columns.shape(line.split(',').count(), 1)?;
            if line.split(',').any(|field| field.trim().parse::<f64>().is_err()) {
                names = Some(line.split(',').map(name).collect());
                continue;
            }
        }
        row(line, line_number, &mut columns)?;
    }
    match names {
        Some(names) => Ok(columns.named(names, Precision::Double, Vec::new())),
        None if is_first => Err(ReadError::malformed(Format::Csv, "it has no line of values")),
        None => Ok(columns.numbered(Precision::Double)),
    }
}

fn row(line: &str, line_number: u64, columns: &mut Columns) -> Result<(), ReadError> {
    let mut count = 0;
    for field in line.split(',') {
        count += 1;
        let value = number(field, line_number, count)?;
        if count <= columns.width() {
            columns.push(count - 1, value)?;
        }
    }
    if count == columns.width() {
        return Ok(());
    }
    let problem = format!("there are {count} values, and {} columns", columns.width());
    Err(problem_at(line_number, count, problem))
}

/// A name, with or without quotes.
fn name(field: &str) -> String {
    let field = field.trim();
    let inner = field.strip_prefix('"').and_then(|field| field.strip_suffix('"'));
    inner.unwrap_or(field).to_owned()
}
