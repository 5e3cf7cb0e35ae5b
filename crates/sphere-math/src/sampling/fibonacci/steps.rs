//! How the points of a Fibonacci lattice follow one another within a range of longitudes.
//!
//! F(i) points on, the longitude has moved by (-1)^i phi^-i turns, and no smaller number of points
//! moves it by less than phi^-(i - 1). So the points in a window of longitudes that is phi^-i turns
//! wide follow one another at F(i + 1) points, or, where that leaves the window on one side, at
//! F(i + 2) points, which move it to the other side: the three-gap theorem of Sos1958 for the one
//! width at which only two gaps are left.

use super::turn;

/// The number of windows; phi^-72 turns are less than what f64 directions can tell apart.
const WINDOWS: usize = 73;

/// The units of a signed longitude: 2^62 to the turn, so that a whole turn has room.
const UNITS_PER_WORD: u32 = 2;

/// A turn in these units.
pub(super) const TURN: f64 = (1_u64 << 62) as f64;

const PHI_SQUARED: f64 = 2.618_033_988_749_895;

/// A window of longitudes, phi^-i turns wide, and the steps between the points in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// 1 where F(i) points turn eastwards (i even), else -1.
    pub(super) east: i64,
    /// Half of its width.
    pub(super) half: i64,
    /// F(i + 1) points, which turn by `short_turn` against `east`.
    pub(super) short: i64,
    pub(super) short_turn: i64,
    /// F(i + 2) points, which turn by `long_turn` with `east`.
    pub(super) long: i64,
    pub(super) long_turn: i64,
    /// `short_turn` and `long_turn` in turns.
    pub(super) short_turns: f64,
    pub(super) long_turns: f64,
}

/// The windows from the whole circle (i = 0) down.
pub(super) static WINDOW: [Window; WINDOWS] = windows();

/// phi^(2 i).
static SQUARES: [f64; WINDOWS + 1] = {
    let mut table = [1.0; WINDOWS + 1];
    let mut index = 1;
    while index < table.len() {
        table[index] = table[index - 1] * PHI_SQUARED;
        index += 1;
    }
    table
};

impl Window {
    /// The next point of the window: its index, and how far east of the middle it lies.
    #[inline]
    pub(super) fn next(&self, at: i64, across: i64) -> (i64, i64) {
        if across >= self.short_turn - self.half {
            (at + self.short, across - self.short_turn)
        } else {
            (at + self.long, across + self.long_turn)
        }
    }

    /// The previous point of the window.
    #[inline]
    pub(super) fn previous(&self, at: i64, across: i64) -> (i64, i64) {
        if across < self.long_turn - self.half {
            (at - self.short, across + self.short_turn)
        } else {
            (at - self.long, across - self.long_turn)
        }
    }
}

/// The signed longitude, in units of 2^-62 turns, from one to another.
#[inline]
pub(super) fn signed(from: u64, to: u64) -> i64 {
    to.wrapping_sub(from).cast_signed() >> UNITS_PER_WORD
}

/// The greatest i with phi^(2 i) <= `square`, within the table; 0 if there is none.
#[inline]
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

const fn windows() -> [Window; WINDOWS] {
    let none = Window {
        east: 1,
        half: 0,
        short: 0,
        short_turn: 0,
        long: 0,
        long_turn: 0,
        short_turns: 0.0,
        long_turns: 0.0,
    };
    let mut table = [none; WINDOWS];
    let (mut short, mut long) = (1, 1);
    let mut index = 0;
    while index < WINDOWS {
        let (width, short_turn, long_turn) =
            (width(index, long - short), width(index + 1, short), width(index + 2, long));
        table[index] = Window {
            east: if index.is_multiple_of(2) { 1 } else { -1 },
            half: width / 2,
            short: short.cast_signed(),
            short_turn,
            long: long.cast_signed(),
            long_turn,
            short_turns: short_turn as f64 / TURN,
            long_turns: long_turn as f64 / TURN,
        };
        (short, long) = (long, short + long);
        index += 1;
    }
    table
}

/// phi^-index turns, in units of 2^-62: what F(index) points turn.
const fn width(index: usize, fibonacci: u64) -> i64 {
    let word = turn(fibonacci).0;
    match index {
        0 => 1 << 62,
        // One point on turns by phi^-2 eastwards; F(1) points, seen from the other side, by phi^-1.
        1 => (word.wrapping_neg() >> UNITS_PER_WORD).cast_signed(),
        _ => word.cast_signed().unsigned_abs().cast_signed() >> UNITS_PER_WORD,
    }
}

#[cfg(test)]
mod tests {
    use super::{SQUARES, TURN, WINDOW, WINDOWS, signed, window_of};
    use crate::sampling::fibonacci::turn;

    #[test]
    fn windows_are_powers_of_phi() {
        for (index, window) in WINDOW.iter().enumerate() {
            let width = 2.0 * window.half as f64 / TURN;
            let expected = 1.0 / SQUARES[index].sqrt();
            assert!((width - expected).abs() <= 1e-18 + 1e-13 * expected, "{index}");
            assert!((2 * window.half - window.short_turn - window.long_turn).abs() <= 2, "{index}");
            assert_eq!(window.east, if index % 2 == 0 { 1 } else { -1 });
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
                let inside: Vec<i64> = (0..20_000_i64)
                    .filter(|&k| {
                        let across = window.east * signed(middle, turn(k.cast_unsigned()).0);
                        (-window.half..window.half).contains(&across)
                    })
                    .collect();
                for pair in inside.windows(2) {
                    let across = window.east * signed(middle, turn(pair[0].cast_unsigned()).0);
                    let short = across >= window.short_turn - window.half;
                    let step = if short { window.short } else { window.long };
                    assert_eq!(pair[1] - pair[0], step, "window {index}, {}", pair[0]);
                }
            }
        }
    }
}
