// Where to look, in f32: a first guess, and the rows and the window of longitudes that nothing nearer can
// be outside of. As in `cap.rs`; what f32 is rounded by only makes the cap wider.

// Windows in the table, less the two that are looked at beyond.
const MOST_WINDOW: u32 = 32u;
const PI: f32 = 3.14159265;
// Twice pi/2 - 1.
const EXCESS: f32 = 1.14159265;
// What a distance can be rounded by, in parts of itself, and how far the row and the longitude of a
// direction can be from where it is. The widest roundings of WGSL make up 19 of 64 parts of the one, and
// 24 of 32 of the other.
const RELATIVE: f32 = 0x1p-18;
const MARGIN: f32 = 0x1p-19;

// A direction seen from the nearer pole: in the south points are counted from the last one, and
// longitudes westwards, which gives the same lattice again.
struct Seen {
    direction: Direction,
    south: bool,
    // Its longitude, 2^64 to the turn, eastwards and as it is seen.
    eastwards: vec2<u32>,
    longitude: vec2<u32>,
    // 1 - |z| and the distance from the axis.
    from_pole: f32,
    radius: f32,
    // The index that a point at this height would have; below 0 in the hole at the pole.
    row: f32,
}

struct Cap {
    first: vec2<u32>,
    last: vec2<u32>,
    window: u32,
}

// F(i + 1).
fn points_of(window: u32) -> u32 {
    return parameters[WINDOWS + 3u * window];
}

// phi^-i turns.
fn width_of(window: u32) -> f32 {
    return parameter_f32(WINDOWS + 3u * window + 1u);
}

// 1 where F(i) points turn eastwards, else -1.
fn east_of(window: u32) -> f32 {
    return select(1.0, -1.0, (window & 1u) == 1u);
}

// The greatest i with phi^(2 i) <= `square`, within the table; 0 if there is none.
fn window_of(square: f32) -> u32 {
    let octave = (bitcast<u32>(max(square, 1.0)) >> 23u) - 127u;
    // log(2) / log(phi^2) in units of 2^-16: the answer, or one less.
    let window = min((octave * 47199u) >> 16u, MOST_WINDOW);
    let next = parameter_f32(WINDOWS + 3u * window + 5u);
    return min(window + u32(next <= square), MOST_WINDOW);
}

// atan(t) / (2 pi t), of the square of |t| <= tan(pi / 8): error 2^-33.
fn arc(square: f32) -> f32 {
    var sum = fma(square, -0.009591162656, 0.01682240502);
    sum = fma(sum, square, -0.02266292012);
    sum = fma(sum, square, 0.03182809684);
    sum = fma(sum, square, -0.05305160562);
    return fma(sum, square, 0.159154943);
}

// The longitude of (x, y), 2^32 to the turn.
fn azimuth(x: vec2<u32>, y: vec2<u32>) -> u32 {
    let east = negated_if(is_negative(x), x);
    let north = negated_if(is_negative(y), y);
    let is_steep = less64(east, north);
    let far = select(east, north, is_steep);
    let near = select(north, east, is_steep);
    if (far.x | far.y) == 0u {
        return 0u;
    }
    // Around the diagonal the angle is counted from it.
    let is_diagonal = float64(near) > 0.41421356 * float64(far);
    let rise = select(near, sub64(near, far), is_diagonal);
    let run = select(far, add64(far, near), is_diagonal);
    let t = float64_signed(rise) / float64(run);
    let turned = bitcast<u32>(i32(round(t * arc(t * t) * 4294967296.0)));
    let octant = turned + select(0u, 0x20000000u, is_diagonal);
    let quarter = select(octant, 0x40000000u - octant, is_steep);
    let half = select(quarter, 0x80000000u - quarter, is_negative(x));
    return select(half, 0u - half, is_negative(y));
}

fn see(direction: Direction) -> Seen {
    let south = is_negative(direction.z);
    let height = negated_if(south, direction.z);
    let below = max(float64_signed(sub64(direction.length, height)), 0.0);
    let from_pole = below / float64(direction.length);
    let eastwards = vec2(0u, azimuth(direction.x, direction.y));
    let mirrored = sub64(golden_turn(parameter64(LAST)), eastwards);
    return Seen(
        direction,
        south,
        eastwards,
        select(eastwards, mirrored, south),
        from_pole,
        sqrt(from_pole * (2.0 - from_pole)),
        from_pole * parameter_f32(HALF_STEPS) - parameter_f32(OFFSET),
    );
}

