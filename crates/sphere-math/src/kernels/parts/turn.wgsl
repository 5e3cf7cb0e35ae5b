// Sine and cosine of angles: the f32 form of `turn.rs`, with its polynomials.

const PI_HIGH: f32 = 3.1415927410125732;
const PI_LOW: f32 = -9.75925731339e-8;

// [cos, sin] of `t` half turns, |t| <= 1/4.
fn cos_sin_half_turns(t: f32) -> vec2<f32> {
    let square = t * t;
    var cos = fma(square, 0.231329716053, -1.33504456441);
    cos = fma(cos, square, 4.05870726303);
    cos = fma(cos, square, -4.93480216259);
    var sin = fma(square, -0.589012210426, 2.54976104953);
    sin = fma(sin, square, -5.16770768192);
    let small = t * fma(square, sin, PI_LOW);
    return vec2(fma(square, cos, 1.0), fma(t, PI_HIGH, small));
}

// Turns [cos, sin] forward by so many quarters (the two low bits).
fn rotate_quarters(quarter: u32, cos_sin: vec2<f32>) -> vec2<f32> {
    let swapped = select(cos_sin, vec2(-cos_sin.y, cos_sin.x), (quarter & 1u) == 1u);
    return select(swapped, -swapped, (quarter & 2u) == 2u);
}

// [cos, sin] of an angle of `turn` / 2^64 turns.
fn cos_sin(turn: vec2<u32>) -> vec2<f32> {
    let quarter = (turn.y + 0x20000000u) >> 30u;
    // What is left of the angle in units of 2^-32 turns, rounded: in [-2^29, 2^29].
    let remainder = bitcast<i32>(turn.y - (quarter << 30u) + (turn.x >> 31u));
    return rotate_quarters(quarter, cos_sin_half_turns(f32(remainder) * 0x1p-31));
}
