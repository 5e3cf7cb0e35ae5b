//! What was written comes back to the same bits; what is damaged is an error and no more.

use super::{Names, RawShape, ReadError, ReadOptions, Table, read_stream, read_table};
use crate::{Element, Encoder, Format, Header, Precision};

mod damage;
mod foreign;

const MOST_VALUES: u64 = 1 << 20;

fn options(format: Format, columns: usize, precision: Precision) -> ReadOptions {
    let raw = (format == Format::Raw).then_some(RawShape { columns, precision });
    ReadOptions { raw, ..ReadOptions::new(MOST_VALUES) }
}

fn header(columns: usize, rows: usize) -> Header {
    let names = ["x", "y", "z", "a name", "τ"].map(ToString::to_string);
    Header::new(names.into_iter().cycle().take(columns).collect(), rows as u64)
        .with_number("draws", 1)
        .with_texts([("scheme", "sobol"), ("note", "é \"quoted\"\nline "), ("seed", "-0")])
}

/// The file of values, handed over in parts that end where `parts` says, over and over.
fn file<R: Element>(format: Format, columns: usize, values: &[R], parts: &[usize]) -> Vec<u8> {
    let mut encoder = Encoder::<R>::new(format, header(columns, values.len() / columns));
    let mut bytes = encoder.begin().to_vec();
    let mut rest = values;
    for rows in parts.iter().cycle() {
        let (part, left) = rest.split_at((rows * columns).min(rest.len()));
        bytes.extend_from_slice(encoder.rows(part).unwrap());
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    bytes.extend_from_slice(encoder.end().unwrap());
    bytes
}

/// Values of every size and sign, and some that are none.
fn doubles(count: usize) -> Vec<f64> {
    let awkward = [0.0, -0.0, f64::NAN, f64::INFINITY, -f64::MAX, 5e-324, 0.1];
    let mut state = 7_u64;
    let random = (0..).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 12) as f64 / (1_u64 << 51) as f64) - 1.0
    });
    awkward.into_iter().chain(random).take(count).collect()
}

fn assert_same_bits(format: Format, table: &Table, columns: usize, values: &[f64]) {
    assert_eq!(table.columns.len(), columns, "{format}");
    assert_eq!(table.rows(), values.len() / columns, "{format}");
    for (at, &value) in values.iter().enumerate() {
        let read = table.columns[at % columns][at / columns];
        // JSON has no infinity.
        let is_lost = format == Format::Json && !value.is_finite() && read.is_nan();
        let is_nan = value.is_nan() && read.is_nan();
        let is_same = read.to_bits() == value.to_bits() || is_nan || is_lost;
        assert!(is_same, "{format}: {value} became {read} at {at}");
    }
}

#[test]
fn every_format_comes_back_to_the_same_bits() {
    // Rows enough for a second batch of two columns in either precision, and none at all.
    for (columns, rows) in [(3, 0), (1, 1), (3, 5), (5, 1000), (2, 270_000)] {
        let doubles = doubles(rows * columns);
        let singles: Vec<f32> = doubles.iter().map(|&value| value as f32).collect();
        let widened: Vec<f64> = singles.iter().map(|&value| f64::from(value)).collect();
        for format in Format::ALL {
            let whole = file(format, columns, &doubles, &[usize::MAX >> 8]);
            assert!(whole == file(format, columns, &doubles, &[1, 1000, 0, 77_777]), "{format}");
            let table =
                read_stream(&whole[..], &options(format, columns, Precision::Double)).unwrap();
            assert_same_bits(format, &table, columns, &doubles);
            assert_eq!(table.precision, Precision::Double, "{format}");

            let whole = file(format, columns, &singles, &[usize::MAX >> 8]);
            assert!(whole == file(format, columns, &singles, &[3, 99_999]), "{format}");
            let table =
                read_stream(&whole[..], &options(format, columns, Precision::Single)).unwrap();
            // The shortest decimal of an f32 is another number as an f64.
            if format.is_text() {
                assert_eq!(table.rows(), rows);
                continue;
            }
            assert_same_bits(format, &table, columns, &widened);
            assert_eq!(table.precision, Precision::Single, "{format}");
        }
    }
}

#[test]
fn names_and_metadata_come_back_where_they_are_written() {
    let metadata =
        [("draws", "1"), ("scheme", "sobol"), ("note", "é \"quoted\"\nline "), ("seed", "-0")];
    let metadata = metadata.map(|(name, value)| (name.to_string(), value.to_string()));
    for format in Format::ALL {
        let bytes = file(format, 5, &[0.5; 10], &[1]);
        let table = read_stream(&bytes[..], &options(format, 5, Precision::Double)).unwrap();
        match format {
            Format::Npy | Format::Raw => {
                assert_eq!(table.names, ["1", "2", "3", "4", "5"]);
                assert_eq!(table.named, Names::Numbered);
            }
            Format::Ply => assert_eq!(table.names, ["x", "y", "z", "a_name", "_"]),
            _ => assert_eq!(table.names, ["x", "y", "z", "a name", "τ"], "{format}"),
        }
        if matches!(format, Format::Json | Format::Parquet | Format::Arrow | Format::Ply) {
            assert_eq!(table.metadata, metadata, "{format}");
            assert_eq!(table.named, Names::Given);
        } else {
            assert_eq!(table.metadata, [], "{format}");
        }
    }
}

#[test]
fn very_many_columns_come_back() {
    let values = doubles(21_201 * 300);
    for format in [Format::Parquet, Format::Arrow] {
        let bytes = file(format, 21_201, &values, &[100]);
        let table = read_stream(&bytes[..], &ReadOptions::new(1 << 23)).unwrap();
        assert_same_bits(format, &table, 21_201, &values);
    }
}

#[test]
fn files_are_told_by_their_content_then_by_their_suffix() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let bytes = file(format, 3, &doubles(30), &[7]);
        for name in [format!("points.{}", format.suffix()), "points.txt".into(), "points".into()] {
            let path = folder.path().join(name);
            std::fs::write(&path, &bytes).unwrap();
            let table = read_table(&path, &options(format, 3, Precision::Double)).unwrap();
            assert_eq!(table.rows(), 10, "{format}");
        }
    }
    let missing = read_table(&folder.path().join("none.csv"), &ReadOptions::new(1));
    assert!(matches!(missing, Err(ReadError::Io(_))));
    let shapeless = folder.path().join("points.raw");
    assert!(matches!(read_table(&shapeless, &ReadOptions::new(10)), Err(ReadError::RawShape)));
}

#[test]
fn the_limit_is_exact() {
    for format in Format::ALL {
        let bytes = file(format, 3, &doubles(30), &[10]);
        let with = |most_values| {
            let options = options(format, 3, Precision::Double);
            read_stream(&bytes[..], &ReadOptions { most_values, ..options })
        };
        assert!(with(30).is_ok(), "{format}");
        for most in [0, 1, 2, 29] {
            let error = with(most).unwrap_err();
            assert!(matches!(error, ReadError::TooLarge { .. }), "{format} {most}: {error}");
        }
    }
}
