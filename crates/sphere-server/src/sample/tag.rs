//! Entity tags.

use hyper::header::HeaderValue;

/// An entity tag as it stands in a header: 32 hexadecimal digits in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag([u8; 34]);

impl Tag {
    /// The tag as text.
    pub(crate) fn as_str(&self) -> &str {
        // Quotes and digits, always.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).unwrap_or(HeaderValue::from_static("\"\""))
    }
}

/// A hash of 128 bits, by multiplication of 8 bytes at a time: told apart are requests, which nobody
/// gains by confusing, and each asks. The same on every machine, so that servers agree.
pub(crate) struct TagHash(u128);

impl TagHash {
    pub(crate) fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    /// Adds a field and its length: fields do not run into one another.
    pub(crate) fn add(&mut self, field: &[u8]) {
        for chunk in field.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
        self.mix(field.len() as u64);
    }

    /// Odd, so that the product loses nothing; the high half, where all bits meet, goes down.
    fn mix(&mut self, word: u64) {
        const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
        self.0 = (self.0 ^ u128::from(word)).wrapping_mul(FACTOR);
        self.0 ^= self.0 >> 64;
    }

    pub(crate) fn tag(mut self) -> Tag {
        self.mix(0);
        self.mix(0);
        let mut tag = [b'"'; 34];
        for (at, digit) in tag[1..33].iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(self.0 >> (124 - 4 * at) & 15) as usize];
        }
        Tag(tag)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::TagHash;

    fn tag(fields: &[&str]) -> String {
        let mut hash = TagHash::new();
        for field in fields {
            hash.add(field.as_bytes());
        }
        hash.tag().as_str().to_string()
    }

    #[test]
    fn a_tag_is_quoted_and_the_same_for_ever() {
        let empty = tag(&[]);
        assert_eq!(empty.len(), 34);
        assert!(empty.starts_with('"') && empty.ends_with('"'));
        assert_eq!(tag(&["count", "10"]), "\"6383a8f0f9192cfbd2373b2a47b61f62\"");
    }

    #[test]
    fn fields_are_told_apart() {
        let alike = [
            tag(&["ab", "c"]),
            tag(&["a", "bc"]),
            tag(&["abc"]),
            tag(&["abc", ""]),
            tag(&["abc\0"]),
            tag(&["12345678", "9"]),
            tag(&["123456789"]),
        ];
        assert_eq!(alike.iter().collect::<HashSet<_>>().len(), alike.len());
    }

    #[test]
    fn numbers_close_to_one_another_have_tags_far_apart() {
        let tags: Vec<u128> = (0..2_000)
            .map(|number| {
                u128::from_str_radix(tag(&[&number.to_string()]).trim_matches('"'), 16).unwrap()
            })
            .collect();
        for (i, a) in tags.iter().enumerate() {
            for b in &tags[..i] {
                assert!((a ^ b).count_ones() > 24);
            }
        }
    }
}
