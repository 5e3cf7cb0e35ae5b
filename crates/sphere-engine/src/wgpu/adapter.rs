//! Which of the devices of a machine.

use wgpu::{
    Adapter, AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor, InstanceFlags,
};

use super::options::{Power, Software};
use super::ready::ready;
use crate::EngineError;

/// Those with compute shaders; each counts only where its platform has it.
const BACKENDS: Backends = Backends::VULKAN.union(Backends::METAL).union(Backends::DX12);

/// The best device of this machine. Looks for drivers, and opens no device.
pub(super) fn find(power: Power, software: Software) -> Result<Adapter, EngineError> {
    if Instance::enabled_backend_features().is_empty() {
        return Err(unavailable("there is no Vulkan, Metal or Direct3D 12 on this platform"));
    }
    let instance = Instance::new(InstanceDescriptor {
        backends: BACKENDS,
        flags: InstanceFlags::empty(),
        ..InstanceDescriptor::new_without_display_handle()
    });
    let mut adapters = ready(instance.enumerate_adapters(BACKENDS));
    let infos: Vec<AdapterInfo> = adapters.iter().map(Adapter::get_info).collect();
    let devices: Vec<_> = infos.iter().map(|info| (info.device_type, &*info.name)).collect();
    let chosen = choose(&devices, power, software)?;
    Ok(adapters.swap_remove(chosen))
}

/// The place of the best device; of equal ones the first, as the system lists them.
fn choose(
    devices: &[(DeviceType, &str)],
    power: Power,
    software: Software,
) -> Result<usize, EngineError> {
    let usable = devices
        .iter()
        .enumerate()
        .filter_map(|(at, (kind, _))| rank(*kind, power, software).map(|rank| (rank, at)));
    if let Some((_, at)) = usable.min() {
        return Ok(at);
    }
    let names: Vec<&str> = devices.iter().map(|(_, name)| *name).collect();
    if names.is_empty() {
        return Err(unavailable("no Vulkan, Metal or Direct3D 12 device was found"));
    }
    let names = names.join(", ");
    Err(unavailable(&format!(
        "only software devices were found: {names}; --software-gpu allows them"
    )))
}

/// The lower the better; `None` is not to be used.
fn rank(kind: DeviceType, power: Power, software: Software) -> Option<u8> {
    match (kind, power) {
        (DeviceType::DiscreteGpu, Power::High) | (DeviceType::IntegratedGpu, Power::Low) => Some(0),
        (DeviceType::DiscreteGpu | DeviceType::IntegratedGpu, _) => Some(1),
        (DeviceType::VirtualGpu, _) => Some(2),
        (DeviceType::Other, _) => Some(3),
        (DeviceType::Cpu, _) => (software == Software::Allowed).then_some(4),
    }
}

fn unavailable(reason: &str) -> EngineError {
    EngineError::Unavailable { reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use DeviceType::{Cpu, DiscreteGpu, IntegratedGpu, Other, VirtualGpu};

    use super::*;

    #[test]
    fn the_best_device_is_chosen() {
        let all = [Cpu, Other, VirtualGpu, IntegratedGpu, DiscreteGpu, DiscreteGpu];
        for (kinds, power, software, expected) in [
            (&all[..], Power::High, Software::Refused, Some(4)),
            (&all[..], Power::Low, Software::Allowed, Some(3)),
            (&all[..3], Power::High, Software::Allowed, Some(2)),
            (&all[..2], Power::Low, Software::Allowed, Some(1)),
            (&all[..1], Power::High, Software::Allowed, Some(0)),
            (&all[..1], Power::High, Software::Refused, None),
            (&[], Power::High, Software::Allowed, None),
        ] {
            let devices: Vec<_> = kinds.iter().map(|kind| (*kind, "a device")).collect();
            let chosen = choose(&devices, power, software);
            assert_eq!(chosen.ok(), expected, "{kinds:?}, {power:?}, {software:?}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let reason = |devices: &[_]| {
            choose(devices, Power::High, Software::Refused).unwrap_err().to_string()
        };
        assert!(reason(&[]).contains("no Vulkan, Metal or Direct3D 12 device"));
        let software = reason(&[(Cpu, "llvmpipe")]);
        assert!(software.contains("software devices were found: llvmpipe"), "{software}");
        assert!(software.contains("--software-gpu"), "{software}");
    }
}
