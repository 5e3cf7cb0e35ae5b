//! Thrift's compact protocol, in which the headers of a Parquet file are written: trees of numbered
//! fields. After the specification in the Thrift sources, `thrift-compact-protocol.md`.
//!
//! Reading borrows the bytes and reserves nothing that they do not hold.

/// A value of the tree. Sets are lists here, and bytes, 16 and 32-bit integers are integers; maps do
/// not occur in Parquet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Bool(bool),
    Int32(i32),
    Int64(i64),
    Double(f64),
    Bytes(&'a [u8]),
    List(Vec<Value<'a>>),
    /// Fields by ascending number.
    Struct(Vec<(i16, Value<'a>)>),
    /// A list of structures, as many as said, that were [written](Value::write) before.
    Structs(usize, &'a [u8]),
}

const BOOL_TRUE: u8 = 1;
const BOOL_FALSE: u8 = 2;
const INT8: u8 = 3;
const INT16: u8 = 4;
const INT32: u8 = 5;
const INT64: u8 = 6;
const DOUBLE: u8 = 7;
const BYTES: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;

/// Deeper than any header of a Parquet file.
const MOST_DEPTH: u32 = 16;

impl<'a> Value<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Bytes(text.as_bytes())
    }

    /// The structure at the beginning of `bytes`, which then begin behind it.
    pub(crate) fn read(bytes: &mut &'a [u8]) -> Option<Self> {
        read_value(bytes, STRUCT, MOST_DEPTH)
    }

    /// A field of a structure.
    pub(crate) fn field(&self, number: i16) -> Option<&Self> {
        let Self::Struct(fields) = self else { return None };
        fields.iter().find(|(known, _)| *known == number).map(|(_, value)| value)
    }

    pub(crate) fn integer(&self, number: i16) -> Option<i64> {
        match self.field(number)? {
            Self::Int32(integer) => Some(i64::from(*integer)),
            Self::Int64(integer) => Some(*integer),
            _ => None,
        }
    }

    pub(crate) fn string(&self, number: i16) -> Option<&'a str> {
        match self.field(number)? {
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    pub(crate) fn list(&self, number: i16) -> Option<&[Self]> {
        match self.field(number)? {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    /// Appends the value as it stands in a structure: that of a boolean stands in its type.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Bool(_) => {}
            Self::Int32(integer) => write_integer(i64::from(*integer), bytes),
            Self::Int64(integer) => write_integer(*integer, bytes),
            Self::Double(double) => bytes.extend_from_slice(&double.to_le_bytes()),
            Self::Bytes(content) => {
                write_varint(content.len() as u64, bytes);
                bytes.extend_from_slice(content);
            }
            Self::List(values) => {
                write_list_header(values.len(), values.first().map_or(STRUCT, Self::kind), bytes);
                for value in values {
                    value.write(bytes);
                }
            }
            Self::Structs(count, written) => {
                write_list_header(*count, STRUCT, bytes);
                bytes.extend_from_slice(written);
            }
            Self::Struct(fields) => {
                let mut last = 0;
                for (number, value) in fields {
                    // Every structure of Parquet has fewer than 16 fields, in ascending order.
                    bytes.push((number - last) as u8 * 16 + value.kind());
                    last = *number;
                    value.write(bytes);
                }
                bytes.push(0);
            }
        }
    }

    const fn kind(&self) -> u8 {
        match self {
            Self::Bool(true) => BOOL_TRUE,
            Self::Bool(false) => BOOL_FALSE,
            Self::Int32(_) => INT32,
            Self::Int64(_) => INT64,
            Self::Double(_) => DOUBLE,
            Self::Bytes(_) => BYTES,
            Self::List(_) | Self::Structs(..) => LIST,
            Self::Struct(_) => STRUCT,
        }
    }
}

fn write_list_header(count: usize, kind: u8, bytes: &mut Vec<u8>) {
    if count < 15 {
        bytes.push(count as u8 * 16 + kind);
    } else {
        bytes.push(0xf0 + kind);
        write_varint(count as u64, bytes);
    }
}

/// Small numbers of either sign are short: 0, -1, 1, -2, ...
fn write_integer(integer: i64, bytes: &mut Vec<u8>) {
    write_varint(((integer << 1) ^ (integer >> 63)) as u64, bytes);
}

fn write_varint(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read_value<'a>(bytes: &mut &'a [u8], kind: u8, depth: u32) -> Option<Value<'a>> {
    let depth = depth.checked_sub(1)?;
    match kind {
        BOOL_TRUE | BOOL_FALSE => Some(Value::Bool(kind == BOOL_TRUE)),
        INT8 => Some(Value::Int32(i32::from(read_byte(bytes)? as i8))),
        INT16 | INT32 => Some(Value::Int32(i32::try_from(read_integer(bytes)?).ok()?)),
        INT64 => Some(Value::Int64(read_integer(bytes)?)),
        DOUBLE => Some(Value::Double(f64::from_le_bytes(take(bytes, 8)?.try_into().ok()?))),
        BYTES => {
            let length = usize::try_from(read_varint(bytes)?).ok()?;
            Some(Value::Bytes(take(bytes, length)?))
        }
        LIST | SET => read_list(bytes, depth),
        STRUCT => read_struct(bytes, depth),
        _ => None,
    }
}

fn read_list<'a>(bytes: &mut &'a [u8], depth: u32) -> Option<Value<'a>> {
    let header = read_byte(bytes)?;
    let kind = header & 15;
    let count = match header >> 4 {
        15 => read_varint(bytes)?,
        count => u64::from(count),
    };
    let mut values = Vec::new();
    for _ in 0..count {
        // In a list a boolean takes a byte.
        let kind = if kind == BOOL_TRUE { read_byte(bytes)? } else { kind };
        values.push(read_value(bytes, kind, depth)?);
    }
    Some(Value::List(values))
}

