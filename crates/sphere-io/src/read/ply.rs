//! PLY files: the scalar properties of their vertices, in all three encodings. Other elements, such as
//! faces, are passed over.

use std::io::BufRead;

use super::lines::{Lines, number, problem_at};
use super::raw::ByteOrder;
use super::table::own_metadata;
use super::{Columns, ReadError, Table, read_array};
use crate::{Format, Precision};

const FORMAT: Format = Format::Ply;
/// More than any file has that somebody made on purpose.
const MOST_HEADER_LINES: u64 = 100_000;

enum Encoding {
    Ascii,
    Binary(ByteOrder),
}

struct Element {
    name: String,
    count: u64,
    properties: Vec<Property>,
}

struct Property {
    name: String,
    type_: Scalar,
    /// The type of the count, where the property is a list.
    list: Option<Scalar>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    F32,
    F64,
}

struct Header {
    encoding: Encoding,
    elements: Vec<Element>,
    metadata: Vec<(String, String)>,
}

pub(super) fn read(input: &mut dyn BufRead, mut columns: Columns) -> Result<Table, ReadError> {
    let mut lines = Lines::new(input);
    let header = header(&mut lines)?;
    let malformed = |problem: &str| ReadError::malformed(FORMAT, problem);
    let at = header.elements.iter().position(|element| element.name == "vertex");
    let at = at.ok_or_else(|| malformed("it has no vertices"))?;
    let (before, vertex) = (&header.elements[..at], &header.elements[at]);
    let scalars: Vec<&Property> =
        vertex.properties.iter().filter(|property| property.list.is_none()).collect();
    if scalars.is_empty() {
        return Err(malformed("its vertices have no numbers"));
    }
    columns.shape(scalars.len(), vertex.count)?;
    let mut values: Values<'_> = match header.encoding {
        Encoding::Ascii => Values::Ascii(Words { lines, line: Vec::new(), at: 0 }),
        Encoding::Binary(order) => Values::Binary(lines.into_rest(), order),
    };
    for element in before {
        values.element(element, |_, _| Ok(()))?;
    }
    values.element(vertex, |column, value| columns.push(column, value))?;
    let is_single = scalars.iter().all(|property| property.type_.fits_single());
    let precision = if is_single { Precision::Single } else { Precision::Double };
    let names = scalars.iter().map(|property| property.name.clone()).collect();
    Ok(columns.named(names, precision, header.metadata))
}

fn header(lines: &mut Lines<'_>) -> Result<Header, ReadError> {
    let mut encoding = None;
    let mut elements: Vec<Element> = Vec::new();
    let mut metadata = Vec::new();
    loop {
        let (line_number, line) = lines.next()?.ok_or(ReadError::Truncated { format: FORMAT })?;
        let wrong = |problem: &str| problem_at(line_number, 1, problem);
        if line_number > MOST_HEADER_LINES {
            return Err(wrong("the header does not end"));
        }
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match words[..] {
            ["ply"] if line_number == 1 => {}
            _ if line_number == 1 => return Err(wrong("it must be 'ply'")),
            ["comment", name, ..] => {
                let value = line.split_once(name).map_or("", |(_, value)| value.trim());
                metadata.extend(own_metadata([(name, &*unquoted(value))]));
            }
            [] | ["comment" | "obj_info", ..] => {}
            ["format", "ascii", "1.0"] => encoding = Some(Encoding::Ascii),
            ["format", "binary_little_endian", "1.0"] => {
                encoding = Some(Encoding::Binary(ByteOrder::Little));
            }
            ["format", "binary_big_endian", "1.0"] => {
                encoding = Some(Encoding::Binary(ByteOrder::Big));
            }
            ["element", name, count] => {
                let count = count.parse().map_err(|_| wrong("an element must have a count"))?;
                elements.push(Element { name: name.into(), count, properties: Vec::new() });
            }
            ["property", ref rest @ ..] => {
                let property = property(rest).ok_or_else(|| wrong("the property has no type"))?;
                let element = elements.last_mut();
                let element = element.ok_or_else(|| wrong("the property is of no element"))?;
                element.properties.push(property);
            }
            ["end_header"] => break,
            _ => return Err(wrong("it is no line of a PLY header")),
        }
    }
    let encoding =
        encoding.ok_or_else(|| ReadError::malformed(FORMAT, "its format is not said"))?;
    Ok(Header { encoding, elements, metadata })
}

