//! What the engines of graphics processors share: how a job is cut into batches and driven through a
//! device, what a device has reported, and whether its kernels can be trusted.

pub(crate) mod batch;
pub(crate) mod faults;
pub(crate) mod pool;
pub(crate) mod probe;
pub(crate) mod run;
pub(crate) mod trusted;
