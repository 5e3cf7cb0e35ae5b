//! Indices of points, as files and responses hold them.

use std::fmt::Write as _;

use crate::Format;
use crate::encoder::npy::head_of_shape;

/// A format that holds no indices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("format {0} does not hold indices; use csv, npy, raw or json")]
pub struct NoIndices(pub Format);

/// Turns indices into bytes, block by block: CSV with the heading `index`, npy of shape (n,) and type
/// `<u8`, raw (npy's data), or JSON as `{"indices":["5","7"]}`, where 64-bit numbers are texts.
#[derive(Clone, Copy, Debug)]
pub struct IndexEncoder {
    format: Format,
    written: bool,
}

impl IndexEncoder {
    /// An encoder at its beginning.
    ///
    /// # Errors
    /// A format that has no place for integers.
    pub fn new(format: Format) -> Result<Self, NoIndices> {
        match format {
            Format::Csv | Format::Npy | Format::Raw | Format::Json => {
                Ok(Self { format, written: false })
            }
            Format::Parquet | Format::Arrow | Format::Ply => Err(NoIndices(format)),
        }
    }

    /// What comes before the first of `count` indices.
    #[must_use]
    pub fn begin(&self, count: u64) -> Vec<u8> {
        match self.format {
            Format::Csv => b"index\n".to_vec(),
            Format::Npy => head_of_shape("<u8", &format!("({count},)")),
            Format::Json => b"{\"indices\":[".to_vec(),
            _ => Vec::new(),
        }
    }

    /// Some indices.
    pub fn indices(&mut self, indices: &[u64]) -> Vec<u8> {
        let mut text = String::new();
        for index in indices {
            // Writing to a string cannot fail.
            let _ = match self.format {
                Format::Csv => writeln!(text, "{index}"),
                Format::Json if self.written => write!(text, ",\"{index}\""),
                Format::Json => write!(text, "\"{index}\""),
                _ => return indices.iter().flat_map(|index| index.to_le_bytes()).collect(),
            };
            self.written = true;
        }
        text.into_bytes()
    }

    /// What comes after the last.
    #[must_use]
    pub fn end(&self) -> &'static [u8] {
        if self.format == Format::Json { b"]}\n" } else { b"" }
    }
}

#[cfg(test)]
mod tests {
    use super::IndexEncoder;
    use crate::Format;

    fn file(format: Format, blocks: &[&[u64]]) -> Vec<u8> {
        let mut encoder = IndexEncoder::new(format).unwrap();
        let mut file = encoder.begin(blocks.concat().len() as u64);
        for block in blocks {
            file.extend(encoder.indices(block));
        }
        file.extend(encoder.end());
        file
    }

    #[test]
    fn files_as_they_look() {
        let blocks: [&[u64]; 3] = [&[5], &[], &[7, u64::MAX]];
        let table = [
            (Format::Csv, "index\n5\n7\n18446744073709551615\n"),
            (Format::Json, "{\"indices\":[\"5\",\"7\",\"18446744073709551615\"]}\n"),
        ];
        for (format, expected) in table {
            assert_eq!(file(format, &blocks), expected.as_bytes());
        }
        let raw = file(Format::Raw, &blocks);
        assert_eq!(raw[..16], [5, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
        let npy = file(Format::Npy, &blocks);
        assert_eq!(npy[npy.len() - 24..], raw);
        assert!(
            String::from_utf8_lossy(&npy)
                .contains("'descr': '<u8', 'fortran_order': False, 'shape': (3,)")
        );
        assert_eq!(file(Format::Json, &[]), b"{\"indices\":[]}\n");
    }

    #[test]
    fn formats_of_coordinates_alone() {
        let error = IndexEncoder::new(Format::Ply).unwrap_err().to_string();
        assert_eq!(error, "format ply does not hold indices; use csv, npy, raw or json");
    }
}
