use std::sync::atomic::{AtomicUsize, Ordering};

use bytemuck::Pod;
use sphere_math::parallel::{Executor, Serial};
use sphere_math::sampling::{Placement, Scheme};

use super::{LINE, MemoryError, Output, Pages, Values};

/// Shapes on both sides of the size from which memory is mapped.
const SHAPES: [(usize, u64); 9] = [
    (0, 5),
    (3, 0),
    (1, 1),
    (3, 7),
    (3, 1_000),
    (2, 4_096),
    (64, 16_384),
    (3, 350_001),
    (1, 1 << 21),
];

fn check_columns<R: Pod + Send + PartialEq + Default + From<u8>>(
    mut output: Output<R>,
    shape: (usize, u64),
) {
    let zero = R::default();
    let columns = output.columns();
    assert_eq!(columns.len(), shape.0);
    for column in &columns {
        assert_eq!(column.len() as u64, shape.1);
        assert!(column.iter().all(|value| *value == zero));
        assert!(column.is_empty() || column.as_ptr().addr().is_multiple_of(LINE), "{shape:?}");
    }
    // Every column is its own: what one holds, the next does not change.
    for (at, column) in output.columns_mut().into_iter().enumerate() {
        column.fill(R::from(at as u8));
    }
    output.touch(&Serial);
    for (at, column) in output.columns().into_iter().enumerate() {
        assert!(column.iter().all(|value| *value == R::from(at as u8)), "column {at} of {shape:?}");
    }
}

#[test]
fn columns_are_zeros_that_start_on_a_line() {
    for shape @ (columns, rows) in SHAPES {
        check_columns(Output::<f64>::new(columns, rows).unwrap(), shape);
        check_columns(Output::<f32>::new(columns, rows).unwrap(), shape);
        for pages in [Pages::Huge, Pages::Ordinary] {
            check_columns(Output::<u64>::with_pages(columns, rows, pages).unwrap(), shape);
        }
    }
}

#[test]
fn values_are_one_run() {
    for count in [0, 1, 9, 1_000, (1 << 20) - 1, 1 << 20, 1_500_001] {
        let mut values = Values::<f64>::new(count).unwrap();
        assert_eq!(values.as_slice().len() as u64, count);
        assert!(values.as_slice().iter().all(|&value| value == 0.0));
        values.as_mut_slice().fill(2.5);
        values.touch(&Serial);
        assert!(values.as_slice().iter().all(|&value| value == 2.5));
        assert!(values.as_slice().as_ptr().addr().is_multiple_of(LINE));
    }
}

#[test]
fn ordinary_pages_are_what_small_outputs_have() {
    assert_eq!(Values::<f32>::new(1_000).unwrap().pages(), Pages::Ordinary);
    let forced = Values::<f32>::with_pages(1 << 22, Pages::Ordinary).unwrap();
    assert_eq!(forced.pages(), Pages::Ordinary);
}

#[test]
fn what_cannot_be_had_is_an_error() {
    let beyond = [(1, u64::MAX), (3, 1 << 62), (usize::MAX, 1), (1 << 30, 1 << 30), (1, 1 << 60)];
    for (columns, rows) in beyond {
        let error = Output::<f64>::new(columns, rows).unwrap_err();
        assert_eq!(error, MemoryError::TooLarge { columns, rows });
        assert!(error.to_string().contains(&rows.to_string()));
    }
    assert!(matches!(Values::<u64>::new(1 << 61), Err(MemoryError::TooLarge { .. })));
    // 2^59 bytes can be counted, and no machine has them.
    let refused = Output::<f64>::new(1 << 6, 1 << 50).unwrap_err();
    assert!(matches!(refused, MemoryError::Refused { bytes, .. } if bytes == 1 << 59), "{refused}");
}

/// Counts what it is asked for.
struct Counting(AtomicUsize);

impl Executor for Counting {
    fn map<T: Send>(&self, tasks: usize, task: impl Fn(usize) -> T + Sync) -> Vec<T> {
        self.0.fetch_add(tasks, Ordering::Relaxed);
        Serial.map(tasks, task)
    }
}

#[test]
fn columns_are_touched_in_the_parts_that_fill_them() {
    let scheme = Scheme::Fibonacci { total: 1_000_001, placement: Placement::Quadrature };
    let mut output = Output::<f64>::new(3, 1_000_001).unwrap();
    let [touched, filled] = [(); 2].map(|()| Counting(AtomicUsize::new(0)));
    output.touch(&touched);
    scheme.plan().unwrap().fill_on(&filled, 0..1_000_001, &mut output.columns_mut()).unwrap();
    assert_eq!(touched.0.into_inner(), filled.0.into_inner());
}
