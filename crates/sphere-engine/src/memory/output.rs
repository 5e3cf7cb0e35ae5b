//! Columns of values.

use std::collections::BTreeMap;

use bytemuck::Pod;
use sphere_math::parallel::Executor;

use super::values::{Values, for_each_part, touch};
use super::{LINE, MemoryError, Pages};
use crate::numa::{NumaError, Relieved, Topology};

/// Zeroed columns of equal length (structure of arrays). Each starts on a cache line.
///
/// Memory is that of [`Values`].
#[derive(Debug)]
pub struct Output<R> {
    values: Values<R>,
    shape: Shape,
}

/// Where the columns lie, in values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    columns: usize,
    rows: usize,
    /// From the start of one column to that of the next.
    stride: usize,
}

impl<R: Pod + Send> Output<R> {
    /// So many columns of so many zeros each. Large memory is taken from the machine only where it is
    /// written, so that O(1).
    ///
    /// # Errors
    /// As [`Values::new`].
    pub fn new(columns: usize, rows: u64) -> Result<Self, MemoryError> {
        let shape = Shape::of::<R>(columns, rows)?;
        Ok(Self { values: Values::new(shape.values())?, shape })
    }

    /// The same on pages of one kind, whatever the size.
    ///
    /// # Errors
    /// As [`Values::with_pages`].
    pub fn with_pages(columns: usize, rows: u64, pages: Pages) -> Result<Self, MemoryError> {
        let shape = Shape::of::<R>(columns, rows)?;
        Ok(Self { values: Values::with_pages(shape.values(), pages)?, shape })
    }

    /// What the system was asked for.
    #[must_use]
    pub fn pages(&self) -> Pages {
        self.values.pages()
    }

    /// The columns, each as long as there are rows.
    #[must_use]
    pub fn columns(&self) -> Vec<&[R]> {
        let Shape { columns, rows, stride } = self.shape;
        if rows == 0 {
            return vec![&[]; columns];
        }
        self.values.as_slice().chunks(stride).map(|column| &column[..rows]).collect()
    }

    /// The columns, to be written: what a fill takes.
    #[must_use]
    pub fn columns_mut(&mut self) -> Vec<&mut [R]> {
        let Shape { columns, rows, stride } = self.shape;
        if rows == 0 {
            return (0..columns).map(|_| &mut [][..]).collect();
        }
        self.values.as_mut_slice().chunks_mut(stride).map(|column| &mut column[..rows]).collect()
    }

    /// Has the system find the memory now, in parts that an executor runs: the same rows of all
    /// columns are a part, and parts are as large as those of
    /// [`Plan::fill_on`](sphere_math::sampling::Plan::fill_on). No value changes. O(bytes).
    pub fn touch(&mut self, executor: &impl Executor) {
        let rows = part_rows(self.shape.columns);
        let mut columns: Vec<_> =
            self.columns_mut().into_iter().map(|column| column.chunks_mut(rows)).collect();
        let next = || {
            let part: Vec<_> = columns.iter_mut().filter_map(Iterator::next).collect();
            (!part.is_empty()).then_some(part)
        };
        let parts = std::iter::from_fn(next).collect();
        for_each_part(executor, parts, |part| part.into_iter().for_each(touch));
    }

    /// As [`Values::relieve`].
    ///
    /// # Errors
    /// As [`Values::relieve`].
    pub fn relieve(&mut self, topology: &Topology) -> Result<Relieved, NumaError> {
        self.values.relieve(topology)
    }

    /// As [`Values::bytes_by_node`].
    ///
    /// # Errors
    /// As [`Values::bytes_by_node`].
    pub fn bytes_by_node(&self) -> Result<BTreeMap<u32, u64>, NumaError> {
        self.values.bytes_by_node()
    }
}

impl Shape {
    fn of<R>(columns: usize, rows: u64) -> Result<Self, MemoryError> {
        let too_large = MemoryError::TooLarge { columns, rows };
        let per_line = LINE / size_of::<R>();
        let given = (usize::try_from(rows).ok())
            .and_then(|rows| Some((rows, rows.checked_next_multiple_of(per_line)?)))
            .filter(|(_, stride)| {
                let bytes = stride.checked_mul(columns).and_then(|n| n.checked_mul(size_of::<R>()));
                bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok())
            });
        let (rows, stride) = given.ok_or(too_large)?;
        Ok(Self { columns, rows, stride })
    }

    fn values(self) -> u64 {
        (self.columns * self.stride) as u64
    }
}

/// Rows of a part: 2^18 values in all, and whole pages of every column.
fn part_rows(columns: usize) -> usize {
    ((1 << 18) / columns.max(1)).next_multiple_of(1 << 10)
}
