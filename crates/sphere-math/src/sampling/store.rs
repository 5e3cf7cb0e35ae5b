//! Where points are written: by columns or by rows, the schemes do not know which.

use core::ops::Range;

use fearless_simd::Simd;

use super::SampleError;

/// An output of as many rows as a range has points. Checked where it is made.
pub(super) trait Store<T: Copy> {
    /// Whether the coordinates of a point lie side by side.
    const BY_ROWS: bool;

    /// Sets one coordinate of the point at `row` (0 is the start of the range).
    fn set(&mut self, row: usize, column: usize, value: T);

    /// Sets all coordinates of the point at `row`.
    #[inline(always)]
    fn set_row<const N: usize>(&mut self, row: usize, values: [T; N]) {
        for (column, value) in values.into_iter().enumerate() {
            self.set(row, column, value);
        }
    }

    /// Sets the points from `row` on, given column by column.
    fn set_block<S: Simd, const COLUMNS: usize, const ROWS: usize>(
        &mut self,
        simd: S,
        row: usize,
        block: [[T; ROWS]; COLUMNS],
    );

    /// Sets one coordinate of the points from `row` on.
    fn set_lanes<S: Simd, const ROWS: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        lanes: [T; ROWS],
    );

    /// Sets neighbours: cells are counted through all coordinates of a point, then those of the
    /// next.
    fn set_cells<S: Simd, const CELLS: usize>(&mut self, simd: S, cell: usize, values: [T; CELLS]);
}

/// Structure of arrays: one slice per coordinate.
pub(super) struct Columns<'a, 'b, T>(&'a mut [&'b mut [T]]);

/// Array of structures, C order (rows, columns): what files and streams hold.
pub(super) struct Rows<'a, T> {
    values: &'a mut [T],
    columns: usize,
}

impl<'a, 'b, T> Columns<'a, 'b, T> {
    pub(super) fn new(
        columns: &'a mut [&'b mut [T]],
        range: &Range<u64>,
        needed: usize,
    ) -> Result<Self, SampleError> {
        if columns.len() != needed {
            return Err(SampleError::ColumnCount { given: columns.len(), needed });
        }
        for column in columns.iter() {
            check_length(column.len(), range.end - range.start)?;
        }
        Ok(Self(columns))
    }
}

impl<'a, T> Rows<'a, T> {
    pub(super) fn new(
        values: &'a mut [T],
        range: &Range<u64>,
        columns: usize,
    ) -> Result<Self, SampleError> {
        // A product beyond u64 cannot match the length of any slice.
        check_length(values.len(), (range.end - range.start).saturating_mul(columns as u64))?;
        Ok(Self { values, columns })
    }
}

fn check_length(given: usize, needed: u64) -> Result<(), SampleError> {
    if given as u64 == needed { Ok(()) } else { Err(SampleError::OutputLength { given, needed }) }
}

impl<T: Copy> Store<T> for Columns<'_, '_, T> {
    const BY_ROWS: bool = false;

    #[inline(always)]
    fn set(&mut self, row: usize, column: usize, value: T) {
        self.0[column][row] = value;
    }

    #[inline(always)]
    fn set_lanes<S: Simd, const ROWS: usize>(
        &mut self,
        _simd: S,
        row: usize,
        column: usize,
        lanes: [T; ROWS],
    ) {
        self.0[column][row..row + ROWS].copy_from_slice(&lanes);
    }

    #[inline(always)]
    fn set_cells<S: Simd, const CELLS: usize>(
        &mut self,
        _simd: S,
        cell: usize,
        values: [T; CELLS],
    ) {
        let columns = self.0.len();
        for (cell, value) in (cell..).zip(values) {
            self.set(cell / columns, cell % columns, value);
        }
    }

    #[inline(always)]
    fn set_block<S: Simd, const COLUMNS: usize, const ROWS: usize>(
        &mut self,
        _simd: S,
        row: usize,
        block: [[T; ROWS]; COLUMNS],
    ) {
        for (column, values) in self.0.iter_mut().zip(block) {
            column[row..row + ROWS].copy_from_slice(&values);
        }
    }
}

impl<T: Copy> Store<T> for Rows<'_, T> {
    const BY_ROWS: bool = true;

    #[inline(always)]
    fn set(&mut self, row: usize, column: usize, value: T) {
        self.values[row * self.columns + column] = value;
    }

    #[inline(always)]
    fn set_lanes<S: Simd, const ROWS: usize>(
        &mut self,
        _simd: S,
        row: usize,
        column: usize,
        lanes: [T; ROWS],
    ) {
        let first = row * self.columns + column;
        let places = self.values[first..].iter_mut().step_by(self.columns);
        for (place, value) in places.zip(lanes) {
            *place = value;
        }
    }

    #[inline(always)]
    fn set_block<S: Simd, const COLUMNS: usize, const ROWS: usize>(
        &mut self,
        _simd: S,
        row: usize,
        block: [[T; ROWS]; COLUMNS],
    ) {
        let rows = &mut self.values[row * COLUMNS..(row + ROWS) * COLUMNS];
        for (at, row) in rows.as_chunks_mut::<COLUMNS>().0.iter_mut().enumerate() {
            for (value, column) in row.iter_mut().zip(&block) {
                *value = column[at];
            }
        }
    }

    #[inline(always)]
    fn set_cells<S: Simd, const CELLS: usize>(
        &mut self,
        _simd: S,
        cell: usize,
        values: [T; CELLS],
    ) {
        self.values[cell..cell + CELLS].copy_from_slice(&values);
    }
}
