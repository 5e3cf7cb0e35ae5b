//! Ways to compute a range of points, right ones and wrong ones.

use std::ops::Range;

use sphere_math::Real;
use sphere_math::parallel::Executor;
use sphere_math::sampling::{Plan, Tally};

/// Which calls are made for a range.
pub(crate) trait Way {
    fn draw(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [u64]]) -> Tally;
    fn fill<R: Real>(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [R]]) -> Tally;
    fn fill_rows<R: Real>(&self, plan: &Plan, range: Range<u64>, rows: &mut [R]) -> Tally;
}

/// In one call.
pub(crate) struct Whole;

impl Way for Whole {
    fn draw(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [u64]]) -> Tally {
        plan.draw(range, columns).unwrap()
    }

    fn fill<R: Real>(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [R]]) -> Tally {
        plan.fill(range, columns).unwrap()
    }

    fn fill_rows<R: Real>(&self, plan: &Plan, range: Range<u64>, rows: &mut [R]) -> Tally {
        plan.fill_rows(range, rows).unwrap()
    }
}

/// In parts on an executor.
pub(crate) struct On<E>(pub(crate) E);

impl<E: Executor> Way for On<E> {
    fn draw(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [u64]]) -> Tally {
        Whole.draw(plan, range, columns)
    }

    fn fill<R: Real>(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [R]]) -> Tally {
        plan.fill_on(&self.0, range, columns).unwrap()
    }

    fn fill_rows<R: Real>(&self, plan: &Plan, range: Range<u64>, rows: &mut [R]) -> Tally {
        plan.fill_rows_on(&self.0, range, rows).unwrap()
    }
}

/// In one call after the other, of so many points each, again from the first size on.
pub(crate) struct Pieces<'a, W> {
    pub(crate) sizes: &'a [u64],
    pub(crate) way: W,
}

impl<W> Pieces<'_, W> {
    fn each<T>(
        &self,
        range: Range<u64>,
        mut columns: Vec<&mut [T]>,
        width: usize,
        mut call: impl FnMut(Range<u64>, &mut [&mut [T]]) -> Tally,
    ) -> Tally {
        let mut tally = Tally::default();
        let mut start = range.start;
        for size in self.sizes.iter().cycle() {
            if start == range.end {
                break;
            }
            let end = range.end.min(start.saturating_add(*size));
            let values = (end - start) as usize * width;
            let pieces = columns.iter_mut().map(|column| column.split_off_mut(..values).unwrap());
            let mut piece: Vec<_> = pieces.collect();
            tally += call(start..end, &mut piece);
            start = end;
        }
        tally
    }
}

impl<W: Way> Way for Pieces<'_, W> {
    fn draw(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [u64]]) -> Tally {
        let columns = columns.iter_mut().map(|column| &mut **column).collect();
        self.each(range, columns, 1, |range, columns| self.way.draw(plan, range, columns))
    }

    fn fill<R: Real>(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [R]]) -> Tally {
        let columns = columns.iter_mut().map(|column| &mut **column).collect();
        self.each(range, columns, 1, |range, columns| self.way.fill(plan, range, columns))
    }

    fn fill_rows<R: Real>(&self, plan: &Plan, range: Range<u64>, rows: &mut [R]) -> Tally {
        let width = plan.shape().columns();
        self.each(range, vec![rows], width, |range, rows| self.way.fill_rows(plan, range, rows[0]))
    }
}

/// What a wrong engine does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// The last bit of a draw.
    Draw,
    /// The last bit of one value of one point of structure of arrays.
    Columns,
    /// The same, row after row.
    Rows,
    /// One attempt is not counted.
    Tally,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] = [Self::Draw, Self::Columns, Self::Rows, Self::Tally];
}

/// A wrong engine: one fault in the last point of each call.
pub(crate) struct Wrong(pub(crate) Fault);

impl Wrong {
    fn tally(&self, tally: Tally) -> Tally {
        match self.0 {
            Fault::Tally => Tally { attempts: tally.attempts.saturating_sub(1), ..tally },
            _ => tally,
        }
    }
}

/// The neighbour of a value, whatever its precision.
fn flip<R: Real>(value: &mut R) {
    let bits = value.to_f64().to_bits();
    // The last bit of 24: a double of 53 sees it too.
    *value = R::from_f64(f64::from_bits(bits ^ 1 << 29));
}

impl Way for Wrong {
    fn draw(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [u64]]) -> Tally {
        let tally = Whole.draw(plan, range, columns);
        if let (Fault::Draw, Some(word)) = (self.0, columns[0].last_mut()) {
            *word ^= 1;
        }
        self.tally(tally)
    }

    fn fill<R: Real>(&self, plan: &Plan, range: Range<u64>, columns: &mut [&mut [R]]) -> Tally {
        let tally = Whole.fill(plan, range, columns);
        if let (Fault::Columns, Some(value)) = (self.0, columns[0].last_mut()) {
            flip(value);
        }
        self.tally(tally)
    }

    fn fill_rows<R: Real>(&self, plan: &Plan, range: Range<u64>, rows: &mut [R]) -> Tally {
        let tally = Whole.fill_rows(plan, range, rows);
        if let (Fault::Rows, Some(value)) = (self.0, rows.last_mut()) {
            flip(value);
        }
        self.tally(tally)
    }
}
