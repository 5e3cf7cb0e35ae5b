// HEALPix pixel centres. Parameters: the order, and whether pixels are numbered NESTED (1 or 0);
// 1 / (3 Nside) and 1 / (3 Nside^2) as f32.
const ORDER: u32 = 0u;
const NESTED: u32 = 1u;
const PER_BELT: u32 = 2u;
const PER_CAP: u32 = 3u;

// Nside is at most 2^29: rings, and places on them, are words.
struct Position {
    nside: u32,
    // From the north, 1 to 4 Nside - 1.
    ring: u32,
    // From longitude 0 eastwards, 1 to 4 `quarter`.
    place: u32,
}

// A quarter of the pixels on the ring.
fn quarter(position: Position) -> u32 {
    let nside = position.nside;
    return min(min(position.ring, 4u * nside - position.ring), nside);
}

// Whether the first centre lies half a pixel east of longitude 0.
fn is_shifted(position: Position) -> bool {
    return quarter(position) < position.nside || ((position.ring - position.nside) & 1u) == 0u;
}

// 2 a b.
fn twice_product(a: u32, b: u32) -> vec2<u32> {
    return shift_left64(wide_product(a, b), 1u);
}

// 12 Nside^2: 12 Nside may be more than a word holds.
fn pixels(nside: u32) -> vec2<u32> {
    return shift_left64(wide_product(3u * nside, nside), 2u);
}

// The RING number of a position.
fn pixel(position: Position) -> vec2<u32> {
    let nside = position.nside;
    let ring = position.ring;
    let along = vec2(position.place - 1u, 0u);
    if ring < nside {
        return add64(twice_product(ring, ring - 1u), along);
    }
    if ring <= 3u * nside {
        let belt = wide_product(4u * nside, ring - nside);
        return add64(add64(twice_product(nside, nside - 1u), belt), along);
    }
    let mirrored = 4u * nside - ring;
    return add64(sub64(pixels(nside), twice_product(mirrored, mirrored + 1u)), along);
}

// The root of a number below 2^62, rounded down.
fn root64(number: vec2<u32>) -> u32 {
    // Within 2^9; Newton's step on integers brings it within 1, whatever the device's root is.
    let estimate = max(u32(sqrt(float64(number))), 1u);
    let missing = float64_signed(sub64(number, wide_product(estimate, estimate)));
    var root = estimate + bitcast<u32>(i32(missing / (2.0 * f32(estimate))));
    while less64(number, wide_product(root, root)) {
        root -= 1u;
    }
    while !less64(number, wide_product(root + 1u, root + 1u)) {
        root += 1u;
    }
    return root;
}

// Ring (from 1) and place (from 0) of a pixel of the north cap: ring i starts at 2 i (i - 1).
fn cap_ring(number: vec2<u32>) -> vec2<u32> {
    let ring = (root64(shift_left64(number, 1u) | vec2(1u, 0u)) + 1u) / 2u;
    return vec2(ring, sub64(number, twice_product(ring, ring - 1u)).x);
}

fn position_of_ring(nside: u32, number: vec2<u32>) -> Position {
    let all = pixels(nside);
    let cap = twice_product(nside, nside - 1u);
    if less64(number, cap) {
        let found = cap_ring(number);
        return Position(nside, found.x, found.y + 1u);
    }
    if less64(number, sub64(all, cap)) {
        let from_belt = sub64(number, cap);
        // Rings have 4 Nside pixels, a power of two.
        let ring = nside + shift_right64(from_belt, parameters[ORDER] + 2u).x;
        return Position(nside, ring, (from_belt.x & (4u * nside - 1u)) + 1u);
    }
    // The south cap is the north cap turned about.
    let found = cap_ring(sub64(sub64(all, vec2(1u, 0u)), number));
    return Position(nside, 4u * nside - found.x, 4u * found.x - found.y);
}