fn property(words: &[&str]) -> Option<Property> {
    let (list, type_, name) = match *words {
        ["list", count, type_, name] => (Some(Scalar::parse(count)?), type_, name),
        [type_, name] => (None, type_, name),
        _ => return None,
    };
    Some(Property { name: name.into(), type_: Scalar::parse(type_)?, list })
}

/// What the writer put into quotes, because it is no plain line.
fn unquoted(value: &str) -> String {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}

impl Scalar {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "char" | "int8" => Self::I8,
            "uchar" | "uint8" => Self::U8,
            "short" | "int16" => Self::I16,
            "ushort" | "uint16" => Self::U16,
            "int" | "int32" => Self::I32,
            "uint" | "uint32" => Self::U32,
            "float" | "float32" => Self::F32,
            "double" | "float64" => Self::F64,
            _ => return None,
        })
    }

    const fn fits_single(self) -> bool {
        !matches!(self, Self::I32 | Self::U32 | Self::F64)
    }
}

/// The values behind the header, one after the other.
enum Values<'a> {
    Ascii(Words<'a>),
    Binary(&'a mut dyn BufRead, ByteOrder),
}

impl Values<'_> {
    /// Gives each scalar of an element to `place`, with its number among the scalars.
    fn element(
        &mut self,
        element: &Element,
        mut place: impl FnMut(usize, f64) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        // An element without properties takes no bytes, however many there are.
        let count = if element.properties.is_empty() { 0 } else { element.count };
        for _ in 0..count {
            let mut columns = 0..;
            for property in &element.properties {
                if let Some(list) = property.list {
                    // The cast leaves nothing of a negative length.
                    for _ in 0..self.next(list)? as u64 {
                        self.next(property.type_)?;
                    }
                } else if let Some(column) = columns.next() {
                    place(column, self.next(property.type_)?)?;
                }
            }
        }
        Ok(())
    }

    fn next(&mut self, type_: Scalar) -> Result<f64, ReadError> {
        match self {
            Self::Ascii(words) => words.next(),
            Self::Binary(input, order) => binary(*input, type_, *order),
        }
    }
}

fn binary(input: &mut dyn BufRead, type_: Scalar, order: ByteOrder) -> Result<f64, ReadError> {
    macro_rules! number {
        ($number:ty) => {{
            let bytes = read_array(input, FORMAT)?;
            f64::from(match order {
                ByteOrder::Little => <$number>::from_le_bytes(bytes),
                ByteOrder::Big => <$number>::from_be_bytes(bytes),
            })
        }};
    }
    Ok(match type_ {
        Scalar::I8 => number!(i8),
        Scalar::U8 => number!(u8),
        Scalar::I16 => number!(i16),
        Scalar::U16 => number!(u16),
        Scalar::I32 => number!(i32),
        Scalar::U32 => number!(u32),
        Scalar::F32 => number!(f32),
        Scalar::F64 => number!(f64),
    })
}

/// The numbers of a text, across its lines.
struct Words<'a> {
    lines: Lines<'a>,
    /// Those of the last line.
    line: Vec<f64>,
    at: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Result<f64, ReadError> {
        while self.at == self.line.len() {
            let next = self.lines.next()?;
            let (line_number, text) = next.ok_or(ReadError::Truncated { format: FORMAT })?;
            self.at = 0;
            self.line.clear();
            for (at, word) in text.split_ascii_whitespace().enumerate() {
                self.line.push(number(word, line_number, at + 1)?);
            }
        }
        self.at += 1;
        Ok(self.line[self.at - 1])
    }
}
