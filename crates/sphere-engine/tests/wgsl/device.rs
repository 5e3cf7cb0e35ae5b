//! The least that runs a text: no pools, no caches, one range a time.

use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use sphere_math::kernels::Launch;
use wgpu::{
    Backends, BindGroupDescriptor, BindGroupEntry, Buffer, BufferDescriptor, BufferUsages,
    CommandEncoderDescriptor, ComputePassDescriptor, ComputePipeline, ComputePipelineDescriptor,
    DeviceDescriptor, Instance, InstanceDescriptor, MapMode, PipelineCompilationOptions, PollType,
    Queue, RequestAdapterOptions, ShaderModuleDescriptor, ShaderSource,
};

/// A Vulkan device in software, with the limits that every WebGPU device has.
pub(crate) struct Device {
    handle: wgpu::Device,
    queue: Queue,
    layout: wgpu::BindGroupLayout,
}

/// A group of threads, as the texts have it, and how many groups an axis of a dispatch has at most.
const THREADS: u32 = 256;
const MOST_GROUPS: u32 = 65_535;

impl Device {
    /// `None` where there is none.
    pub(crate) fn software() -> Option<Self> {
        let backends = Backends::VULKAN;
        let instance = Instance::new(InstanceDescriptor {
            backends,
            ..InstanceDescriptor::new_without_display_handle()
        });
        let options = RequestAdapterOptions { force_fallback_adapter: true, ..Default::default() };
        let adapter = wait(instance.request_adapter(&options)).ok()?;
        let (handle, queue) = wait(adapter.request_device(&DeviceDescriptor::default())).ok()?;
        let layout = bindings(&handle);
        Some(Self { handle, queue, layout })
    }

    pub(crate) fn compile(&self, text: &str) -> ComputePipeline {
        let module = self.handle.create_shader_module(ShaderModuleDescriptor {
            label: None,
            source: ShaderSource::Wgsl(text.into()),
        });
        let layout = self.handle.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&self.layout)],
            immediate_size: 0,
        });
        self.handle.create_compute_pipeline(&ComputePipelineDescriptor {
            label: None,
            layout: Some(&layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: PipelineCompilationOptions::default(),
            cache: None,
        })
    }

    /// The words of a range, row by row.
    pub(crate) fn run(
        &self,
        pipeline: &ComputePipeline,
        launch: &Launch,
        range: &Range<u64>,
    ) -> Vec<u32> {
        let header = launch.header(range);
        let bytes = 4 * u64::from(header[2]) * launch.words_per_point as u64;
        let out = self.buffer(bytes, BufferUsages::STORAGE | BufferUsages::COPY_SRC);
        let read = self.buffer(bytes, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let inputs = [
            self.filled(&header, BufferUsages::UNIFORM),
            self.filled(&launch.parameters, BufferUsages::STORAGE),
            self.filled(&launch.table, BufferUsages::STORAGE),
        ];
        let buffers = [&out, &inputs[0], &inputs[1], &inputs[2]];
        let entries: Vec<_> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        let group = self.handle.create_bind_group(&BindGroupDescriptor {
            label: None,
            layout: &self.layout,
            entries: &entries,
        });

        let mut encoder = self.handle.create_command_encoder(&CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor::default());
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, &group, &[]);
        let groups = header[2].div_ceil(THREADS);
        pass.dispatch_workgroups(groups.min(MOST_GROUPS), groups.div_ceil(MOST_GROUPS), 1);
        drop(pass);
        encoder.copy_buffer_to_buffer(&out, 0, &read, 0, bytes);
        self.queue.submit([encoder.finish()]);

        read.map_async(MapMode::Read, .., Result::unwrap);
        self.handle.poll(PollType::wait_indefinitely()).unwrap();
        let mapped = read.get_mapped_range(..).unwrap();
        mapped.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
    }

    fn buffer(&self, size: u64, usage: BufferUsages) -> Buffer {
        self.handle.create_buffer(&BufferDescriptor {
            label: None,
            size,
            usage,
            mapped_at_creation: false,
        })
    }

    fn filled(&self, words: &[u32], usage: BufferUsages) -> Buffer {
        let buffer = self.buffer(4 * words.len() as u64, usage | BufferUsages::COPY_DST);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.queue.write_buffer(&buffer, 0, &bytes);
        buffer
    }
}

/// One layout for all: that of the output, the header, the parameters and the table.
fn bindings(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
    let kinds = [storage(false), wgpu::BufferBindingType::Uniform, storage(true), storage(true)];
    let entries: Vec<_> = (0..)
        .zip(kinds)
        .map(|(binding, ty)| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: None,
        entries: &entries,
    })
}

/// What wgpu has natively is ready when it is asked for.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}
