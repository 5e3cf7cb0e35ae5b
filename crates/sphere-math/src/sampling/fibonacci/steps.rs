//! How the points of a Fibonacci lattice follow one another within a range of longitudes.
//!
//! F(i) points on, the longitude has moved by (-1)^i phi^-i turns, and no smaller number of points
//! moves it by less than phi^-(i - 1). So the points in a window of longitudes that is phi^-i turns
//! wide follow one another at F(i + 1) points, or, where that leaves the window on one side, at
//! F(i + 2) points, which move it to the other side: the three-gap theorem of Sos1958 for the one
//! width at which only two gaps are left.

use crate::convert::from_signed;

/// The number of windows; phi^-72 turns are less than what f64 directions can tell apart.
const WINDOWS: usize = 73;

const PHI_SQUARED: f64 = 2.618_033_988_749_895;

/// A window of longitudes, phi^-i turns wide, and the steps between the points in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// 1 where F(i) points turn eastwards (i even), else -1.
    pub(super) east: f64,
    /// Half of its width, in turns.
    pub(super) half: f64,
    /// F(i + 1) points, which turn by `short_turn` (in turns) against `east`.
    pub(super) short: f64,
    pub(super) short_turn: f64,
    /// F(i + 2) points, which turn by `long_turn` with `east`.
    pub(super) long: f64,
    pub(super) long_turn: f64,
}

/// A point of a window: its index, exactly, and by how many turns it lies with `east` of the middle.
pub(super) type Place = (f64, f64);

/// The windows from the whole circle (i = 0) down.
pub(super) static WINDOW: [Window; WINDOWS] = {
    let mut table =
        [Window { east: 1.0, half: 0.5, short: 1.0, short_turn: 0.0, long: 1.0, long_turn: 0.0 };
            WINDOWS];
    let mut index = 0;
    while index < WINDOWS {
        let window = &mut table[index];
        window.half = 0.5 * POWERS[index];
        window.short_turn = POWERS[index + 1];
        window.long_turn = POWERS[index + 2];
        if index > 0 {
            let Window { east, short, long, .. } = table[index - 1];
            let window = &mut table[index];
            (window.east, window.short, window.long) = (-east, long, short + long);
        }
        index += 1;
    }
    table
};

/// phi^-i. Each from its own reciprocal: the differences of ever smaller ones would lose digits.
pub(super) const POWERS: [f64; WINDOWS + 2] = {
    let mut table = [1.0; WINDOWS + 2];
    let mut index = 1;
    while index < table.len() {
        table[index] = if index == 1 { PHI_SQUARED - 2.0 } else { table[index - 2] / PHI_SQUARED };
        index += 1;
    }
    table
};

/// phi^(2 i).
pub(super) static SQUARES: [f64; WINDOWS + 1] = {
    let mut table = [1.0; WINDOWS + 1];
    let mut index = 1;
    while index < table.len() {
        table[index] = table[index - 1] * PHI_SQUARED;
        index += 1;
    }
    table
};

impl Window {
    /// The next point of the window.
    #[inline(always)]
    pub(super) fn next(&self, (at, across): Place) -> Place {
        self.step((at, across), 1.0, across >= self.short_turn - self.half)
    }

    /// The previous point of the window.
    #[inline(always)]
    pub(super) fn previous(&self, (at, across): Place) -> Place {
        self.step((at, across), -1.0, across < self.long_turn - self.half)
    }

    /// By products, not by a branch that nobody can foresee. Exact in the index, whose steps differ
    /// by F(i); the turns of both steps together are the width of the window.
    #[inline(always)]
    fn step(&self, (at, across): Place, sign: f64, is_short: bool) -> Place {
        let short = if is_short { sign } else { 0.0 };
        let points = sign * self.long - short * (self.long - self.short);
        let turned = sign * self.long_turn - short * (2.0 * self.half);
        (at + points, across + turned)
    }
}

