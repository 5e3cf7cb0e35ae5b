// Random directions. Parameters: the seed (64 bits), the method (the last counter word), and how
// many blocks are tried before the cylinder map takes over.
const SEED: u32 = 0u;
const METHOD: u32 = 2u;
const MAX_BLOCKS: u32 = 3u;

const BALL: u32 = 0u;
const DISK: u32 = 1u;
const CYLINDER: u32 = 2u;

// The block that a point comes from, and what its words mean.
struct Accepted {
    words: vec4<u32>,
    attempt: u32,
    method: u32,
}

fn block(index: vec2<u32>, attempt: u32, method: u32) -> vec4<u32> {
    return philox4x32(vec4(index, attempt, method), parameter64(SEED));
}

fn accepted(index: vec2<u32>) -> Accepted {
    let method = parameters[METHOD];
    if method == CYLINDER {
        return Accepted(block(index, 0u, CYLINDER), 0u, CYLINDER);
    }
    let blocks = parameters[MAX_BLOCKS];
    for (var attempt = 0u; attempt < blocks; attempt++) {
        let words = block(index, attempt, method);
        if is_accepted(words, method) {
            return Accepted(words, attempt, method);
        }
    }
    return Accepted(block(index, blocks, CYLINDER), blocks, CYLINDER);
}

fn is_accepted(words: vec4<u32>, method: u32) -> bool {
    if method == BALL {
        // From 2^-40 to 1, in units of 2^-62.
        let norm = ball_norm(words);
        return !less64(vec2(0u, 0x40000000u), norm) && !less64(norm, vec2(1u << 22u, 0u));
    }
    return is_inside(words.xy) || is_inside(words.zw);
}

// The square of a word as a signed number. -2^31 has one too.
fn square(word: u32) -> vec2<u32> {
    let magnitude = select(word, 0u - word, word >> 31u == 1u);
    return wide_product(magnitude, magnitude);
}

fn disk_norm(pair: vec2<u32>) -> vec2<u32> {
    return add64(square(pair.x), square(pair.y));
}

// The centre is kept out: it has no longitude.
fn is_inside(pair: vec2<u32>) -> bool {
    let norm = disk_norm(pair);
    return any(norm != vec2(0u, 0u)) && !less64(vec2(0u, 0x40000000u), norm);
}

// Odd coordinates: symmetric about 0 and never 0.
fn ball_norm(words: vec4<u32>) -> vec2<u32> {
    return add64(add64(square(words.x | 1u), square(words.y | 1u)), square(words.z | 1u));
}

// z = 1 - 2 s, (x, y) = 2 (a, b) sqrt(1 - s), s = a^2 + b^2, the differences on integers.
fn disk_point(words: vec4<u32>) -> vec3<f32> {
    let pair = select(words.zw, words.xy, is_inside(words.xy));
    let s = disk_norm(pair);
    let scale = sqrt(float64(sub64(vec2(0u, 0x40000000u), s))) * 0x1p-61;
    let z = float64_signed(sub64(vec2(0u, 0x20000000u), s)) * 0x1p-61;
    return vec3(vec2<f32>(bitcast<vec2<i32>>(pair)) * scale, z);
}

fn ball_point(words: vec4<u32>) -> vec3<f32> {
    let coordinates = vec3<f32>(bitcast<vec3<i32>>(words.xyz | vec3(1u, 1u, 1u)));
    return coordinates * inverseSqrt(float64(ball_norm(words)));
}

// z is the middle of one of 2^53 bands (words x and y), the turn is words z and w.
fn cylinder_point(words: vec4<u32>) -> vec3<f32> {
    let last = vec2(0xffffffffu, 0x001fffffu);
    let band = shift_right64(words.xy, 11u);
    let z = float64_signed(sub64(last, shift_left64(band, 1u))) * 0x1p-53;
    let rows = shift_left64(min64(band, sub64(last, band)), 1u);
    return on_parallel(z, float64(rows | vec2(1u, 0u)) * 0x1p-53, cos_sin(words.zw));
}

fn point(row: u32, index: vec2<u32>) {
    let drawn = accepted(index);
    if is_draw() {
        // The cylinder needs no second attempt, so that its draws have no third column.
        let columns = select(3u, 2u, parameters[METHOD] == CYLINDER);
        write64(2u * columns * row, drawn.words.xy);
        write64(2u * columns * row + 2u, drawn.words.zw);
        if columns == 3u {
            write64(6u * row + 4u, vec2(drawn.attempt, 0u));
        }
        return;
    }
    switch drawn.method {
        case BALL: { write_direction(row, ball_point(drawn.words)); }
        case DISK: { write_direction(row, disk_point(drawn.words)); }
        default: { write_direction(row, cylinder_point(drawn.words)); }
    }
}
