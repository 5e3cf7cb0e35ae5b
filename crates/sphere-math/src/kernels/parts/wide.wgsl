// 64-bit integers as vec2<u32>, low half first. All wrap, as the machine's own would.

fn add64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let low = a.x + b.x;
    return vec2(low, a.y + b.y + u32(low < a.x));
}

fn sub64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    return vec2(a.x - b.x, a.y - b.y - u32(a.x < b.x));
}

fn less64(a: vec2<u32>, b: vec2<u32>) -> bool {
    return a.y < b.y || (a.y == b.y && a.x < b.x);
}

fn min64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    return select(b, a, less64(a, b));
}

// By 1 to 31 bits.
fn shift_left64(a: vec2<u32>, bits: u32) -> vec2<u32> {
    return vec2(a.x << bits, (a.y << bits) | (a.x >> (32u - bits)));
}

// By 0 to 63 bits.
fn shift_right64(a: vec2<u32>, bits: u32) -> vec2<u32> {
    if bits >= 32u {
        return vec2(a.y >> (bits - 32u), 0u);
    }
    // In two steps, because a word cannot be shifted by 32.
    return vec2((a.x >> bits) | ((a.y << 1u) << (31u - bits)), a.y >> bits);
}

// The whole product of two words, by halves of 16 bits.
fn wide_product(a: u32, b: u32) -> vec2<u32> {
    let a0 = a & 0xffffu;
    let a1 = a >> 16u;
    let b0 = b & 0xffffu;
    let b1 = b >> 16u;
    let low = a0 * b0;
    // At most (2^16 - 1)^2 + 2^16 - 1: neither sum overflows.
    let middle = a1 * b0 + (low >> 16u);
    let cross = a0 * b1 + (middle & 0xffffu);
    return vec2((cross << 16u) | (low & 0xffffu), a1 * b1 + (middle >> 16u) + (cross >> 16u));
}

// The low 64 bits of a product.
fn mul64(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let low = wide_product(a.x, b.x);
    return vec2(low.x, low.y + a.x * b.y + a.y * b.x);
}

// The high 64 bits of a product.
fn mul64_high(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    // A product and a word more: at most (2^32 - 1)^2 + 2^32 - 1, so neither sum overflows.
    let middle = add64(wide_product(a.y, b.x), vec2(wide_product(a.x, b.x).y, 0u));
    let cross = add64(wide_product(a.x, b.y), vec2(middle.x, 0u));
    return add64(add64(wide_product(a.y, b.y), vec2(middle.y, 0u)), vec2(cross.y, 0u));
}

// Within 2^-23 of the number, relatively. f32 reaches 2^127: no such number is too large.
fn float64(a: vec2<u32>) -> f32 {
    return fma(f32(a.y), 4294967296.0, f32(a.x));
}

// The same for a signed number.
fn float64_signed(a: vec2<u32>) -> f32 {
    let is_negative = a.y >> 31u == 1u;
    let magnitude = float64(select(a, sub64(vec2(0u, 0u), a), is_negative));
    return select(magnitude, -magnitude, is_negative);
}
