//! How much is looked after, as text.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One in so many. Written `1/1000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction(pub NonZeroU64);

/// A text that is no fraction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is no such fraction; write 1/1000 for one point in a thousand, 1/1 for all")]
pub struct FractionError {
    /// What was given, as far as a message has use for it.
    pub text: String,
}

impl FromStr for Fraction {
    type Err = FractionError;

    fn from_str(text: &str) -> Result<Self, FractionError> {
        let one_in = text.strip_prefix("1/").and_then(|one_in| one_in.parse().ok());
        one_in.map(Self).ok_or_else(|| FractionError { text: text.chars().take(64).collect() })
    }
}

impl TryFrom<String> for Fraction {
    type Error = FractionError;

    fn try_from(text: String) -> Result<Self, FractionError> {
        text.parse()
    }
}

impl From<Fraction> for String {
    fn from(fraction: Fraction) -> Self {
        fraction.to_string()
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1/{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_read_back_and_others_are_refused() {
        for text in ["1/1", "1/1000", "1/18446744073709551615"] {
            assert_eq!(text.parse::<Fraction>().unwrap().to_string(), text);
        }
        for text in ["", "1", "1/0", "2/3", "1/-5", "0.001", "1/1000 ", "1/x"] {
            let error = text.parse::<Fraction>().unwrap_err().to_string();
            assert!(error.contains("1/1000"), "{error}");
        }
    }
}
