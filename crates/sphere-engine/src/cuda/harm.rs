//! Harm to the device, on purpose.

#![allow(unsafe_code, reason = "a kernel is given the address of nothing")]

use sphere_math::kernels::Kernel;

use super::driver::{Arguments, DevicePointer, Driver};
use super::grid;
use super::inner::Inner;
use super::owned::Loaded;
use crate::EngineError;

/// Writes where it is told to. No job runs it, and it is compiled when it is asked for.
pub(super) const POISON: Kernel =
    Kernel { name: "sphere_poison", wgsl: &[], cuda: &[include_str!("poison.cu")] };

/// In the first page of the device, where nothing ever is.
const NOWHERE: DevicePointer = DevicePointer(64);

impl<D: Driver> Inner<D> {
    /// Has a kernel write out of bounds, and waits until the device has noticed. `image` is [`POISON`].
    pub(super) fn poison(&self, image: &[u8]) -> Result<(), EngineError> {
        let resources = self.resources();
        let kernel = Loaded::new(&resources.gpu, POISON.name, image)?;
        let stream = resources.streams.take()?;
        let nothing = DevicePointer(0);
        let arguments =
            Arguments { out: NOWHERE, header: [1; 4], parameters: nothing, table: nothing };
        resources.gpu.call(|driver| {
            // SAFETY: this breaks the promise that `out` has room. What is written goes to the first page
            // of the device, which maps none of this process: the device refuses, and nothing else happens.
            unsafe { driver.launch(kernel.function(), grid(1), &arguments, stream.handle()) }
        })?;
        match stream.synchronize() {
            Err(EngineError::Lost { .. }) => Ok(()),
            Err(error) => Err(error),
            Ok(()) => {
                let reason = "the device did not notice a write where no memory is".to_string();
                Err(EngineError::Failed { reason })
            }
        }
    }
}
