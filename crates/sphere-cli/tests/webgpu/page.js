// Runs every case of `cases.js` and says in how many words each differs from what is expected.
"use strict";

const THREADS = 256;
const MOST_GROUPS = 65535;

// The bindings of every kernel: output, header, parameters, table.
const TYPES = ["storage", "uniform", "read-only-storage", "read-only-storage"];

async function run() {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const layout = device.createBindGroupLayout({
    entries: TYPES.map((type, binding) => ({
      binding, visibility: GPUShaderStage.COMPUTE, buffer: { type },
    })),
  });
  const differing = [];
  for (const one of CASES) {
    differing.push(differences(one, await words(device, layout, one)));
  }
  const { vendor, architecture, description } = adapter.info;
  return { device: `${vendor} ${architecture} ${description}`, differing };
}

// The words that a kernel writes.
async function words(device, layout, { text, header, parameters, table, expected }) {
  const { COPY_SRC, COPY_DST, MAP_READ, STORAGE, UNIFORM } = GPUBufferUsage;
  const buffer = (size, usage) => device.createBuffer({ size, usage });
  const filled = (values, usage) => {
    const data = Uint32Array.from(values);
    const made = buffer(data.byteLength, usage | COPY_DST);
    device.queue.writeBuffer(made, 0, data);
    return made;
  };
  const bytes = 4 * expected.length;
  const out = buffer(bytes, STORAGE | COPY_SRC);
  const read = buffer(bytes, COPY_DST | MAP_READ);
  const bound = [out, filled(header, UNIFORM), filled(parameters, STORAGE), filled(table, STORAGE)];

  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code: text }), entryPoint: "main" },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({
    layout, entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
  }));
  const groups = Math.ceil(header[2] / THREADS);
  pass.dispatchWorkgroups(Math.min(groups, MOST_GROUPS), Math.ceil(groups / MOST_GROUPS));
  pass.end();
  encoder.copyBufferToBuffer(out, 0, read, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  return new Uint32Array(read.getMappedRange());
}

// Integers have to be the same, and numbers within the bound; what is no number is not.
function differences({ expected, bound }, found) {
  const right = Uint32Array.from(expected);
  if (bound === null) {
    return right.filter((word, at) => word !== found[at]).length;
  }
  const [a, b] = [new Float32Array(right.buffer), new Float32Array(found.buffer)];
  return a.filter((value, at) => !(Math.abs(value - b[at]) <= bound)).length;
}

let verdict = null;
run().then((done) => { verdict = done; }, (error) => { verdict = { error: String(error) }; });
