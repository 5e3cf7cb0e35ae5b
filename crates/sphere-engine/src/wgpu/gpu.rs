//! An open device.

use std::time::Duration;

use wgpu::{
    Adapter, BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType, Buffer,
    BufferBindingType, BufferDescriptor, BufferUsages, ComputePipeline, ComputePipelineDescriptor,
    Device, DeviceDescriptor, DeviceType, ErrorFilter, Features, PipelineCompilationOptions,
    PipelineLayout, PipelineLayoutDescriptor, PollError, PollType, Queue, ShaderModuleDescriptor,
    ShaderSource, ShaderStages,
};

use super::faults::{classify, guarded};
use super::ready::ready;
use crate::EngineError;
use crate::device::faults::Faults;

/// How long a device that fails is asked whether it is lost.
const UNTIL_TOLD: Duration = Duration::from_secs(2);

/// Words of a point on a device of software. llvmpipe ends all loops of a thread after 65,535 rounds
/// in total, and says nothing; the Sobol kernel takes up to 65 a word.
const MOST_SOFTWARE_WORDS: usize = 1_000;

/// A device, what it allows, and what went wrong with it.
#[derive(Debug)]
pub(super) struct Gpu {
    pub(super) device: Device,
    pub(super) queue: Queue,
    pub(super) faults: Faults,
    /// The bindings, which all kernels share.
    pub(super) bindings: BindGroupLayout,
    layout: PipelineLayout,
    /// Results can be read where kernels write them.
    pub(super) shares_memory: bool,
    /// The most bytes of a buffer that a kernel sees: whole words of eight bytes.
    pub(super) most_buffer_bytes: u64,
    /// The most words of a point.
    pub(super) most_words: usize,
    /// The device, as its driver calls it.
    pub(super) name: String,
    /// The driver and its version.
    pub(super) driver: String,
}

impl Gpu {
    /// Opens a device with all that it allows, but no buffer beyond `most_buffer_bytes`.
    pub(super) fn open(
        adapter: &Adapter,
        most_buffer_bytes: Option<u64>,
    ) -> Result<Self, EngineError> {
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let shares_memory = shares_memory(info.device_type, adapter.features());
        let shared =
            if shares_memory { Features::MAPPABLE_PRIMARY_BUFFERS } else { Features::empty() };
        let (device, queue) = ready(adapter.request_device(&DeviceDescriptor {
            label: Some("sphere"),
            required_features: shared,
            required_limits: limits.clone(),
            ..DeviceDescriptor::default()
        }))
        .map_err(|error| EngineError::Unavailable { reason: error.to_string() })?;
        let allowed = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        let asked = most_buffer_bytes.unwrap_or(allowed);
        let faults = watched(&device);
        let (bindings, layout) = layouts(&device);
        faults.check()?;
        Ok(Self {
            device,
            queue,
            faults,
            bindings,
            layout,
            shares_memory,
            most_buffer_bytes: asked.min(allowed) & !7,
            most_words: most_words(info.device_type),
            name: info.name,
            driver: format!("{} {} ({})", info.driver, info.driver_info, info.backend),
        })
    }

    /// Runs calls of wgpu; the first error that they cause is theirs.
    pub(super) fn captured<T>(&self, calls: impl FnOnce() -> T) -> Result<T, EngineError> {
        let scope = |filter| self.device.push_error_scope(filter);
        let invalid = scope(ErrorFilter::Validation);
        let internal = scope(ErrorFilter::Internal);
        let memory = scope(ErrorFilter::OutOfMemory);
        let value = guarded(&self.faults, calls);
        // The last one in goes first, whatever happened.
        let errors = [ready(memory.pop()), ready(internal.pop()), ready(invalid.pop())];
        self.faults.check()?;
        match errors.iter().flatten().next().map(classify) {
            // What is made on a lost device is invalid: the loss is the cause.
            Some(EngineError::Failed { reason }) => Err(self.failure(&reason)),
            Some(error) => Err(error),
            None => value,
        }
    }

    /// A buffer.
    pub(super) fn buffer(&self, bytes: u64, usage: BufferUsages) -> Result<Buffer, EngineError> {
        let descriptor =
            BufferDescriptor { label: None, size: bytes, usage, mapped_at_creation: false };
        self.captured(|| self.device.create_buffer(&descriptor))
    }

