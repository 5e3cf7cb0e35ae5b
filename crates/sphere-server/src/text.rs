//! Short texts for headers, which every response has: made without the formatting machinery, whose
//! cost shows there.

use bytes::{BufMut as _, Bytes, BytesMut};
use hyper::header::HeaderValue;

/// A text that grows in place.
pub(crate) struct HeaderText(BytesMut);

impl HeaderText {
    pub(crate) fn new() -> Self {
        Self(BytesMut::with_capacity(64))
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.0.put_slice(text.as_bytes());
        self
    }

    pub(crate) fn decimal(self, number: u64) -> Self {
        self.digits::<10>(number)
    }

    pub(crate) fn hexadecimal(self, number: u64) -> Self {
        self.digits::<16>(number)
    }

    fn digits<const BASE: u64>(mut self, mut number: u64) -> Self {
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = b"0123456789abcdef"[(number % BASE) as usize];
            number /= BASE;
            if number == 0 {
                break;
            }
        }
        self.0.put_slice(&digits[first..]);
        self
    }

    /// The value; empty if it has what no header can hold, which our texts have not.
    pub(crate) fn value(self) -> HeaderValue {
        HeaderValue::from_maybe_shared(Bytes::from(self.0)).unwrap_or(HeaderValue::from_static(""))
    }
}

#[cfg(test)]
mod tests {
    use super::HeaderText;

    #[test]
    fn numbers_are_written_as_the_library_does() {
        for number in [0, 1, 9, 10, 255, 1 << 32, u64::MAX] {
            let text = HeaderText::new().decimal(number).text("-").hexadecimal(number).value();
            assert_eq!(text, format!("{number}-{number:x}"));
        }
        assert_eq!(HeaderText::new().text("a\nb").value(), "");
    }
}