/// How many turns it is eastwards from one longitude to another, in \[-1/2, 1/2).
#[inline(always)]
pub(super) fn turns(from: u64, to: u64) -> f64 {
    const TURN: f64 = (1_u128 << 64) as f64;
    from_signed(to.wrapping_sub(from).cast_signed()) * (1.0 / TURN)
}

/// The greatest i with phi^(2 i) <= `square`, within the table; 0 if there is none.
#[inline(always)]
pub(super) fn window_of(square: f64) -> usize {
    const BIAS: u64 = 1_023;
    // log(2) / log(phi²) in units of 2^-16. A factor of 2 is less than a factor of phi², so that
    // the greatest i for the power of two below `square` is the answer or one less.
    const PER_OCTAVE: u64 = 47_199;
    let octave = (square.max(1.0).to_bits() >> 52) - BIAS;
    let index = ((octave * PER_OCTAVE) >> 16).min(WINDOWS as u64 - 1) as usize;
    let next = SQUARES[index + 1] <= square;
    (index + usize::from(next)).min(WINDOWS - 1)
}

#[cfg(test)]
mod tests {
    use super::{SQUARES, WINDOW, WINDOWS, turns, window_of};
    use crate::sampling::fibonacci::{GOLDEN_ANGLE, turn};

    fn longitude(index: u64) -> u64 {
        turn(index).0
    }

    #[test]
    fn steps_turn_as_points_do() {
        for (index, window) in WINDOW.iter().enumerate() {
            let width = 1.0 / SQUARES[index].sqrt();
            assert!((2.0 * window.half / width - 1.0).abs() < 1e-13, "{index}");
            assert_eq!(window.east, if index % 2 == 0 { 1.0 } else { -1.0 });
            // F(1) points turn by phi^-2 = 1 - phi^-1.
            let short = if index == 0 { window.short_turn - 1.0 } else { window.short_turn };
            for (points, against) in [(window.short, short), (window.long, -window.long_turn)] {
                let turned = window.east * turns(longitude(points as u64), 0);
                assert!((turned - against).abs() < 1e-16, "{index}: {turned:e} {against:e}");
            }
        }
    }

    /// Multiples of them are what the search in lanes finds its cell by.
    #[test]
    fn turns_keep_their_digits() {
        const TURN: f64 = (1_u128 << 64) as f64 * (1_u128 << 64) as f64;
        for window in &WINDOW[1..40] {
            let turned =
                GOLDEN_ANGLE.wrapping_mul(window.short as u128).cast_signed() as f64 / TURN;
            assert!((turned.abs() / window.short_turn - 1.0).abs() < 1e-15, "{window:?}");
        }
    }

    #[test]
    fn the_window_of_a_square() {
        assert_eq!([f64::MIN, -1.0, 0.0, f64::NAN, 1.0, 2.6].map(window_of), [0; 6]);
        assert_eq!(window_of(f64::INFINITY), WINDOWS - 1);
        for (index, &square) in SQUARES[..WINDOWS].iter().enumerate() {
            assert_eq!(window_of(square), index);
            assert_eq!(window_of(square.next_down()), index.saturating_sub(1));
            assert_eq!(window_of(1.9 * square), index);
        }
    }

    /// The theorem that the search rests on, against every index one by one.
    #[test]
    fn no_point_of_a_window_lies_between_two_steps() {
        for (index, window) in WINDOW.iter().enumerate().take(15) {
            for middle in (0..40_u64).map(|k| k.wrapping_mul(0x9E37_79B9_7F4A_7C15)) {
                let place = |at| (at as f64, window.east * turns(middle, longitude(at)));
                let inside: Vec<_> = (0..20_000)
                    .map(place)
                    .filter(|(_, across)| (-window.half..window.half).contains(across))
                    .collect();
                for pair in inside.windows(2) {
                    let (next, previous) = (window.next(pair[0]), window.previous(pair[1]));
                    assert_eq!((next.0, previous.0), (pair[1].0, pair[0].0), "window {index}");
                    assert!((next.1 - pair[1].1).abs() < 1e-15, "window {index}");
                    assert!((previous.1 - pair[0].1).abs() < 1e-15, "window {index}");
                }
            }
        }
    }
}
