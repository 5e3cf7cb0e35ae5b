//! Whole numbers as people write them: `1000`, `1_000_000`, `1e6`, `2.5e3`.

/// The number, exactly; `None` for text that is no number, no whole number, or too large.
pub(super) fn parse_integer(text: &str) -> Option<u64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if mantissa.ends_with('.') {
        return None;
    }
    let mut number = digits(whole, 0)?;
    // Trailing zeros of the fraction say nothing; what is left must be shifted out whole.
    let fraction = fraction.trim_end_matches('0');
    let shift = usize::try_from(exponent).ok()?;
    let rest = shift.checked_sub(fraction.len())?;
    if !fraction.is_empty() {
        number = digits(fraction, number)?;
    }
    if number == 0 {
        return Some(0);
    }
    (0..rest).try_fold(number, |number, _| number.checked_mul(10))
}

fn parse_exponent(text: &str) -> Option<u32> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let is_plain = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { unsigned.parse().ok() } else { None }
}

/// Appends decimal digits to a number. An underscore may stand between two of them.
fn digits(text: &str, number: u64) -> Option<u64> {
    let groups_are_whole = text.split('_').all(|group| !group.is_empty());
    if !groups_are_whole {
        return None;
    }
    text.bytes().filter(|&byte| byte != b'_').try_fold(number, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::parse_integer;

    #[test]
    fn numbers() {
        let table: [(&str, Option<u64>); 33] = [
            ("0", Some(0)),
            ("7", Some(7)),
            ("007", Some(7)),
            ("1_000_000", Some(1_000_000)),
            ("1e6", Some(1_000_000)),
            ("1E6", Some(1_000_000)),
            ("1e+6", Some(1_000_000)),
            ("2.5e3", Some(2_500)),
            ("1.50e1", Some(15)),
            ("3.0", Some(3)),
            ("0e99", Some(0)),
            ("4503599627370496", Some(1 << 52)),
            ("18446744073709551615", Some(u64::MAX)),
            ("1e19", Some(10_000_000_000_000_000_000)),
            ("18446744073709551616", None),
            ("2e19", None),
            ("1e400", None),
            ("1e99999999999", None),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1e-3", None),
            ("1.25e1", None),
            ("1.", None),
            (".5e1", None),
            ("e6", None),
            ("1e", None),
            ("1__0", None),
            ("_1", None),
            ("0x10", None),
            ("NaN", None),
            (" 1", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_integer(text), expected, "{text:?}");
        }
    }
}
