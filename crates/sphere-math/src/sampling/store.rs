//! Where points are written: by columns or by rows, the schemes do not know which.

use core::ops::Range;

use fearless_simd::Simd;

use super::lift::lanes::LANES;
use super::{SampleError, Stores};
use crate::simd::{Plain, Streams};

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

    /// The rows to set one by one until those that follow begin whole cache lines, if that matters.
    fn rows_to_line(&self) -> usize;

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
pub(super) struct Columns<'a, 'b, T> {
    columns: &'a mut [&'b mut [T]],
    streams: Option<Streams>,
}

/// Array of structures, C order (rows, columns): what files and streams hold.
pub(super) struct Rows<'a, T> {
    values: &'a mut [T],
    columns: usize,
    streams: Option<Streams>,
}

impl<'a, 'b, T: Plain> Columns<'a, 'b, T> {
    pub(super) fn new(
        columns: &'a mut [&'b mut [T]],
        range: &Range<u64>,
        needed: usize,
        stores: Stores,
    ) -> Result<Self, SampleError> {
        if columns.len() != needed {
            return Err(SampleError::ColumnCount { given: columns.len(), needed });
        }
        for column in columns.iter() {
            check_length(column.len(), range.end - range.start)?;
        }
        let bytes = columns.iter().map(|column| size_of_val(*column)).sum();
        Ok(Self { columns, streams: stores.streams(bytes) })
    }
}

impl<'a, T: Plain> Rows<'a, T> {
    pub(super) fn new(
        values: &'a mut [T],
        range: &Range<u64>,
        columns: usize,
        stores: Stores,
    ) -> Result<Self, SampleError> {
        // A product beyond u64 cannot match the length of any slice.
        check_length(values.len(), (range.end - range.start).saturating_mul(columns as u64))?;
        let streams = stores.streams(size_of_val(values));
        Ok(Self { values, columns, streams })
    }
}

fn check_length(given: usize, needed: u64) -> Result<(), SampleError> {
    if given as u64 == needed { Ok(()) } else { Err(SampleError::OutputLength { given, needed }) }
}

impl Stores {
    /// Outputs from here on do not fit the caches of a processor.
    const PAST_CACHE_BYTES: usize = 1 << 25;

    /// What is decided for parts of an output of so many bytes.
    pub(super) fn decided(self, bytes: usize) -> Self {
        match self {
            Self::Auto if bytes >= Self::PAST_CACHE_BYTES => Self::PastCache,
            Self::Auto => Self::Cached,
            decided => decided,
        }
    }

    fn streams(self, bytes: usize) -> Option<Streams> {
        (self.decided(bytes) == Self::PastCache).then(Streams::new)
    }
}

/// The steps of `step` bytes from `place` to the start of a cache line; 0 if none leads there.
fn steps_to_line<T>(place: *const T, step: usize) -> usize {
    let offset = place.addr() % Streams::LINE;
    let on_line = |steps: &usize| (offset + steps * step).is_multiple_of(Streams::LINE);
    (0..Streams::LINE).find(on_line).unwrap_or(0)
}

#[inline(always)]
fn write<S: Simd, T: Plain>(streams: Option<&Streams>, simd: S, place: &mut [T], values: &[T]) {
    match streams {
        Some(streams) => streams.write(simd, place, values),
        None => place.copy_from_slice(values),
    }
}

impl<T: Plain> Store<T> for Columns<'_, '_, T> {
    const BY_ROWS: bool = false;

    #[inline(always)]
    fn set(&mut self, row: usize, column: usize, value: T) {
        self.columns[column][row] = value;
    }

    /// That of the first column: columns that lie otherwise are written through the cache.
    fn rows_to_line(&self) -> usize {
        match (&self.streams, self.columns.first()) {
            (Some(_), Some(column)) => steps_to_line(column.as_ptr(), size_of::<T>()),
            _ => 0,
        }
    }

    #[inline(always)]
    fn set_lanes<S: Simd, const ROWS: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        lanes: [T; ROWS],
    ) {
        write(self.streams.as_ref(), simd, &mut self.columns[column][row..row + ROWS], &lanes);
    }

    #[inline(always)]
    fn set_cells<S: Simd, const CELLS: usize>(
        &mut self,
        _simd: S,
        cell: usize,
        values: [T; CELLS],
    ) {
        let columns = self.columns.len();
        for (cell, value) in (cell..).zip(values) {
            self.set(cell / columns, cell % columns, value);
        }
    }

    #[inline(always)]
    fn set_block<S: Simd, const COLUMNS: usize, const ROWS: usize>(
        &mut self,
        simd: S,
        row: usize,
        block: [[T; ROWS]; COLUMNS],
    ) {
        // As many as there are, in a form that says so when it is compiled: the loop unrolls.
        if let Some(columns) = self.columns.first_chunk_mut::<COLUMNS>() {
            for (column, values) in columns.iter_mut().zip(&block) {
                write(self.streams.as_ref(), simd, &mut column[row..row + ROWS], values);
            }
        }
    }
}

impl<T: Plain> Store<T> for Rows<'_, T> {
    const BY_ROWS: bool = true;

    #[inline(always)]
    fn set(&mut self, row: usize, column: usize, value: T) {
        self.values[row * self.columns + column] = value;
    }

    fn rows_to_line(&self) -> usize {
        match &self.streams {
            Some(_) => steps_to_line(self.values.as_ptr(), self.columns * size_of::<T>()),
            None => 0,
        }
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
        simd: S,
        row: usize,
        block: [[T; ROWS]; COLUMNS],
    ) {
        let mut rows = [[block[0][0]; COLUMNS]; ROWS];
        let flat = rows.as_flattened_mut();
        // Known when compiled, so that one of the three remains.
        match *block.each_ref().map(|column| &column[..]).as_slice() {
            [x, y] if ROWS == LANES => T::pairs(simd, [x, y], flat),
            [x, y, z] if ROWS == LANES => T::triples(simd, [x, y, z], flat),
            ref columns => {
                for (at, value) in flat.iter_mut().enumerate() {
                    *value = columns[at % COLUMNS][at / COLUMNS];
                }
            }
        }
        let place = &mut self.values[row * COLUMNS..(row + ROWS) * COLUMNS];
        write(self.streams.as_ref(), simd, place, rows.as_flattened());
    }

    #[inline(always)]
    fn set_cells<S: Simd, const CELLS: usize>(&mut self, simd: S, cell: usize, values: [T; CELLS]) {
        write(self.streams.as_ref(), simd, &mut self.values[cell..cell + CELLS], &values);
    }
}
