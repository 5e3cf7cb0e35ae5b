//! Files that are cut, changed, or lie about themselves.

use super::{MOST_VALUES, doubles, file, options};
use crate::read::{RawShape, ReadError, ReadOptions, Table, read_stream};
use crate::{Format, Precision};

/// Reads what is damaged, without more memory than a small file may take.
pub(super) fn thriftily(bytes: &[u8], options: &ReadOptions) -> Result<Table, ReadError> {
    const MOST_BYTES: u64 = 1 << 20;
    let mut result = Err(ReadError::Empty);
    let memory = allocation_counter::measure(|| result = read_stream(bytes, options));
    assert!(memory.bytes_max < MOST_BYTES, "{memory:?} for {} bytes: {result:?}", bytes.len());
    result
}

fn read(format: Format, bytes: &[u8]) -> Result<usize, ReadError> {
    let options = ReadOptions { format: Some(format), ..options(format, 3, Precision::Double) };
    thriftily(bytes, &options).map(|table| {
        assert!(table.columns.iter().all(|column| column.len() == table.rows()), "{format}");
        table.rows()
    })
}

#[test]
fn no_part_of_a_file_is_taken_for_the_whole() {
    for format in Format::ALL {
        let bytes = file(format, 3, &doubles(60), &[7]);
        for length in 0..bytes.len() {
            let rows = read(format, &bytes[..length]);
            // CSV and raw end where a row does; JSON may lack its last line end.
            match format {
                Format::Csv | Format::Raw => assert!(rows.is_err() || rows.unwrap() <= 20),
                Format::Json if length == bytes.len() - 1 => assert_eq!(rows.unwrap(), 20),
                _ => assert!(rows.is_err(), "{format}: {length} of {} bytes", bytes.len()),
            }
        }
        let _ = read(format, &[&bytes[..], &[0; 9]].concat());
    }
}

#[test]
fn no_change_of_a_byte_does_harm() {
    for format in Format::ALL {
        let bytes = file(format, 3, &doubles(6), &[7]);
        let mut changed = bytes.clone();
        for at in 0..bytes.len() {
            for value in 0..=255 {
                changed[at] = value;
                let _ = read(format, &changed);
            }
            changed[at] = bytes[at];
        }
    }
}

#[test]
fn no_change_of_two_bytes_and_no_mixture_does_harm() {
    let files = Format::ALL.map(|format| file(format, 3, &doubles(12), &[7]));
    let mut state = 1_usize;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (state >> 33) % below
    };
    for (format, bytes) in Format::ALL.into_iter().zip(&files) {
        for _ in 0..20_000 {
            let mut changed = bytes.clone();
            for _ in 0..2 + random(3) {
                changed[random(bytes.len())] = random(256) as u8;
            }
            let cut = random(bytes.len());
            if random(4) == 0 {
                changed.drain(cut.saturating_sub(random(20))..cut);
            }
            let _ = read(format, &changed);
        }
        for other in Format::ALL {
            let _ = read(other, bytes);
        }
    }
}

/// A pipe that gives the same bytes without end.
struct Endless<'a>(&'a [u8], usize);

impl std::io::Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for byte in &mut *buffer {
            *byte = self.0[self.1 % self.0.len()];
            self.1 += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn what_has_no_end_is_refused() {
    let endless: [(Format, &[u8], &[u8]); 7] = [
        (Format::Csv, b"x,y\n", b"1"),
        (Format::Csv, b"x,y\n", b"1,2\n"),
        (Format::Raw, b"", b"\0"),
        (Format::Json, b"[", b"[1,2,3],"),
        (Format::Json, b"{\"note\":\"", b"a"),
        (Format::Parquet, b"PAR1", b"\0"),
        (Format::Ply, b"ply\nformat ascii 1.0\n", b"comment nothing\n"),
    ];
    for (format, first, rest) in endless {
        let raw = Some(RawShape { columns: 3, precision: Precision::Double });
        let options = ReadOptions { format: Some(format), raw, most_values: 1000 };
        let stream = std::io::Read::chain(first, Endless(rest, 0));
        assert!(read_stream(stream, &options).is_err(), "{format}");
    }
}

fn npy(shape: &str) -> Vec<u8> {
    let dictionary = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(dictionary.len() as u16).to_le_bytes());
    [bytes, dictionary.into_bytes(), vec![0; 48]].concat()
}