fn read_struct<'a>(bytes: &mut &'a [u8], depth: u32) -> Option<Value<'a>> {
    let mut fields = Vec::new();
    let mut number = 0_i16;
    loop {
        let header = read_byte(bytes)?;
        if header == 0 {
            return Some(Value::Struct(fields));
        }
        number = match header >> 4 {
            0 => i16::try_from(read_integer(bytes)?).ok()?,
            step => number.checked_add(i16::from(step))?,
        };
        fields.push((number, read_value(bytes, header & 15, depth)?));
    }
}

fn read_integer(bytes: &mut &[u8]) -> Option<i64> {
    let number = read_varint(bytes)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

pub(crate) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = read_byte(bytes)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn read_byte(bytes: &mut &[u8]) -> Option<u8> {
    Some(take(bytes, 1)?[0])
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::{Value, read_varint};

    fn written(value: &Value<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        bytes
    }

    /// The examples of the specification.
    #[test]
    fn numbers_are_as_specified() {
        let table: [(i32, &[u8]); 6] =
            [(0, &[0]), (-1, &[1]), (1, &[2]), (-2, &[3]), (63, &[126]), (64, &[0x80, 1])];
        for (integer, bytes) in table {
            assert_eq!(written(&Value::Int32(integer)), bytes);
        }
        assert_eq!(read_varint(&mut &[0xac, 0x02][..]), Some(300));
        assert_eq!(read_varint(&mut &[0x80; 20][..]), None);
    }

    #[test]
    fn trees_come_back_and_no_prefix_does() {
        let inner = Value::Struct(vec![(2, Value::Int64(i64::MIN)), (4, Value::Double(0.5))]);
        let tree = Value::Struct(vec![
            (1, Value::Int32(i32::MAX)),
            (3, Value::Bool(true)),
            (5, Value::List(vec![inner.clone(); 20])),
            (6, Value::List(vec![Value::text("x"), Value::text("")])),
            (15, inner),
        ]);
        let bytes = written(&tree);
        let mut rest = &bytes[..];
        assert_eq!(Value::read(&mut rest), Some(tree));
        assert!(rest.is_empty());
        for length in 0..bytes.len() {
            assert_eq!(Value::read(&mut &bytes[..length]), None, "{length}");
        }
    }

    #[test]
    fn structures_written_before_are_a_list() {
        let one = Value::Struct(vec![(1, Value::Int32(7))]);
        let both = [written(&one), written(&one)].concat();
        let list = Value::List(vec![one.clone(), one]);
        assert_eq!(written(&Value::Structs(2, &both)), written(&list));
    }

    #[test]
    fn false_lengths_and_depths_end() {
        // A list of 2^32 structures, a text of 2^32 bytes, structures in structures.
        for bytes in [&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f][..], &[0x18, 0xff, 0xff, 0x3f]] {
            assert_eq!(Value::read(&mut &bytes[..]), None);
        }
        assert_eq!(Value::read(&mut &vec![0x1c; 1_000_000][..]), None);
    }
}
