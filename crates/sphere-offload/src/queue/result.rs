//! What a job leaves behind.

use serde::{Deserialize, Serialize};

use super::BlobId;

/// What a worker says that the result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The job itself: a pure function, whose chunks were all reported.
    Recipe,
    /// Bytes that were stored.
    Stored {
        /// Under this name.
        blob: BlobId,
    },
}

/// Where the result is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum JobResult {
    /// Whoever wants a part computes it again, and compares.
    Recipe {
        /// Points altogether.
        points: u64,
        /// What to compare with.
        chunks: Chunks,
    },
    /// Bytes that are stored.
    Stored {
        /// Under this name, which is their SHA-256.
        blob: BlobId,
        /// How many.
        bytes: u64,
    },
}

/// A checksum for every so many points, from the first point on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunks {
    /// Points of each chunk but the last.
    pub points: u64,
    /// In order.
    pub checksums: Checksums,
}

impl Chunks {
    /// As many as so many points have.
    #[must_use]
    pub fn cover(&self, total: u64) -> bool {
        self.points > 0 && total.div_ceil(self.points) == self.checksums.0.len() as u64
    }
}

/// Hashes of 64 bits. In JSON one text, 16 hexadecimal digits each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Checksums(pub Vec<u64>);

impl From<Checksums> for String {
    fn from(checksums: Checksums) -> Self {
        use std::fmt::Write as _;

        let mut text = Self::with_capacity(16 * checksums.0.len());
        for checksum in checksums.0 {
            // A text takes whatever is written to it.
            let _ = write!(text, "{checksum:016x}");
        }
        text
    }
}

impl TryFrom<String> for Checksums {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let one = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() == 16)?;
            u64::from_str_radix(digits, 16).ok()
        };
        let all: Option<_> = text.as_bytes().chunks(16).map(one).collect();
        all.map(Self).ok_or("checksums have 16 hexadecimal digits each")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_one_text() {
        let checksums = Checksums(vec![1, u64::MAX]);
        let json = serde_json::to_string(&checksums).unwrap();
        assert_eq!(json, "\"0000000000000001ffffffffffffffff\"");
        assert_eq!(serde_json::from_str::<Checksums>(&json).unwrap(), checksums);
        for bad in ["\"0\"", "\"000000000000000g\"", "\"00000000000000010\"", "[1]"] {
            assert!(serde_json::from_str::<Checksums>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn chunks_cover_all_points_or_not() {
        let chunks = |points, sums| Chunks { points, checksums: Checksums(vec![0; sums]) };
        for (points, sums, total, covered) in
            [(10, 2, 20, true), (10, 3, 21, true), (10, 2, 21, false), (0, 0, 0, false)]
        {
            assert_eq!(chunks(points, sums).cover(total), covered, "{points} {sums} {total}");
        }
    }
}