    /// A buffer that kernels read words from: at least one.
    pub(super) fn words(&self, words: &[u32]) -> Result<Buffer, EngineError> {
        let words = if words.is_empty() { &[0] } else { words };
        let bytes: &[u8] = bytemuck::cast_slice(words);
        if bytes.len() as u64 > self.most_buffer_bytes {
            let (asked, most) = (bytes.len(), self.most_buffer_bytes);
            let reason = format!("a table of {asked} bytes; a buffer of the device has {most}");
            return Err(EngineError::Unavailable { reason });
        }
        let buffer =
            self.buffer(bytes.len() as u64, BufferUsages::STORAGE | BufferUsages::COPY_DST)?;
        self.captured(|| self.queue.write_buffer(&buffer, 0, bytes))?;
        Ok(buffer)
    }

    /// Compiles a kernel.
    pub(super) fn pipeline(&self, name: &str, text: &str) -> Result<ComputePipeline, EngineError> {
        self.captured(|| {
            let module = self.device.create_shader_module(ShaderModuleDescriptor {
                label: Some(name),
                source: ShaderSource::Wgsl(text.into()),
            });
            self.device.create_compute_pipeline(&ComputePipelineDescriptor {
                label: Some(name),
                layout: Some(&self.layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: PipelineCompilationOptions::default(),
                cache: None,
            })
        })
    }

    /// Lets the device tell what it has done, after waiting a little if asked to.
    pub(super) fn poll(&self, poll: PollType) -> Result<(), EngineError> {
        match guarded(&self.faults, || self.device.poll(poll))? {
            Ok(_) | Err(PollError::Timeout) => self.faults.check(),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    /// Why something went wrong that has no error of its own: the loss of the device, if it is lost.
    pub(super) fn failure(&self, what: &str) -> EngineError {
        // A loss is told while polling, once all that was submitted before has ended.
        let poll = PollType::Wait { submission_index: None, timeout: Some(UNTIL_TOLD) };
        let polled = guarded(&self.faults, || self.device.poll(poll));
        let told = polled.and_then(|_| self.faults.check());
        told.err().unwrap_or_else(|| EngineError::Failed { reason: what.to_string() })
    }
}

/// Where the processor and the device use the same memory, a copy between them gains nothing.
fn shares_memory(kind: DeviceType, features: Features) -> bool {
    matches!(kind, DeviceType::IntegratedGpu | DeviceType::Cpu)
        && features.contains(Features::MAPPABLE_PRIMARY_BUFFERS)
}

fn most_words(kind: DeviceType) -> usize {
    if kind == DeviceType::Cpu { MOST_SOFTWARE_WORDS } else { usize::MAX }
}

/// Listens to what the device says on its own.
fn watched(device: &Device) -> Faults {
    let faults = Faults::default();
    let (losses, errors) = (faults.clone(), faults.clone());
    device.set_device_lost_callback(move |reason, message| {
        losses.lose(format!("{reason:?}: {message}"));
    });
    device.on_uncaptured_error(std::sync::Arc::new(move |error| errors.stray(classify(&error))));
    faults
}

/// What all kernels are bound to: results, header, parameters, table.
fn layouts(device: &Device) -> (BindGroupLayout, PipelineLayout) {
    let kinds = [
        BufferBindingType::Storage { read_only: false },
        BufferBindingType::Uniform,
        BufferBindingType::Storage { read_only: true },
        BufferBindingType::Storage { read_only: true },
    ];
    let mut binding = 0;
    let entries = kinds.map(|ty| {
        let ty = BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
        let visibility = ShaderStages::COMPUTE;
        let entry = BindGroupLayoutEntry { binding, visibility, ty, count: None };
        binding += 1;
        entry
    });
    let bindings = device
        .create_bind_group_layout(&BindGroupLayoutDescriptor { label: None, entries: &entries });
    let layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
        label: None,
        bind_group_layouts: &[Some(&bindings)],
        immediate_size: 0,
    });
    (bindings, layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_in_place_where_memory_is_shared() {
        let can = Features::MAPPABLE_PRIMARY_BUFFERS;
        for (kind, features, expected) in [
            (DeviceType::IntegratedGpu, can, true),
            (DeviceType::Cpu, can, true),
            (DeviceType::DiscreteGpu, can, false),
            (DeviceType::VirtualGpu, can, false),
            (DeviceType::IntegratedGpu, Features::empty(), false),
        ] {
            assert_eq!(shares_memory(kind, features), expected, "{kind:?}");
        }
    }
}
