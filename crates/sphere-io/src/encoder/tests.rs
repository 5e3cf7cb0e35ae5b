//! Bytes as readers expect them, and calls that do not fit.

use super::{EncodeError, Encoder, Header, Metadata};
use crate::{Element, Format};

fn header(columns: &[&str], rows: u64) -> Header {
    let columns = columns.iter().map(ToString::to_string).collect();
    Header { columns, rows, metadata: Vec::new() }
}

fn encode<R: Element>(format: Format, header: Header, blocks: &[&[R]]) -> Vec<u8> {
    let mut encoder = Encoder::<R>::new(format, header);
    let mut bytes = encoder.begin().to_vec();
    for block in blocks {
        bytes.extend_from_slice(encoder.rows(block).unwrap());
    }
    bytes.extend_from_slice(encoder.end().unwrap());
    if let Some(total) = encoder.total_bytes() {
        assert_eq!(bytes.len() as u64, total, "{format}");
    }
    bytes
}

fn text(format: Format, header: Header, values: &[f64]) -> String {
    String::from_utf8(encode(format, header, &[values])).unwrap()
}

/// A deterministic variety of bit patterns, the awkward ones first.
fn patterns() -> impl Iterator<Item = u64> {
    let awkward =
        [0.0, -0.0, 1.0, 0.1, 1e-300, 5e-324, f64::MAX, 0.3, 1e16, 123_456_789.123_456_78];
    let mut state = 1_u64;
    awkward.map(f64::to_bits).into_iter().chain((0..200_000).map(move |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state ^ state >> 29
    }))
}

#[test]
fn csv_reads_back_to_the_same_bits() {
    let doubles: Vec<f64> = patterns().map(f64::from_bits).filter(|v| v.is_finite()).collect();
    let file = text(Format::Csv, header(&["u"], doubles.len() as u64), &doubles);
    for (line, value) in file.lines().skip(1).zip(&doubles) {
        assert_eq!(line.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{line}");
    }
    let singles: Vec<f32> =
        patterns().map(|bits| f32::from_bits(bits as u32)).filter(|v| v.is_finite()).collect();
    let bytes = encode(Format::Csv, header(&["u"], singles.len() as u64), &[&singles]);
    for (line, value) in String::from_utf8(bytes).unwrap().lines().skip(1).zip(&singles) {
        assert_eq!(line.parse::<f32>().unwrap().to_bits(), value.to_bits(), "{line}");
    }
}

/// `serde_json` would round some of the numbers: the text is what is read back.
#[test]
fn json_reads_back_to_the_same_bits() {
    let doubles: Vec<f64> = patterns().map(f64::from_bits).filter(|v| v.is_finite()).collect();
    let file = text(Format::Json, header(&["u"], doubles.len() as u64), &doubles);
    let rows: Vec<&str> = file.lines().filter(|line| line.starts_with('[')).collect();
    assert_eq!(rows.len(), doubles.len());
    for (row, value) in rows.into_iter().zip(&doubles) {
        let number = row.trim_matches(['[', ']', ',']);
        assert_eq!(number.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{row}");
    }
}

#[test]
fn files_as_they_look() {
    let table: [(Format, u64, &[f64], &str); 4] = [
        (Format::Csv, 2, &[0.5, -1.0, 1e-9, 0.0], "x,y\n0.5,-1.0\n1e-9,0.0\n"),
        (Format::Csv, 0, &[], "x,y\n"),
        (
            Format::Json,
            2,
            &[0.5, -1.0, 1e-9, 0.0],
            "{\"columns\":[\"x\",\"y\"],\"points\":[\n[0.5,-1.0],\n[1e-9,0.0]\n]}\n",
        ),
        (Format::Json, 0, &[], "{\"columns\":[\"x\",\"y\"],\"points\":[\n]}\n"),
    ];
    for (format, rows, values, expected) in table {
        assert_eq!(text(format, header(&["x", "y"], rows), values), expected);
    }
}

#[test]
fn json_is_json_with_its_metadata() {
    let metadata = vec![
        ("draws", Metadata::Number(1)),
        ("seed", Metadata::Text("18446744073709551615".into())),
        ("note", Metadata::Text("a \"quoted\"\nline".into())),
    ];
    let header = Header { metadata, ..header(&["x", "y", "z"], 2) };
    let file = text(Format::Json, header, &[1.0, 2.0, f64::NAN, -4.0, 5e-324, 6.0]);
    let value: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(value["draws"], 1);
    assert_eq!(value["seed"], "18446744073709551615");
    assert_eq!(value["note"], "a \"quoted\"\nline");
    assert_eq!(value["columns"], serde_json::json!(["x", "y", "z"]));
    assert_eq!(value["points"], serde_json::json!([[1.0, 2.0, null], [-4.0, 5e-324, 6.0]]));
}

#[test]
fn raw_is_npy_without_its_header() {
    let values = [1.5_f32, -2.0, 0.25, f32::MIN_POSITIVE, 5.0, 6.0];
    let raw = encode(Format::Raw, header(&["x", "y", "z"], 2), &[&values]);
    let expected: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    assert_eq!(raw, expected);
    let npy = encode(Format::Npy, header(&["x", "y", "z"], 2), &[&values]);
    assert_eq!(npy[..6], *b"\x93NUMPY");
    assert_eq!(npy[npy.len() - raw.len()..], raw);
    assert_eq!((npy.len() - raw.len()) % 64, 0);
}

#[test]
fn blocks_change_no_byte() {
    let values: Vec<f64> = (0..12).map(f64::from).collect();
    for format in Format::ALL {
        let whole = encode(format, header(&["x", "y"], 6), &[&values]);
        let parts = encode(format, header(&["x", "y"], 6), &[&values[..2], &[], &values[2..]]);
        assert_eq!(whole, parts, "{format}");
    }
}

#[test]
fn calls_that_do_not_fit() {
    for format in Format::ALL {
        let mut encoder = Encoder::<f64>::new(format, header(&["x", "y"], 2));
        let partial = EncodeError::PartialRow { values: 3, columns: 2 };
        assert_eq!(encoder.rows(&[0.0; 3]), Err(partial), "{format}");
        let many = EncodeError::RowCount { written: 3, announced: 2 };
        assert_eq!(encoder.rows(&[0.0; 6]), Err(many), "{format}");
        assert!(encoder.rows(&[0.0; 2]).is_ok(), "{format}: a refused call counts for nothing");
        let few = EncodeError::RowCount { written: 1, announced: 2 };
        assert_eq!(encoder.end(), Err(few), "{format}");
        let mut none = Encoder::<f64>::new(format, header(&[], 0));
        assert!(none.rows(&[]).is_err(), "{format}: no columns");
    }
}

/// Writing must keep up with a disk: `cargo test -p sphere-io -- --ignored --nocapture`.
#[test]
#[ignore = "measures time"]
fn text_is_written_faster_than_100_megabytes_a_second() {
    let values: Vec<f64> = (0..3_000_000).map(|i| f64::from(i).sin()).collect();
    for format in [Format::Csv, Format::Json] {
        let mut encoder =
            Encoder::<f64>::new(format, header(&["x", "y", "z"], values.len() as u64 / 3));
        let start = std::time::Instant::now();
        let blocks = values.chunks(30_000);
        let bytes: usize =
            blocks.map(|rows| std::hint::black_box(encoder.rows(rows)).unwrap().len()).sum();
        let megabytes_per_second = bytes as f64 / 1e6 / start.elapsed().as_secs_f64();
        println!("{format}: {megabytes_per_second:.0} MB/s");
        assert!(megabytes_per_second > 100.0, "{format}");
    }
}
