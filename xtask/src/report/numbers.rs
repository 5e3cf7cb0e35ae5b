//! Numbers as people read them. What is absent is a dash.

use serde_json::Value;

const ABSENT: &str = "\u{2013}";

/// Text of a number, or a dash.
pub(super) fn or_dash(number: Option<f64>, text: impl Fn(f64) -> String) -> String {
    number.map_or_else(|| ABSENT.to_owned(), text)
}

/// Three digits that count: 1234, 123, 12.3, 1.23, 0.0123, 1.23e-6.
pub(super) fn digits(value: f64) -> String {
    let size = value.abs();
    if size >= 99.95 {
        format!("{value:.0}")
    } else if size >= 9.995 {
        format!("{value:.1}")
    } else if size >= 0.9995 {
        format!("{value:.2}")
    } else if size >= 1e-3 {
        let after = 2.0 - size.log10().floor();
        format!("{value:.*}", after as usize)
    } else if size == 0.0 {
        "0".to_owned()
    } else {
        format!("{value:.1e}")
    }
}

/// A share of one.
pub(super) fn percent(share: f64) -> String {
    if share == 0.0 {
        "0 %".to_owned()
    } else if share < 0.0995 {
        format!("{:.1} %", share * 100.0)
    } else {
        format!("{:.0} %", share * 100.0)
    }
}

/// A whole number, in groups of three digits.
pub(super) fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    let sign = if number < 0.0 { "-" } else { "" };
    sign.to_owned() + &groups.join(",")
}

/// A rate, in the unit that suits it.
pub(super) fn rate(rate: f64) -> String {
    match rate {
        r if r < 1e4 => digits(r),
        r if r < 1e6 => format!("{} k", digits(r / 1e3)),
        r => format!("{} M", digits(r / 1e6)),
    }
}

/// A time, in the unit that suits it.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{} ns", digits(s * 1e9)),
        s if s < 1e-3 => format!("{} µs", digits(s * 1e6)),
        s if s < 1.0 => format!("{} ms", digits(s * 1e3)),
        s => format!("{} s", digits(s)),
    }
}

/// A size in memory, in units of 1,000.
pub(super) fn bytes(bytes: f64) -> String {
    match bytes {
        b if b < 1e3 => format!("{b:.0} B"),
        b if b < 1e6 => format!("{} kB", digits(b / 1e3)),
        b if b < 1e9 => format!("{} MB", digits(b / 1e6)),
        b => format!("{} GB", digits(b / 1e9)),
    }
}

/// A number, or a text that is one: 64-bit counts are texts.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{bytes, digits, number, percent, rate, seconds, whole};

    #[test]
    fn three_digits_count() {
        for (value, expected) in [
            (1234.4, "1234"),
            (99.96, "100"),
            (12.34, "12.3"),
            (9.996, "10.0"),
            (1.0, "1.00"),
            (0.9996, "1.00"),
            (0.5344, "0.534"),
            (0.0123, "0.0123"),
            (0.00123, "0.00123"),
            (5.96e-7, "6.0e-7"),
            (0.0, "0"),
        ] {
            assert_eq!(digits(value), expected, "{value}");
        }
    }

    #[test]
    fn units_suit() {
        assert_eq!([percent(0.5344), percent(1.0), percent(0.0211)], ["53 %", "100 %", "2.1 %"]);
        assert_eq!(percent(0.0), "0 %");
        assert_eq!([whole(0.0), whole(4096.0), whole(-1e6)], ["0", "4,096", "-1,000,000"]);
        assert_eq!([rate(1.5), rate(143_000.0), rate(1.09e9)], ["1.50", "143 k", "1090 M"]);
        assert_eq!(seconds(1.94e-6), "1.94 µs");
        assert_eq!([seconds(4e-8), seconds(0.016), seconds(2.0)], ["40.0 ns", "16.0 ms", "2.00 s"]);
        assert_eq!([bytes(12.0), bytes(2400.0)], ["12 B", "2.40 kB"]);
        assert_eq!([bytes(2.4e8), bytes(2.4e10)], ["240 MB", "24.0 GB"]);
        let read = [json!(2), json!("3"), json!(null), json!("x")].map(|value| number(&value));
        assert_eq!(read, [Some(2.0), Some(3.0), None, None]);
    }
}
