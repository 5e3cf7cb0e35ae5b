//! Numbers of 106 bits, each the sum of two f64: what f64 is measured with. Dekker1971.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// `high + low`, with `high` the f64 nearest to the sum. Operations err by a few units of 2^-104.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wide {
    high: f64,
    low: f64,
}

const PI: Wide = Wide { high: core::f64::consts::PI, low: 1.2246467991473532e-16 };
/// Enough for 106 bits: (pi/4)^29 / 29! is 2^-113.
const LAST_POWER: i64 = 29;

impl Wide {
    pub(crate) const ZERO: Self = Self { high: 0.0, low: 0.0 };

    /// Exactly.
    pub(crate) fn integer(value: i128) -> Self {
        let high = value as f64;
        let low = (value - high as i128) as f64;
        Self { high, low }
    }

    /// The ratio of two integers.
    pub(crate) fn ratio(numerator: i128, denominator: i128) -> Self {
        Self::integer(numerator) / Self::integer(denominator)
    }

    pub(crate) fn root(self) -> Self {
        if self.high == 0.0 {
            return Self::ZERO;
        }
        // One step of Newton's method doubles the digits of the estimate.
        let estimate = Self::from(self.high.sqrt());
        (estimate + self / estimate) * Self::from(0.5)
    }

    /// `[cos, sin]` of `turn` / 2^64 turns.
    pub(crate) fn cos_sin(turn: u64) -> [Self; 2] {
        let quarter = turn.wrapping_add(1 << 61) >> 62;
        let remainder = turn.wrapping_sub(quarter << 62).cast_signed();
        Self::cos_sin_from(quarter, Self::ratio(remainder.into(), 1 << 62))
    }

    /// `[cos, sin]` at `quarter` quarters of a circle and as many more as `rest` says, in \[-1/2, 1/2\].
    pub(crate) fn cos_sin_from(quarter: u64, rest: Self) -> [Self; 2] {
        let angle = rest * PI * Self::from(0.5);
        let [mut cos, mut sin] = [Self::ZERO; 2];
        let mut term = Self::from(1.0);
        for power in 0..=LAST_POWER {
            let sum = if power % 2 == 0 { &mut cos } else { &mut sin };
            *sum = if power % 4 < 2 { *sum + term } else { *sum - term };
            term = term * angle / Self::integer((power + 1).into());
        }
        match quarter % 4 {
            0 => [cos, sin],
            1 => [-sin, cos],
            2 => [-cos, -sin],
            _ => [sin, -cos],
        }
    }

    /// How far a f64 is from this, in units in the last place of the f64 nearest to this.
    pub(crate) fn ulps_to(self, value: f64) -> f64 {
        let unit = self.high.abs().next_up() - self.high.abs();
        // The first difference is exact where the two are within a factor of two.
        ((value - self.high) - self.low).abs() / unit
    }

    pub(crate) fn to_f64(self) -> f64 {
        self.high
    }
}

impl From<f64> for Wide {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Neg for Wide {
    type Output = Self;

    fn neg(self) -> Self {
        Self { high: -self.high, low: -self.low }
    }
}

impl Add for Wide {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let high = sum(self.high, other.high);
        let low = sum(self.low, other.low);
        let middle = quick_sum(high.high, high.low + low.high);
        quick_sum(middle.high, middle.low + low.low)
    }
}

impl Sub for Wide {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Wide {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let high = product(self.high, other.high);
        quick_sum(high.high, high.low + (self.high * other.low + self.low * other.high))
    }
}

impl Div for Wide {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let mut quotient = Self::from(self.high / other.high);
        let mut rest = self;
        for digit in 0..2 {
            if digit > 0 {
                quotient = quotient + Self::from(rest.high / other.high);
            }
            rest = self - quotient * other;
        }
        quotient + Self::from(rest.high / other.high)
    }
}

/// The sum of two f64, exactly.
fn sum(a: f64, b: f64) -> Wide {
    let high = a + b;
    let part = high - a;
    Wide { high, low: (a - (high - part)) + (b - part) }
}

/// The same, if |a| >= |b|.
fn quick_sum(a: f64, b: f64) -> Wide {
    let high = a + b;
    Wide { high, low: b - (high - a) }
}

/// The product of two f64, exactly.
fn product(a: f64, b: f64) -> Wide {
    let high = a * b;
    let [(a1, a2), (b1, b2)] = [halves(a), halves(b)];
    Wide { high, low: ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2 }
}

/// A f64 as the sum of two of 26 bits.
fn halves(value: f64) -> (f64, f64) {
    let scaled = 134_217_729.0 * value;
    let high = scaled - (scaled - value);
    (high, value - high)
}

#[test]
fn the_ruler_is_finer_than_what_it_measures() {
    let small = 2.0_f64.powi(-90);
    let one = Wide::from(1.0);
    let near = |a: Wide, b: Wide| assert!((a - b).to_f64().abs() < small, "{a:?} {b:?}");
    let table = include_str!("../data/sincos_turns.csv");
    for line in table.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let turn = line.split(',').next().unwrap().parse().unwrap();
        let [cos, sin] = Wide::cos_sin(turn);
        near(cos * cos + sin * sin, one);
        // The turn twice as large, by the sum formula.
        let [cos2, sin2] = Wide::cos_sin(turn << 1);
        near(cos2, cos * cos - sin * sin);
        near(sin2, (sin * cos) + (sin * cos));
        for (ours, theirs) in [cos, sin].iter().zip(line.split(',').skip(1)) {
            assert_eq!(ours.to_f64(), theirs.parse::<f64>().unwrap(), "turn {turn}");
        }
    }
    for value in [1, 2, 3, (1 << 62) - 1, u64::MAX.into()] {
        let value = Wide::integer(value);
        let root = value.root();
        near(root * root / value, one);
        near(value / value, one);
    }
}
