//! The property: the bits of the scalar form, the same tally, nothing written beside the output.

use std::ops::Range;

use sphere_math::Real;
use sphere_math::sampling::{Plan, Tally};
use sphere_math::simd::SimdLevel;

use crate::ways::{Way, Whole};

/// Values on a cache line, for those of four bytes: so many places an output can have on one.
pub(crate) const PLACES: usize = 16;

/// What the scalar form says of a range, computed at once.
pub(crate) struct Right {
    range: Range<u64>,
    draws: Written,
    doubles: Written,
    singles: Written,
}

impl Right {
    pub(crate) fn of(plan: &Plan, range: Range<u64>) -> Self {
        let scalar = plan.with_simd(SimdLevel::Scalar).unwrap();
        Self {
            draws: draws(&scalar, &Whole, &range, 0),
            doubles: rows::<f64>(&scalar, &Whole, &range, 0),
            singles: rows::<f32>(&scalar, &Whole, &range, 0),
            range,
        }
    }

    /// What is different when a plan computes the range in this way, its output beginning so many
    /// values after the start of a cache line; `None` if nothing is.
    pub(crate) fn difference(&self, plan: &Plan, way: &impl Way, place: usize) -> Option<String> {
        let Self { range, draws: words, doubles, singles } = self;
        let found = [
            ("draws", words.difference(&draws(plan, way, range, place))),
            ("f64 rows", doubles.difference(&rows::<f64>(plan, way, range, place))),
            ("f64 columns", doubles.difference(&columns::<f64>(plan, way, range, place))),
            ("f32 rows", singles.difference(&rows::<f32>(plan, way, range, place))),
            ("f32 columns", singles.difference(&columns::<f32>(plan, way, range, place))),
        ];
        let (what, difference) = found.into_iter().find(|(_, found)| found.is_some())?;
        let level = plan.simd();
        Some(format!("{what} of {range:?} on {level}, place {place}: {}", difference?))
    }
}

/// What a call left behind.
struct Written {
    /// Row after row.
    bits: Vec<u64>,
    tally: Tally,
    is_inside: bool,
}

impl Written {
    fn difference(&self, given: &Self) -> Option<String> {
        if !given.is_inside {
            return Some("something was written beside the output".to_string());
        }
        if self.tally != given.tally {
            return Some(format!("{:?} where {:?} is right", given.tally, self.tally));
        }
        assert_eq!(self.bits.len(), given.bits.len());
        let at = self.bits.iter().zip(&given.bits).position(|(right, given)| right != given)?;
        Some(format!("value {at} is {:#x} where {:#x} is right", given.bits[at], self.bits[at]))
    }
}

fn draws(plan: &Plan, way: &impl Way, range: &Range<u64>, place: usize) -> Written {
    let mut room = Room::new(plan.draw_columns(), count(range), place);
    let tally = way.draw(plan, range.clone(), &mut room.columns());
    room.written(tally)
}

fn rows<R: Value + Real>(plan: &Plan, way: &impl Way, range: &Range<u64>, place: usize) -> Written {
    let mut room = Room::<R>::new(1, count(range) * plan.shape().columns(), place);
    let tally = way.fill_rows(plan, range.clone(), room.columns()[0]);
    room.written(tally)
}

fn columns<R: Value + Real>(
    plan: &Plan,
    way: &impl Way,
    range: &Range<u64>,
    place: usize,
) -> Written {
    let mut room = Room::<R>::new(plan.shape().columns(), count(range), place);
    let tally = way.fill(plan, range.clone(), &mut room.columns());
    room.written(tally)
}

fn count(range: &Range<u64>) -> usize {
    (range.end - range.start) as usize
}

/// What outputs are made of.
pub(crate) trait Value: Copy {
    /// No point has this coordinate.
    const GARBAGE: Self;
    fn bits(self) -> u64;
}

impl Value for u64 {
    const GARBAGE: Self = 0x5a5a_5a5a_a5a5_a5a5;
    fn bits(self) -> u64 {
        self
    }
}

impl Value for f64 {
    const GARBAGE: Self = 100.0;
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

impl Value for f32 {
    const GARBAGE: Self = 100.0;
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

/// Columns in one piece of memory, with garbage before, between and after them.
struct Room<T> {
    values: Vec<T>,
    first: usize,
    columns: usize,
    rows: usize,
}

/// Values between one column and the next: odd, so that columns begin at all places of a line.
const GAP: usize = 19;

impl<T: Value> Room<T> {
    /// The first column begins `place` values after the start of a cache line.
    fn new(columns: usize, rows: usize, place: usize) -> Self {
        let values = vec![T::GARBAGE; columns * (rows + GAP) + 3 * PLACES];
        let first = values.as_ptr().align_offset(64) + place;
        Self { values, first, columns, rows }
    }

    fn columns(&mut self) -> Vec<&mut [T]> {
        let (columns, rows) = (self.columns, self.rows);
        let strides = self.values[self.first..].chunks_mut(rows + GAP).take(columns);
        strides.map(|stride| &mut stride[..rows]).collect()
    }

    fn written(mut self, tally: Tally) -> Written {
        let columns = self.columns();
        let bits = (0..columns.len() * columns[0].len())
            .map(|at| columns[at % columns.len()][at / columns.len()].bits())
            .collect();
        for column in columns {
            column.fill(T::GARBAGE);
        }
        let garbage = T::GARBAGE.bits();
        Written { bits, tally, is_inside: self.values.iter().all(|value| value.bits() == garbage) }
    }
}

/// Memory that a neighbour has written to shows.
#[test]
fn what_is_written_beside_the_output_is_caught() {
    for at in [0, 1, 2, 3] {
        let mut room = Room::<f32>::new(2, 33, 5);
        // Before the first column, between the two, after the last, and nowhere.
        let first = room.first;
        let beside = [first - 1, first + 33, first + 33 + GAP + 33, first + 32][at];
        room.values[beside] = 0.0;
        assert_eq!(room.written(Tally::default()).is_inside, at == 3);
    }
}
