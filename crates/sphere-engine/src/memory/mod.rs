//! Memory for large outputs: on huge pages, aligned, and an error where there is not enough of it.
//!
//! [`Output`] is columns, for [`Plan::fill_on`](sphere_math::sampling::Plan::fill_on); [`Values`] one
//! run of values, for [`Plan::fill_rows_on`](sphere_math::sampling::Plan::fill_rows_on).
//!
//! ```
//! use sphere_engine::CpuEngine;
//! use sphere_engine::memory::Output;
//! use sphere_math::sampling::{Placement, Scheme};
//!
//! let plan = Scheme::Fibonacci { total: 1_000, placement: Placement::Quadrature }.plan()?;
//! let engine = CpuEngine::new(None)?;
//! let mut output = Output::<f64>::new(3, 1_000)?;
//! output.touch(&engine);
//! plan.fill_on(&engine, 0..1_000, &mut output.columns_mut())?;
//! assert!(output.columns()[2][0] > 0.99);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allocation;
mod error;
mod output;
mod values;

pub use allocation::Pages;
pub use error::MemoryError;
pub use output::Output;
pub use values::Values;

/// Bytes of a cache line: where every column starts, so that stores of whole lines fit all alike.
const LINE: usize = 64;

#[cfg(test)]
mod tests;
