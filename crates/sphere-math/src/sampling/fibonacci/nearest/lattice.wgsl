// The lattice, and how near its points are to a direction, in fixed point. Parameters: n - 1; then in
// fixed point, n - 1 + 2 e being 2^62 to 2^63, two rows and 2 e; 2^126 / (n - 1 + 2 e) of these; then as f32
// half of n - 1 + 2 e and e; then the windows of `steps.rs`, three words each: F(i + 1), and as f32 phi^-i
// and phi^(2 i).
const LAST: u32 = 0u;
const TWO_ROWS: u32 = 2u;
const TWICE_OFFSET: u32 = 4u;
const PER_STEP: u32 = 6u;
const HALF_STEPS: u32 = 8u;
const OFFSET: u32 = 9u;
const WINDOWS: u32 = 10u;

const ONE: vec2<u32> = vec2(0u, 0x40000000u);

// A direction of any length from 2^61 to 2^63, and its length.
struct Direction {
    x: vec2<u32>,
    y: vec2<u32>,
    z: vec2<u32>,
    length: vec2<u32>,
}

// The scalar product of a direction and the point `index` in the azimuth `turn`: 2^60 to the unit.
fn product(direction: Direction, index: vec2<u32>, turn: vec2<u32>) -> vec2<u32> {
    let opposite = sub64(parameter64(LAST), index);
    let rows = mul64(min64(index, opposite), parameter64(TWO_ROWS));
    let from_pole = mul64_high(add64(rows, parameter64(TWICE_OFFSET)), parameter64(PER_STEP));
    let z = negated_if(less64(opposite, index), sub64(ONE, from_pole));
    let radius = root64(mul64_high(from_pole, sub64(vec2(0u, 0x80000000u), from_pole)));
    let azimuth = cos_sin64(turn);
    let x = mul64_high_signed(direction.x, azimuth[0]);
    let outwards = add64(x, mul64_high_signed(direction.y, azimuth[1]));
    let level = mul64_high_signed(shift_left64(outwards, 2u), radius);
    return add64(level, mul64_high_signed(direction.z, z));
}

// The squared distance to a point of the sphere from the direction, given their product.
fn squared_distance(direction: Direction, product: vec2<u32>) -> f32 {
    let length = shift_right64(direction.length, 2u);
    let behind = max(float64_signed(sub64(length, product)), 0.0);
    return 2.0 * behind / float64(length);
}
