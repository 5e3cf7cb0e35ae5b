//! Files as others write them.

use super::damage::thriftily;
use crate::read::{Names, ReadError, ReadOptions, Table, read_stream};
use crate::{Format, Precision};

fn read(bytes: &[u8]) -> Table {
    read_stream(bytes, &ReadOptions::new(1000)).unwrap()
}

fn columns(bytes: &[u8]) -> Vec<Vec<f64>> {
    read(bytes).columns
}

#[test]
fn csv_as_people_write_it() {
    type Case<'a> = (&'a [u8], &'a [&'a str], &'a [&'a [f64]]);
    let table: [Case<'_>; 5] = [
        (b"x, y\r\n1,2\r\n", &["x", "y"], &[&[1.0], &[2.0]]),
        (b"\xef\xbb\xbf\"x\",\"y\"\n+1e3,-.5", &["x", "y"], &[&[1000.0], &[-0.5]]),
        (b"# points\n\n1,2\n# more\n3,4\n", &["1", "2"], &[&[1.0, 3.0], &[2.0, 4.0]]),
        (b"7\n", &["1"], &[&[7.0]]),
        (b"x\ninf\n-Infinity\n", &["x"], &[&[f64::INFINITY, f64::NEG_INFINITY]]),
    ];
    for (bytes, names, expected) in table {
        let table = read(bytes);
        assert_eq!(table.names, names);
        assert_eq!(table.columns, expected, "{}", String::from_utf8_lossy(bytes));
    }
    assert!(columns(b"x\nnan\n")[0][0].is_nan());
}

#[test]
fn json_as_people_write_it() {
    assert_eq!(columns(b" [[1, 2.5], [3e0, -4]] "), [[1.0, 3.0], [2.5, -4.0]]);
    let table =
        read(b"{\"points\":[[1]],\"a\":{\"b\":[1]},\"n\":7,\"columns\":[\"x\"],\"t\":true}");
    assert_eq!((table.named, &table.columns), (Names::Given, &vec![vec![1.0]]));
    assert_eq!(table.metadata, [("n", "7"), ("t", "true")].map(|(n, v)| (n.into(), v.into())));
    assert!(columns(b"[[null]]")[0][0].is_nan());
    assert_eq!(read(b"[]").rows(), 0);
}

#[test]
fn npy_as_numpy_writes_it() {
    let file = |version: u8, descriptor: &str, fortran: &str, shape: &str, data: &[u8]| {
        let header = format!(
            "{{'descr': '{descriptor}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n"
        );
        let mut bytes = b"\x93NUMPY".to_vec();
        bytes.extend_from_slice(&[version, 0]);
        let length = (header.len() as u32).to_le_bytes();
        bytes.extend_from_slice(if version == 1 { &length[..2] } else { &length });
        columns(&[bytes, header.into_bytes(), data.to_vec()].concat())
    };
    let big: Vec<u8> = [1.0_f64, 2.0, 3.0, 4.0].iter().flat_map(|v| v.to_be_bytes()).collect();
    let little: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(file(1, ">f8", "False", "(2, 2)", &big), [[1.0, 3.0], [2.0, 4.0]]);
    assert_eq!(file(2, "<f4", "True", "(2, 2)", &little), [[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(file(3, "<f4", "False", "(4,)", &little), [[1.0, 2.0, 3.0, 4.0]]);
    assert_eq!(file(1, ">f8", "True", "(2,2)", &big), [[1.0, 2.0], [3.0, 4.0]]);
}

/// A cube as the format's documentation has it, cut short, with lists and elements around the vertices.
#[test]
fn ply_in_three_encodings() {
    let header = |encoding: &str| {
        format!(
            "ply\nformat {encoding} 1.0\ncomment made by hand\nelement camera 1\n\
             property list uchar short view\nelement vertex 2\nproperty float x\n\
             property list uchar int8 extra\nproperty uint16 y\nproperty int z\nelement face 1\n\
             property list uchar int vertex_index\nend_header\n"
        )
        .into_bytes()
    };
    let expected = [[0.5, -1.5], [65535.0, 7.0], [-2.0, 3.0]];
    let ascii = b"2 5 6\n0.5 1 9 65535 -2\n-1.5 0 7\n3\n3 0 1 0\n";
    let table = read(&[&header("ascii")[..], ascii].concat());
    assert_eq!(table.columns, expected);
    assert_eq!(table.names, ["x", "y", "z"]);
    assert_eq!(table.precision, Precision::Double);
    macro_rules! binary {
        ($bytes:ident) => {{
            let mut data = vec![2];
            data.extend_from_slice(&5_i16.$bytes());
            data.extend_from_slice(&6_i16.$bytes());
            data.extend_from_slice(&0.5_f32.$bytes());
            data.extend_from_slice(&[1, 9]);
            data.extend_from_slice(&65535_u16.$bytes());
            data.extend_from_slice(&(-2_i32).$bytes());
            data.extend_from_slice(&(-1.5_f32).$bytes());
            data.push(0);
            data.extend_from_slice(&7_u16.$bytes());
            data.extend_from_slice(&3_i32.$bytes());
            data
        }};
    }
    let little = [header("binary_little_endian"), binary!(to_le_bytes)].concat();
    assert_eq!(columns(&little), expected);
    let big = [header("binary_big_endian"), binary!(to_be_bytes)].concat();
    assert_eq!(columns(&big), expected);
}

macro_rules! data {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("data/", $name)).as_slice())),*]
    };
}

