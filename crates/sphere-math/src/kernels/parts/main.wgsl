// The frame of every kernel: one thread a point, rows in C order. A kernel defines
// `point(row, index)`, which writes row `row` of the output, the point `index` of the plan.

// Words of all rows: a draw is 64 bits, the low half first; a coordinate the bits of an f32.
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
// Index of row 0 (low, high), the number of rows, and what to write: one of the two below.
@group(0) @binding(1) var<uniform> header: vec4<u32>;
// What is the same for all points; each kernel says what is where.
@group(0) @binding(2) var<storage, read> parameters: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<u32>;

const DRAW: u32 = 0u;
const SINGLE: u32 = 1u;

// A dispatch has at most 65,535 groups along each axis.
const THREADS: u32 = 256u;
const ROWS_ALONG_X: u32 = 65535u * THREADS;

@compute @workgroup_size(THREADS)
fn main(@builtin(global_invocation_id) thread: vec3<u32>) {
    let row = thread.y * ROWS_ALONG_X + thread.x;
    if row < header.z {
        point(row, add64(header.xy, vec2(row, 0u)));
    }
}

fn is_draw() -> bool {
    return header.w == DRAW;
}

// The 64-bit parameter whose low half is at this place.
fn parameter64(place: u32) -> vec2<u32> {
    return vec2(parameters[place], parameters[place + 1u]);
}

fn parameter_f32(place: u32) -> f32 {
    return bitcast<f32>(parameters[place]);
}

fn write64(place: u32, word: vec2<u32>) {
    out[place] = word.x;
    out[place + 1u] = word.y;
}

fn write_xy(place: u32, xy: vec2<f32>) {
    out[place] = bitcast<u32>(xy.x);
    out[place + 1u] = bitcast<u32>(xy.y);
}

fn write_direction(row: u32, direction: vec3<f32>) {
    write_xy(3u * row, direction.xy);
    out[3u * row + 2u] = bitcast<u32>(direction.z);
}