fn ply(header: &str) -> Vec<u8> {
    format!("ply\nformat binary_little_endian 1.0\n{header}end_header\n").into_bytes()
}

fn message(format: Option<Format>, bytes: &[u8]) -> String {
    let options = ReadOptions { format, ..ReadOptions::new(MOST_VALUES) };
    read_stream(bytes, &options).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_is_said() {
    let table: [(&[u8], &str); 22] = [
        (b"", "empty"),
        (b"\0\x01\x02", "no known format"),
        (b"\x89PNG\r\n\x1a\n", "no known format"),
        (b"x,y\n1,2\n3\n", "line 3, column 1: there are 1 values, and 2 columns"),
        (b"x,y\n# a,b\n\n1,2,3\n", "line 4, column 3: there are 3 values, and 2 columns"),
        (b"x,y\n1,two\n", "line 2, column 2: 'two' is not a number"),
        (b"1,2\n3,\n", "line 2, column 2: '' is not a number"),
        (b"# nothing\n", "no line of values"),
        (b"x\n\xff\n", "no text"),
        (b"[[1,2],[3]]", "line 1, column 10: there are 1 values, and 2 columns"),
        (b"[[1,2],[3,\"4\"]]", "invalid type: string"),
        (b"{\"columns\":[\"x\"],\"points\":[[1,2]]}", "1 columns are named, and 2 are there"),
        (b"{\"columns\":[\"x\"]}", "no points"),
        (b"{\"points\":[],\"points\":[]}", "twice"),
        (b"[[1,2]", "ends too early"),
        (b"{\"a\":1}x", "line 1, column 8: trailing characters"),
        (b"ply\nformat ascii 1.0\nend_header\n", "no vertices"),
        (b"ply\nformat ascii 2.0\n", "line 2, column 1: it is no line of a PLY header"),
        (b"ply\nproperty float x\n", "line 2, column 1: the property is of no element"),
        (b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n1e", "line 6"),
        (b"PAR1 and nothing of the kind", "ends too early"),
        (b"ARROW1 and nothing of the kind", "does not begin like one"),
    ];
    for (bytes, expected) in table {
        let message = message(None, bytes);
        assert!(message.contains(expected), "{:?}: {message}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn false_lengths_reserve_nothing() {
    let many = ReadOptions::new(u64::MAX);
    let huge = 1_u64 << 60;
    let mut parquet = file(Format::Parquet, 3, &doubles(30), &[10]);
    let length = parquet.len();
    parquet[length - 8..length - 4].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut arrow = file(Format::Arrow, 3, &doubles(30), &[10]);
    let length = arrow.len();
    arrow[length - 10..length - 6].copy_from_slice(&u32::MAX.to_le_bytes());
    let files = [
        npy(&format!("({huge}, 3)")),
        npy(&format!("({huge}, {huge})")),
        npy("(4, 2)"),
        npy(&format!("(0, {huge})")),
        ply(&format!("element vertex {huge}\nproperty double x\n")),
        ply(&format!("element nothing {}\nelement vertex 7\nproperty double x\n", u64::MAX)),
        ply("element face 9\nproperty list uint double i\nelement vertex 1\nproperty float x\n"),
        parquet,
        arrow,
    ];
    for bytes in files {
        let error = thriftily(&bytes, &many).unwrap_err();
        let is_typed = matches!(
            error,
            ReadError::Truncated { .. }
                | ReadError::Malformed { .. }
                | ReadError::TooLarge { .. }
                | ReadError::TooManyColumns { .. }
        );
        assert!(is_typed, "{error:?}");
    }
}