// The parallel of the first point, which is the edge of the hole: its radius, and the squared distance
// to it on the meridian of the direction.
fn edge(seen: Seen) -> vec2<f32> {
    let from_pole = parameter_f32(OFFSET) / parameter_f32(HALF_STEPS);
    let radius = sqrt(from_pole * (2.0 - from_pole));
    let gap = vec2(from_pole - seen.from_pole, radius - seen.radius);
    return vec2(radius, dot(gap, gap));
}

// The window whose steps are the most nearly square basis, as in `cap.rs`.
fn basis(seen: Seen) -> u32 {
    let is_in_hole = seen.row < 0.0;
    let rim = edge(seen);
    let square = seen.radius * select(seen.radius, rim.x, is_in_hole);
    var window = window_of(PI * 2.23606798 * 2.0 * parameter_f32(HALF_STEPS) * square);
    window = max(window, 1u) - 1u;
    while is_in_hole && window > 0u && is_long(rim, square, window) {
        window--;
    }
    return window;
}

// Whether the long step of a window goes further along the meridian than across.
fn is_long(rim: vec2<f32>, square: f32, window: u32) -> bool {
    let rows = f32(points_of(window + 1u)) / (parameter_f32(HALF_STEPS) * rim.x);
    let turned = 2.0 * PI * width_of(window + 1u);
    return rows * (2.0 * sqrt(rim.y) + rows) > square * turned * turned;
}

// A point close by.
fn guess(seen: Seen) -> vec2<u32> {
    let last = parameter64(LAST);
    var window = basis(seen);
    while window > 0u && less64(last, vec2(points_of(window) + points_of(window + 1u), 0u)) {
        window--;
    }
    let short = points_of(window);
    let long = points_of(window + 1u);
    let reach = 0.5 * f32(short + long);
    let row = max(min(seen.row, float64(last) - reach), reach);
    let turned = east_of(window) * float64_signed(seen.longitude) * 0x1p-64;
    let a = i32(round(row * width_of(window + 2u) - turned * f32(long)));
    let b = i32(round(row * width_of(window + 1u) + turned * f32(short)));
    let at = add64(times(short, a), times(long, b));
    return select(min64(at, last), vec2(0u, 0u), is_negative(at));
}

fn times(points: u32, steps: i32) -> vec2<u32> {
    return negated_if(steps < 0, wide_product(points, u32(abs(steps))));
}

// Where points are that are as near as one whose squared distance this is, and which lies so many
// turns away.
fn cap_of(seen: Seen, nearest: f32, turned: f32) -> Cap {
    let distance = sqrt(nearest) * (1.0 + RELATIVE) + MARGIN;
    let squared = distance * distance;
    let sine = distance * sqrt(max(1.0 - 0.25 * squared, 0.0));
    let height = 1.0 - seen.from_pole;
    let half_steps = parameter_f32(HALF_STEPS);
    let middle = seen.row + height * (0.5 * squared) * half_steps;
    let reach = seen.radius * sine * half_steps + 1.0;

    var square = seen.radius * seen.radius / squared;
    if seen.row < 0.0 {
        let rim = edge(seen);
        let room = max(squared - rim.y, 0x1p-40);
        let across = seen.radius * rim.x;
        square = select(square, max(square, across / room), room < across);
    }
    var window = window_of(PI * PI * (square - EXCESS));
    // The walk begins inside.
    while window > 0u && 0.5 * width_of(window) < abs(turned) {
        window--;
    }
    let last = parameter64(LAST);
    let low = signed64(max(middle - reach, 0.0));
    let high = min64(signed64(max(middle + reach, 0.0)), last);
    return Cap(
        select(low, vec2(0u, 0u), squared >= 2.0 * seen.from_pole),
        select(high, last, squared >= 2.0 * (1.0 + height)),
        window,
    );
}