// Gathers bits 0, 2, 4, ... of a word into its low half.
fn every_other_bit(code: u32) -> u32 {
    var bits = code & 0x55555555u;
    bits = (bits | (bits >> 1u)) & 0x33333333u;
    bits = (bits | (bits >> 2u)) & 0x0f0f0f0fu;
    bits = (bits | (bits >> 4u)) & 0x00ff00ffu;
    return (bits | (bits >> 8u)) & 0x0000ffffu;
}

fn every_other_bit64(code: vec2<u32>) -> u32 {
    return every_other_bit(code.x) | (every_other_bit(code.y) << 16u);
}

fn position_of_nested(nside: u32, number: vec2<u32>) -> Position {
    let face = shift_right64(number, 2u * parameters[ORDER]).x;
    let within = number & sub64(wide_product(nside, nside), vec2(1u, 0u));
    let east = every_other_bit64(within);
    let west = every_other_bit64(shift_right64(within, 1u));
    let ring = (2u + face / 4u) * nside - east - west - 1u;
    let unplaced = Position(nside, ring, 0u);

    // In eighths of a turn; those on the equator lie between the others.
    let longitude = 2u * (face & 3u) + u32(face / 4u != 1u);
    let on_quarter = quarter(unplaced);
    let from_middle = bitcast<i32>(east - west) + select(2, 1, is_shifted(unplaced));
    let sign = bitcast<u32>(from_middle >> 31u);
    var twice = add64(wide_product(longitude, on_quarter), vec2(bitcast<u32>(from_middle), sign));
    // The face across longitude 0 counts its western pixels from the far end of the ring.
    if twice.y == 0xffffffffu || less64(twice, vec2(2u, 0u)) {
        twice = add64(twice, wide_product(8u, on_quarter));
    }
    return Position(nside, ring, shift_right64(twice, 1u).x);
}

fn position_of(index: vec2<u32>) -> Position {
    let nside = 1u << parameters[ORDER];
    if parameters[NESTED] == 1u {
        return position_of_nested(nside, index);
    }
    return position_of_ring(nside, index);
}

// z and 1 - |z|. Gorski2005, equations 4 and 8.
fn height(position: Position) -> vec2<f32> {
    let nside = position.nside;
    let above_equator = 2 * (2 * i32(nside) - bitcast<i32>(position.ring));
    if nside <= position.ring && position.ring <= 3u * nside {
        let from_pole = 3u * nside - u32(abs(above_equator));
        return vec2(f32(above_equator), f32(from_pole)) * parameter_f32(PER_BELT);
    }
    let squared = wide_product(quarter(position), quarter(position));
    let whole = wide_product(3u * nside, nside);
    let heights = vec2(float64(sub64(whole, squared)), float64(squared)) * parameter_f32(PER_CAP);
    return select(heights, vec2(-heights.x, heights.y), above_equator < 0);
}

// Gorski2005, equations 5 and 9.
fn azimuth(position: Position) -> vec2<f32> {
    let on_quarter = quarter(position);
    // In units of which a quarter turn has 2 `quarter`: two per pixel. Whole quarters are taken off
    // by halves, because devices divide integers slowly.
    var along = 2u * (position.place - 1u) + u32(is_shifted(position));
    var nearest = 0u;
    if along >= 4u * on_quarter {
        nearest = 2u;
        along -= 4u * on_quarter;
    }
    if along >= 2u * on_quarter {
        nearest += 1u;
        along -= 2u * on_quarter;
    }
    var remainder = bitcast<i32>(along);
    if along >= on_quarter {
        nearest += 1u;
        remainder -= bitcast<i32>(2u * on_quarter);
    }
    return rotate_quarters(nearest, cos_sin_half_turns(f32(remainder) / f32(4u * on_quarter)));
}

fn point(row: u32, index: vec2<u32>) {
    let position = position_of(index);
    if is_draw() {
        write64(2u * row, pixel(position));
        return;
    }
    let heights = height(position);
    write_direction(row, on_parallel(heights.x, heights.y, azimuth(position)));
}
