//! Points worked out from their draws, which are exact, in 106 bits.

use sphere_math::sampling::{Method, Placement, Scheme};

use super::wide::Wide;

/// The coordinates of the point with this index and these raw integers.
pub(crate) fn point(scheme: Scheme, index: u64, draw: &[u64]) -> Vec<Wide> {
    match scheme {
        Scheme::Fibonacci { total, placement } => {
            let offset = match placement {
                Placement::Quadrature => 0.5,
                Placement::Offset(offset) => offset,
                other => panic!("no offset is known of {other:?}"),
            };
            fibonacci(total, offset, index, draw[0])
        }
        Scheme::Disk { total } => {
            let radius = Wide::ratio(2 * i128::from(index) + 1, 2 * i128::from(total)).root();
            Wide::cos_sin(draw[0]).map(|c| radius * c).into()
        }
        Scheme::Random { method: Method::Cylinder, .. } => {
            let from_pole = 2 * i128::from(draw[0] >> 11) + 1;
            cylinder(from_pole, 1 << 53, Wide::cos_sin(draw[1]))
        }
        Scheme::Random { method: Method::Disk, .. } => marsaglia(draw),
        Scheme::Random { method: Method::Ball, .. } => ball(draw),
        Scheme::Sobol { .. } => cylinder((draw[0] >> 11).into(), 1 << 52, Wide::cos_sin(draw[1])),
        Scheme::Pixels { order, .. } => pixel(1 << order, draw[0].into()),
    }
}

/// z = 1 - u, r² = u (2 - u), for u = `from_pole` / `unit`: both factors are exact.
fn cylinder(from_pole: i128, unit: i128, cos_sin: [Wide; 2]) -> Vec<Wide> {
    let to_pole = 2 * unit - from_pole;
    let radius = (Wide::ratio(from_pole, unit) * Wide::ratio(to_pole, unit)).root();
    let [cos, sin] = cos_sin;
    vec![radius * cos, radius * sin, Wide::ratio(unit - from_pole, unit)]
}

fn fibonacci(total: u64, offset: f64, index: u64, turn: u64) -> Vec<Wide> {
    let last = i128::from(total) - 1;
    let index = i128::from(index);
    let twice = |k: i128| Wide::integer(2 * k) + Wide::from(2.0 * offset);
    let steps = Wide::integer(last) + Wide::from(2.0 * offset);
    let radius = (twice(index) / steps * (twice(last - index) / steps)).root();
    let [cos, sin] = Wide::cos_sin(turn);
    vec![radius * cos, radius * sin, Wide::integer(last - 2 * index) / steps]
}

/// Four 32-bit words as signed numbers in units of 2^-31.
fn signed(draw: &[u64]) -> [i128; 4] {
    let [a, b] = [draw[0], draw[1]].map(|pair| [pair as u32, (pair >> 32) as u32]);
    [a[0], a[1], b[0], b[1]].map(|word| i128::from(word.cast_signed()))
}

fn marsaglia(draw: &[u64]) -> Vec<Wide> {
    const ONE: i128 = 1 << 62;
    let [a, b, c, d] = signed(draw);
    let first = a * a + b * b;
    let ([a, b], s) =
        if (1..=ONE).contains(&first) { ([a, b], first) } else { ([c, d], c * c + d * d) };
    let scale = Wide::integer(ONE - s).root() / Wide::integer(ONE / 2);
    vec![Wide::integer(a) * scale, Wide::integer(b) * scale, Wide::ratio(ONE / 2 - s, ONE / 2)]
}

fn ball(draw: &[u64]) -> Vec<Wide> {
    let [a, b, c, _] = signed(draw).map(|word| word | 1);
    let norm = Wide::integer(a * a + b * b + c * c).root();
    [a, b, c].map(|coordinate| Wide::integer(coordinate) / norm).into()
}

/// Gorski2005, equations 4 to 9, for the pixel with this RING number.
fn pixel(nside: i128, number: i128) -> Vec<Wide> {
    let whole = 3 * nside * nside;
    let cap = 2 * nside * (nside - 1);
    if (cap..12 * nside * nside - cap).contains(&number) {
        let (ring, place) = ((number - cap) / (4 * nside) + nside, (number - cap) % (4 * nside));
        let shifted = 1 - (ring - nside) % 2;
        // u = 1 - z = (2 i - N) / 3 N.
        return cylinder(2 * ring - nside, 3 * nside, longitude(2 * place + shifted, nside));
    }
    let is_north = number < cap;
    let from_pole = if is_north { number } else { 12 * nside * nside - 1 - number };
    let mut ring = (from_pole as f64 / 2.0).sqrt() as i128;
    while 2 * ring * (ring + 1) <= from_pole {
        ring += 1;
    }
    while 2 * ring * (ring - 1) > from_pole {
        ring -= 1;
    }
    let place = from_pole - 2 * ring * (ring - 1);
    let place = if is_north { place } else { 4 * ring - 1 - place };
    let mut point = cylinder(ring * ring, whole, longitude(2 * place + 1, ring));
    if !is_north {
        point[2] = -point[2];
    }
    point
}

/// `[cos, sin]` at `along` / 2 `quarter` quarters of a circle.
fn longitude(along: i128, quarter: i128) -> [Wide; 2] {
    let nearest = (along + quarter) / (2 * quarter);
    let rest = Wide::ratio(along - nearest * 2 * quarter, 2 * quarter);
    Wide::cos_sin_from(nearest as u64, rest)
}
