// The points of a lattice that are nearest to directions, by integers. The table holds the directions in
// columns: x of all rows, then y, then z, as f32. What is no direction gets the index 2^64 - 1. What is
// where among the parameters `lattice.wgsl` says.

// A walk that takes more steps has gone astray: on a device that computes something else it could last
// for ever. In the widest hole there are half as many.
const MOST_STEPS: u32 = 8192u;

// The nearest point so far.
struct Nearest {
    product: vec2<u32>,
    index: vec2<u32>,
}

// Offers a point, counted as it is seen; returns how many turns it lies beyond the direction.
fn offer(best: ptr<function, Nearest>, seen: Seen, at: vec2<u32>) -> f32 {
    let index = select(at, sub64(parameter64(LAST), at), seen.south);
    let turn = golden_turn(index);
    let found = product(seen.direction, index, turn);
    let ahead = sub64(found, (*best).product);
    let is_equal = (ahead.x | ahead.y) == 0u;
    if select(!is_negative(ahead), less64(index, (*best).index), is_equal) {
        *best = Nearest(found, index);
    }
    return select(1.0, -1.0, seen.south) * float64_signed(sub64(turn, seen.eastwards)) * 0x1p-64;
}

// Walks up and down from a guess through all points of a cap, as in `mod.rs`.
fn nearest(seen: Seen) -> vec2<u32> {
    let start = guess(seen);
    // Less than any product.
    var best = Nearest(vec2(0u, 0xc0000000u), vec2(0xffffffffu, 0xffffffffu));
    let turned = offer(&best, seen, start);
    let cap = cap_of(seen, squared_distance(seen.direction, best.product), turned);

    let short = vec2(points_of(cap.window), 0u);
    let long = vec2(points_of(cap.window + 1u), 0u);
    let east = east_of(cap.window);
    let half = 0.5 * width_of(cap.window);
    let least = width_of(cap.window + 1u) - half;
    var across = east * turned;
    var at = add64(start, select(long, short, across >= least));
    var left = MOST_STEPS;
    while left > 0u && !less64(cap.last, at) {
        left--;
        across = east * offer(&best, seen, at);
        at = add64(at, select(long, short, across >= least));
    }
    let most = width_of(cap.window + 2u) - half;
    across = east * turned;
    var step = select(long, short, across < most);
    at = start;
    while left > 0u && !less64(at, add64(cap.first, step)) {
        left--;
        at = sub64(at, step);
        across = east * offer(&best, seen, at);
        step = select(long, short, across < most);
    }
    return best.index;
}

// A component of a direction: `mantissa` 2^38, cut off so many bits further down.
fn component(word: u32, mantissa: u32, down: u32) -> vec2<u32> {
    return negated_if(word >> 31u == 1u, shift_right64(vec2(0u, mantissa << 6u), min(down, 63u)));
}

fn point(row: u32, index: vec2<u32>) {
    let count = header.z;
    let words = vec3(table[row], table[count + row], table[2u * count + row]);
    // By its bits: a device need not know what is denormal or no number.
    let exponents = (words >> vec3(23u)) & vec3(0xffu);
    let leading = select(vec3(0u), vec3(0x800000u), exponents > vec3(0u));
    var mantissas = (words & vec3(0x7fffffu)) | leading;
    let all = mantissas.x | mantissas.y | mantissas.z;
    let most = max(exponents.x, max(exponents.y, exponents.z));
    if all == 0u || most == 255u {
        write64(2u * row, vec2(0xffffffffu, 0xffffffffu));
        return;
    }
    // More than nothing only where all of them are denormal.
    mantissas <<= vec3(countLeadingZeros(all) - 8u);
    let down = max(vec3(most), vec3(1u)) - max(exponents, vec3(1u));
    let x = component(words.x, mantissas.x, down.x);
    let y = component(words.y, mantissas.y, down.y);
    let z = component(words.z, mantissas.z, down.z);
    let squares = add64(add64(square_of(x), square_of(y)), square_of(z));
    write64(2u * row, nearest(see(Direction(x, y, z, root64(squares)))));
}

// 2^-64 of it.
fn square_of(value: vec2<u32>) -> vec2<u32> {
    return mul64_high_signed(value, value);
}
