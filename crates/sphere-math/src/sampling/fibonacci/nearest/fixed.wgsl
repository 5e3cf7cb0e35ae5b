// Numbers in fixed point: directions and points of the sphere, 2^62 to the unit, so that which of two
// points is nearer is decided by integers, the same on every device.

// The high 64 bits of the product of two signed numbers.
fn mul64_high_signed(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
    let zero = vec2(0u, 0u);
    // A negative number reads as 2^64 more.
    let excess = add64(select(zero, b, is_negative(a)), select(zero, a, is_negative(b)));
    return sub64(mul64_high(a, b), excess);
}

fn is_negative(a: vec2<u32>) -> bool {
    return a.y >> 31u == 1u;
}

fn negated_if(negate: bool, a: vec2<u32>) -> vec2<u32> {
    return select(a, sub64(vec2(0u, 0u), a), negate);
}

// A number between -2^63 and 2^63, cut off to an integer. Both halves are exact.
fn signed64(value: f32) -> vec2<u32> {
    let size = abs(value);
    let high = u32(size * 0x1p-32);
    return negated_if(value < 0.0, vec2(u32(size - f32(high) * 4294967296.0), high));
}

// sqrt(2^64 square), square <= 2^62: within 4 units.
fn root64(square: vec2<u32>) -> vec2<u32> {
    let zeros = select(countLeadingZeros(square.y), 32u + countLeadingZeros(square.x), square.y == 0u);
    if zeros == 64u {
        return vec2(0u, 0u);
    }
    // Moved up to 2^60 at least.
    let half = (max(zeros, 2u) - 2u) / 2u;
    let high = mul64(square, power64(2u * half));
    let inverse = inverseSqrt(float64(high));
    // Of Newton's two steps the first leaves 2^-42 of the root, the second the last bits.
    var root = signed64(4294967296.0 * float64(high) * inverse);
    for (var step = 0u; step < 2u; step++) {
        let missing = float64_signed(sub64(high, mul64_high(root, root)));
        root = add64(root, signed64(2147483648.0 * missing * inverse));
    }
    return shift_right64(root, half);
}

// 2^bits, bits < 64.
fn power64(bits: u32) -> vec2<u32> {
    return select(vec2(1u << (bits & 31u), 0u), vec2(0u, 1u << (bits & 31u)), bits >= 32u);
}

// coefficient - sum x: a step of Horner's rule where signs alternate, in units of 2^-64.
fn less(coefficient: vec2<u32>, sum: vec2<u32>, x: vec2<u32>) -> vec2<u32> {
    return sub64(coefficient, mul64_high(sum, x));
}

// Cosine and sine of `turn` / 2^64 turns: the polynomials of `turn.rs`, within 2^-57.
fn cos_sin64(turn: vec2<u32>) -> array<vec2<u32>, 2> {
    let quarter = (turn.y + 0x20000000u) >> 30u;
    let rest = vec2(turn.x, turn.y - (quarter << 30u));
    // In units of 1/8 turn; what is below 0 is taken for 2^-64 more, which keeps it below 1.
    let t = shift_left64(select(rest, ~rest, is_negative(rest)), 3u);
    let square = mul64_high(t, t);

    var sin = less(vec2(0x8c018e87u, 0x00000007u), vec2(0x078fbb59u, 0u), square);
    sin = less(vec2(0xe0bf28ecu, 0x00000541u), sin, square);
    sin = less(vec2(0x99c5aa71u, 0x000265a5u), sin, square);
    sin = less(vec2(0x3bac37feu, 0x00a335e3u), sin, square);
    sin = less(vec2(0x25be409fu, 0x14abbce6u), sin, square);
    sin = less(vec2(0x2168c235u, 0xc90fdaa2u), sin, square);
    sin = negated_if(is_negative(rest), shift_right64(mul64_high(sin, t), 2u));

    var cos = less(vec2(0x7e731055u, 0u), vec2(0x006c9933u, 0u), square);
    cos = less(vec2(0xb47b1e58u, 0x00000069u), cos, square);
    cos = less(vec2(0xa0d06acbu, 0x00003c3eu), cos, square);
    cos = less(vec2(0x7e3c90fdu, 0x00155d3cu), cos, square);
    cos = less(vec2(0x06d6ab0eu, 0x040f07c2u), cos, square);
    cos = less(vec2(0xf9177922u, 0x4ef4f326u), cos, square);
    cos = sub64(vec2(0u, 0x40000000u), shift_right64(mul64_high(cos, square), 2u));

    let is_odd = (quarter & 1u) == 1u;
    let swapped_cos = select(cos, negated_if(true, sin), is_odd);
    let swapped_sin = select(sin, cos, is_odd);
    let is_half = (quarter & 2u) == 2u;
    return array(negated_if(is_half, swapped_cos), negated_if(is_half, swapped_sin));
}
