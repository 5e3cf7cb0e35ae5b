//! Rows gathered into columns, for the formats that store them so.

/// Bytes of values in a batch: what engines compute at a time, and enough that the headers of a batch
/// do not count.
const BATCH_BYTES: usize = 2 << 20;

/// With very many columns a batch has at least as many rows, or headers would outgrow the data.
const FEWEST_ROWS: usize = 256;

/// Rows per step of the transposition, so that they stay in the nearest cache.
const STEP_ROWS: usize = 256;

/// A batch of rows, by column. Its size depends on the shape of a row alone, so that files do not
/// depend on how rows were handed over.
#[derive(Debug)]
pub(super) struct Batch<R> {
    columns: Vec<Vec<R>>,
    rows: usize,
    most_rows: usize,
}

impl<R: Copy> Batch<R> {
    pub(super) fn new(columns: usize) -> Self {
        let row_bytes = (columns * size_of::<R>()).max(1);
        let most_rows = 1 << (BATCH_BYTES / row_bytes).max(FEWEST_ROWS).ilog2();
        Self { columns: vec![Vec::new(); columns], rows: 0, most_rows }
    }

    pub(super) fn columns(&self) -> &[Vec<R>] {
        &self.columns
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows == self.most_rows
    }

    pub(super) fn clear(&mut self) {
        self.columns.iter_mut().for_each(Vec::clear);
        self.rows = 0;
    }

    /// Takes rows until it is full. Returns those that are left.
    pub(super) fn fill<'a>(&mut self, values: &'a [R]) -> &'a [R] {
        let width = self.columns.len();
        let rows = (self.most_rows - self.rows).min(values.len() / width);
        let (taken, rest) = values.split_at(rows * width);
        for step in taken.chunks(STEP_ROWS * width) {
            for (at, column) in self.columns.iter_mut().enumerate() {
                column.extend(step.iter().skip(at).step_by(width));
            }
        }
        self.rows += rows;
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn batches_have_a_fixed_number_of_rows() {
        for (columns, rows) in [(1, 262_144), (2, 131_072), (3, 65_536), (21_201, 256)] {
            assert_eq!(Batch::<f64>::new(columns).most_rows, rows, "{columns}");
        }
        let values: Vec<f32> = (0..300_000).map(|at| at as f32).collect();
        let mut batch = Batch::<f32>::new(3);
        assert_eq!(batch.fill(&values[..30]).len(), 0);
        let rest = batch.fill(&values[30..]);
        assert!(rest.is_empty() && !batch.is_full());
        let rest = batch.fill(&values);
        assert!(batch.is_full());
        assert_eq!(batch.rows(), 131_072);
        assert_eq!(rest.len(), 600_000 - 3 * 131_072);
        assert!(
            batch.columns()[2][..100_000]
                .iter()
                .enumerate()
                .all(|(at, &value)| { value == (3 * at + 2) as f32 })
        );
    }
}
