//! The ceiling of every rate: memory filled with one value.

use core::ops::Range;

use fearless_simd::Simd;

use super::Stores;
use super::lift::lanes::LANES;
use super::store::{Columns, Store};
use crate::Real;
use crate::parallel::{Executor, map_parts};
use crate::simd::{Instructions, Kernel};

/// Values of a part: those of a fill of one column.
const PART: usize = 1 << 18;

/// Sets every value of the columns, with the same stores as [`Plan::fill_on`](super::Plan::fill_on):
/// no scheme can fill them faster. O(values).
pub fn fill_constant_on<R: Real>(executor: &impl Executor, columns: &mut [&mut [R]], value: R) {
    let bytes = columns.iter().map(|column| size_of_val(*column)).sum();
    let stores = Stores::Auto.decided(bytes);
    let instructions = Instructions::detect();
    let parts = columns.iter_mut().flat_map(|column| column.chunks_mut(PART)).collect();
    map_parts(executor, parts, |part: &mut [R]| {
        let range = 0..part.len() as u64;
        if let Ok(mut out) = Columns::new(&mut [part], &range, 1, stores) {
            instructions.run(Constant { out: &mut out, range, value });
        }
    });
}

struct Constant<'a, R, O> {
    out: &'a mut O,
    range: Range<u64>,
    value: R,
}

impl<R: Real, O: Store<R>> Kernel for Constant<'_, R, O> {
    type Output = ();

    #[inline(always)]
    fn scalar(self) {
        for row in 0..self.range.end as usize {
            self.out.set(row, 0, self.value);
        }
    }

    #[inline(always)]
    fn lanes<S: Simd>(self, simd: S) {
        let count = self.range.end as usize;
        let first = self.out.rows_to_line().min(count);
        let last = count - (count - first) % LANES;
        for row in (0..first).chain(last..count) {
            self.out.set(row, 0, self.value);
        }
        for row in (first..last).step_by(LANES) {
            self.out.set_block(simd, row, [[self.value; LANES]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fill_constant_on;
    use crate::parallel::Serial;

    #[test]
    fn every_value_is_set() {
        for length in [0, 1, 15, 16, 17, 1_000, super::PART + 3] {
            let mut values = vec![0.0_f32; 2 * length];
            let (first, second) = values.split_at_mut(length);
            fill_constant_on(&Serial, &mut [first, second], 2.5);
            assert!(values.iter().all(|&value| value == 2.5), "{length}");
        }
    }
}
