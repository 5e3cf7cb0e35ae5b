//! A cell grid on the sphere: points sorted by cell, so that neighbours lie together in memory.

use super::cube_map::{Place, position};
use crate::parallel::Executor;
use crate::quality::Directions;

/// Mean number of points of a cell. With fewer, more points have no neighbour in the cells around
/// theirs and need a search of their own; with more, more distances are computed.
const POINTS_PER_CELL: usize = 2;

/// Points of a band: it is sorted in one piece, which should stay in the cache of one core.
const BAND_POINTS: usize = 1 << 14;

/// Chunks of the input are partitioned one by one: at least so many points, in at most so many chunks.
const CHUNK_POINTS: usize = 1 << 16;
const MOST_CHUNKS: usize = 256;

/// Cells stay numbered in 32 bits.
const MOST_SIDE: usize = 16_384;

/// All points, sorted by cell. A band is a few rows of cells of one or two faces.
#[derive(Debug)]
pub(in super::super) struct Grid {
    side: usize,
    /// A band has `1 << band_bits` rows.
    band_bits: u32,
    bands: Vec<Band>,
    count: usize,
}

/// Rows of cells: the points of cell `c` are `points[starts[c] .. starts[c + 1]]`.
#[derive(Debug)]
pub(super) struct Band {
    starts: Vec<u32>,
    pub(super) points: Vec<[f64; 3]>,
}

/// A chunk of the input, sorted by band: those of band `b` are `entries[starts[b] .. starts[b + 1]]`.
struct Chunk {
    starts: Vec<u32>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Default)]
struct Entry {
    point: [f64; 3],
    cell: u32,
}

impl Grid {
    /// Sorts the points into cells: O(n), in two passes that both write what they own, since tasks
    /// share no memory. Takes 2.2 times the memory of the input while it works, and once after.
    pub(super) fn new<E: Executor>(points: &Directions<'_>, executor: &E) -> Self {
        let count = points.count();
        let side = (count / (6 * POINTS_PER_CELL)).isqrt().clamp(1, MOST_SIDE);
        let rows_per_band = (BAND_POINTS / (POINTS_PER_CELL * side)).max(1);
        let band_bits = rows_per_band.ilog2();
        let bands = (6 * side).div_ceil(1 << band_bits);
        let cells_per_band = side << band_bits;

        let length = CHUNK_POINTS.max(count.div_ceil(MOST_CHUNKS));
        let chunks = executor.map(count.div_ceil(length), |chunk| {
            let range = chunk * length..count.min((chunk + 1) * length);
            let entries = range.map(|index| {
                let point = points.point(index);
                Entry { point, cell: cell_of(side, point) as u32 }
            });
            Chunk::new(&entries.collect::<Vec<_>>(), bands, cells_per_band)
        });
        let bands = executor.map(bands, |band| Band::new(&chunks, band, cells_per_band));
        Self { side, band_bits, bands, count }
    }

    /// The number of points.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Cells along an edge of a face.
    pub(super) fn side(&self) -> usize {
        self.side
    }

    pub(super) fn bands(&self) -> &[Band] {
        &self.bands
    }

    /// The rows of a band, numbered through all faces: row `r` is on face `r / side`.
    pub(super) fn rows(&self, band: usize) -> core::ops::Range<usize> {
        let first = band << self.band_bits;
        first..(6 * self.side).min(first + (1 << self.band_bits))
    }

    /// Where the points of the cells `columns` (both included) of a row lie in those of its band.
    pub(super) fn slots(&self, row: usize, columns: [usize; 2]) -> core::ops::Range<usize> {
        let first = (row & ((1 << self.band_bits) - 1)) * self.side;
        let starts = &self.bands[row >> self.band_bits].starts;
        starts[first + columns[0]] as usize..starts[first + columns[1] + 1] as usize
    }

    /// The points of the cells `columns` (both included) of a row, and the slot of the first.
    pub(super) fn run(&self, row: usize, columns: [usize; 2]) -> Run<'_> {
        let band = row >> self.band_bits;
        let slots = self.slots(row, columns);
        Run { band, first: slots.start, points: &self.bands[band].points[slots] }
    }

    /// The sum over all cells of the square of their number of points: what comparing all points
    /// of a cell would cost.
    pub(super) fn crowding(&self) -> u64 {
        let square = |cell: &[u32]| u64::from(cell[1] - cell[0]).pow(2);
        self.bands.iter().flat_map(|band| band.starts.windows(2)).map(square).sum()
    }

    /// The column (or the row on its face) of a slope in \[-1, 1\].
    pub(super) fn line_below(&self, slope: f64) -> usize {
        line_below(self.side, slope)
    }
}

/// Points that lie together in memory.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) band: usize,
    pub(super) first: usize,
    pub(super) points: &'a [[f64; 3]],
}

fn line_below(side: usize, slope: f64) -> usize {
    // The cast saturates: a position a rounding below 0 is 0.
    ((position(slope) * side as f64) as usize).min(side - 1)
}

fn cell_of(side: usize, point: [f64; 3]) -> usize {
    let Place { face, slopes: [u, v] } = Place::of(point);
    (face * side + line_below(side, v)) * side + line_below(side, u)
}

impl Chunk {
    fn new(entries: &[Entry], bands: usize, cells_per_band: usize) -> Self {
        let key = |entry: &Entry| entry.cell as usize / cells_per_band;
        let (starts, entries) = counting_sort(entries.iter().copied(), bands, key);
        Self { starts, entries }
    }

    fn of_band(&self, band: usize) -> &[Entry] {
        &self.entries[self.starts[band] as usize..self.starts[band + 1] as usize]
    }
}

impl Band {
    fn new(chunks: &[Chunk], band: usize, cells: usize) -> Self {
        let entries = chunks.iter().flat_map(|chunk| chunk.of_band(band)).copied();
        let key = |entry: &Entry| entry.cell as usize - band * cells;
        let (starts, entries) = counting_sort(entries, cells, key);
        Self { starts, points: entries.into_iter().map(|entry| entry.point).collect() }
    }
}

/// The items in the order of their keys, which are below `keys`, and where each key starts (one more
/// for the end). Stable; O(items + keys).
fn counting_sort<T: Copy + Default>(
    items: impl Iterator<Item = T> + Clone,
    keys: usize,
    key: impl Fn(&T) -> usize,
) -> (Vec<u32>, Vec<T>) {
    // One place further on, so that filling turns each start into the next one's.
    let mut starts = vec![0_u32; keys + 2];
    let mut count = 0;
    for item in items.clone() {
        starts[key(&item) + 2] += 1;
        count += 1;
    }
    for index in 2..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut sorted = vec![T::default(); count];
    for item in items {
        let next = &mut starts[key(&item) + 1];
        sorted[*next as usize] = item;
        *next += 1;
    }
    starts.pop();
    (starts, sorted)
}

#[cfg(test)]
mod tests {
    use super::counting_sort;

    #[test]
    fn sorts_and_keeps_the_order_of_equals() {
        let items = [(3, 'a'), (0, 'b'), (3, 'c'), (1, 'd'), (0, 'e')];
        let (starts, sorted) = counting_sort(items.into_iter(), 5, |item| item.0);
        assert_eq!(starts, [0, 2, 3, 3, 5, 5]);
        assert_eq!(sorted, [(0, 'b'), (0, 'e'), (1, 'd'), (3, 'a'), (3, 'c')]);
        assert_eq!(counting_sort([0_usize; 0].into_iter(), 2, |&item| item).0, [0, 0, 0]);
    }
}