/// What `data/make.py` wrote, with pandas 3.1, pyarrow 26.0 and polars 2.1.
const COLUMNAR: [(&str, &[u8]); 10] = data![
    "dictionary-v1-snappy.parquet",
    "dictionary-v2-zstd.parquet",
    "pandas.parquet",
    "plain-v2-none.parquet",
    "polars.parquet",
    "split-v1-lz4.parquet",
    "pandas.feather",
    "polars.arrow",
    "stream.arrows",
    "zstd.arrow",
];

#[test]
fn parquet_and_arrow_as_others_write_them() {
    for (name, bytes) in COLUMNAR {
        let table = read(bytes);
        assert_eq!(table.names, ["x", "y"], "{name}");
        assert_eq!(table.rows(), 40, "{name}");
        assert_eq!(table.metadata, [], "{name}");
        for row in 0..40 {
            assert_eq!(table.columns[0][row], [0.5, -0.25, 1.0, 0.0][row % 4], "{name} {row}");
            let y = table.columns[1][row];
            let is_missing = row == 9 && !name.starts_with("pandas");
            assert!(if is_missing { y.is_nan() } else { y == row as f64 / 8.0 }, "{name} {row}");
        }
    }
}

#[test]
fn no_damage_to_them_does_harm() {
    for (name, bytes) in COLUMNAR {
        let is_parquet = name.ends_with("parquet");
        let format = Some(if is_parquet { Format::Parquet } else { Format::Arrow });
        let options = ReadOptions { format, ..ReadOptions::new(1000) };
        let read = |bytes: &[u8]| thriftily(bytes, &options);
        for length in 0..bytes.len() {
            let is_stream = name == "stream.arrows";
            assert!(read(&bytes[..length]).is_err() || is_stream, "{name}: {length}");
        }
        let mut changed = bytes.to_vec();
        for at in 0..bytes.len() {
            for value in (0..8).map(|bit| bytes[at] ^ 1 << bit).chain([0, 0x7f, 0x80, 0xff]) {
                changed[at] = value;
                let _ = read(&changed);
            }
            changed[at] = bytes[at];
        }
    }
}

#[test]
fn the_limit_holds_before_anything_is_unpacked() {
    for (name, bytes) in COLUMNAR {
        let error = read_stream(bytes, &ReadOptions::new(79)).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { most: 79 }), "{name}: {error}");
        assert!(read_stream(bytes, &ReadOptions::new(80)).is_ok(), "{name}");
    }
}
