//! The sunflower lattice of the unit disk.

use super::{check_total, turn};
use crate::Real;
use crate::sampling::SampleError;

/// Point k at radius sqrt((k + 1/2) / n), k golden angles on from +x. Vogel1979, with the half
/// that makes each point the middle of an annulus of equal area.
#[derive(Clone, Debug)]
pub(in crate::sampling) struct Disk {
    pub(in crate::sampling) total: u64,
    pub(super) per_half_step: f64,
}

impl Disk {
    pub(in crate::sampling) fn new(total: u64) -> Result<Self, SampleError> {
        check_total(total)?;
        Ok(Self { total, per_half_step: 1.0 / (2 * total) as f64 })
    }

    #[inline(always)]
    pub(in crate::sampling) fn point<R: Real>(&self, index: u64) -> [R; 2] {
        let area = (2 * index + 1) as f64 * self.per_half_step;
        let radius = R::from_f64(area).root();
        let [cos, sin]: [R; 2] = turn(index).cos_sin();
        [radius.fused(cos, R::default()), radius.fused(sin, R::default())]
    }
}
