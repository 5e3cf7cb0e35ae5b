//! The formats by name, suffix and media type.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// How an array of points is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A line of column names, then a line per point; shortest decimals that read back exactly.
    Csv,
    /// `NumPy`'s array file, version 1.0: shape (rows, columns), C order, little-endian.
    Npy,
    /// The data of `npy` without its header.
    Raw,
    /// An object with the column names, the parameters, and `points`, an array of arrays.
    Json,
    /// Apache Parquet: a column per coordinate, in row groups, compressed with zstd.
    Parquet,
    /// Apache Arrow's file (Feather version 2): a column per coordinate, in record batches, compressed
    /// with zstd.
    Arrow,
    /// Stanford's polygon file, binary little-endian: a vertex per point, and no faces.
    Ply,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Npy, Self::Raw, Self::Json, Self::Parquet, Self::Arrow, Self::Ply];

    /// The name that users write.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Npy => "npy",
            Self::Raw => "raw",
            Self::Json => "json",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Ply => "ply",
        }
    }

    /// The suffix of its files, without the dot: what [`from_path`](Format::from_path) reads.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        self.name()
    }

    /// The media type for HTTP. PLY has none of its own that is registered.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Npy | Self::Raw | Self::Ply => "application/octet-stream",
            Self::Json => "application/json",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.file",
        }
    }

    /// Whether a person can read it on a terminal.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Json)
    }

    /// Whether a file is a head and then the values as they are, row by row and little-endian, so that
    /// its length is known before it is made and any part of it is a range of rows.
    #[must_use]
    pub const fn has_plain_rows(self) -> bool {
        matches!(self, Self::Npy | Self::Raw | Self::Ply)
    }

    /// The format that a file's [`suffix`](Format::suffix) stands for, in upper or lower case; `bin`
    /// is raw too, and `feather` is Arrow. `None` without a suffix or for any other.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let suffix = path.extension()?.to_str()?.to_ascii_lowercase();
        match suffix.as_str() {
            "bin" => Some(Self::Raw),
            "feather" => Some(Self::Arrow),
            name => name.parse().ok(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that is no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("format is '{0}'; it must be one of csv, npy, raw, json, parquet, arrow, ply")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat(name.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Format;

    #[test]
    fn names_and_suffixes_read_back_and_are_all_in_the_message() {
        let message = "what".parse::<Format>().unwrap_err().to_string();
        for format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
            assert!(message.contains(format.name()), "{message}");
            let file = format!("points.{}", format.suffix());
            assert_eq!(Format::from_path(Path::new(&file)), Some(format), "{file}");
        }
    }

    #[test]
    fn suffixes() {
        let table = [
            ("points.csv", Some(Format::Csv)),
            ("POINTS.NPY", Some(Format::Npy)),
            ("a.b/points.raw", Some(Format::Raw)),
            ("points.bin", Some(Format::Raw)),
            ("points.tar.json", Some(Format::Json)),
            ("points.parquet", Some(Format::Parquet)),
            ("points.Feather", Some(Format::Arrow)),
            ("points.ply", Some(Format::Ply)),
            ("points.txt", None),
            ("csv", None),
            (".csv", None),
            ("points.", None),
        ];
        for (path, format) in table {
            assert_eq!(Format::from_path(Path::new(path)), format, "{path}");
        }
    }
}
