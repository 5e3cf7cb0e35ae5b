//! What is read, and its growth within a limit.

use super::ReadError;
use crate::Precision;

/// Columns of numbers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Table {
    /// The name of each column.
    pub names: Vec<String>,
    /// Where the names are from.
    pub named: Names,
    /// The values of each column, all of the same length. NaN is a value, and stands for what is
    /// missing.
    pub columns: Vec<Vec<f64>>,
    /// Whether every value of the file has 32 bits. Text has 64.
    pub precision: Precision,
    /// How Sphere made the points, as names and values; empty for files of others.
    pub metadata: Vec<(String, String)>,
}

/// Where the names of columns are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// The file.
    Given,
    /// There are none in the file: the columns are `1`, `2`, ...
    Numbered,
}

impl Table {
    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// More columns than any file of points has: each takes memory before there is a row.
const MOST_COLUMNS: usize = 1 << 16;

/// A table that grows value by value.
#[derive(Debug)]
pub(super) struct Columns {
    values: Vec<Vec<f64>>,
    most: u64,
    left: u64,
}

impl Columns {
    pub(super) fn new(most: u64) -> Self {
        Self { values: Vec::new(), most, left: most }
    }

    pub(super) fn most(&self) -> u64 {
        self.most
    }

    pub(super) fn too_large(&self) -> ReadError {
        ReadError::TooLarge { most: self.most }
    }

    /// Sets the number of columns of a table that will have so many rows.
    pub(super) fn shape(&mut self, columns: usize, rows: u64) -> Result<(), ReadError> {
        if columns > MOST_COLUMNS {
            return Err(ReadError::TooManyColumns { most: MOST_COLUMNS });
        }
        let values = (columns as u64).checked_mul(rows.max(1));
        if values.is_none_or(|values| values > self.most) {
            return Err(self.too_large());
        }
        self.values = vec![Vec::new(); columns];
        Ok(())
    }

    pub(super) fn rows(&self) -> usize {
        self.values.first().map_or(0, Vec::len)
    }

    pub(super) fn width(&self) -> usize {
        self.values.len()
    }

    /// Adds a column, with the first of its values.
    pub(super) fn add_column(&mut self, value: f64) -> Result<(), ReadError> {
        if self.values.len() == MOST_COLUMNS {
            return Err(ReadError::TooManyColumns { most: MOST_COLUMNS });
        }
        self.values.push(Vec::new());
        self.push(self.values.len() - 1, value)
    }

    /// Appends a value to a column that there is.
    pub(super) fn push(&mut self, column: usize, value: f64) -> Result<(), ReadError> {
        self.extend(column, [value])
    }

    /// Appends values to a column that there is.
    pub(super) fn extend(
        &mut self,
        column: usize,
        values: impl IntoIterator<Item = f64, IntoIter: ExactSizeIterator>,
    ) -> Result<(), ReadError> {
        let values = values.into_iter();
        self.left = self.left.checked_sub(values.len() as u64).ok_or(self.too_large())?;
        if let Some(column) = self.values.get_mut(column) {
            column.extend(values);
        }
        Ok(())
    }

    /// The table, with columns that the file named.
    pub(super) fn named(
        self,
        names: Vec<String>,
        precision: Precision,
        metadata: Vec<(String, String)>,
    ) -> Table {
        Table { names, named: Names::Given, columns: self.values, precision, metadata }
    }

    /// The table, with columns that have no names.
    pub(super) fn numbered(self, precision: Precision) -> Table {
        let names = (1..=self.values.len()).map(|number| number.to_string()).collect();
        let named = Names::Numbered;
        Table { names, named, columns: self.values, precision, metadata: Vec::new() }
    }
}

/// The metadata that is ours among that of others, by its own names.
pub(super) fn own_metadata<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(String, String)> {
    let own = |(name, value): (&'a str, &'a str)| {
        let name = name.strip_prefix(crate::encoder::METADATA_PREFIX)?;
        Some((name.to_string(), value.to_string()))
    };
    pairs.into_iter().filter_map(own).collect()
}
