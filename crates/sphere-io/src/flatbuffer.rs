//! `FlatBuffers`, in which the headers of an Arrow file are written: tables of numbered fields that
//! point to each other. After the specification, `flatbuffers.dev/internals`.
//!
//! Reading looks only at what is asked for, and every offset is checked where it is followed.

/// A table to write: fields by number, no number twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree(Vec<(u16, Field)>);

#[derive(Clone, Debug)]
pub(crate) enum Field {
    Byte(u8),
    Short(i16),
    Long(i64),
    Text(String),
    Table(Tree),
    Tables(Vec<Tree>),
    /// So many structures of whole 8-byte words, and their bytes.
    Structs(u32, Vec<u8>),
}

impl Tree {
    #[must_use]
    pub(crate) fn with(mut self, number: u16, field: Field) -> Self {
        self.0.push((number, field));
        self
    }

    /// The bytes, a multiple of eight, so that what follows is aligned.
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        let root = self.append(&mut bytes);
        point(&mut bytes, 0, root);
        align(&mut bytes, 0);
        bytes
    }

    /// Appends the table, its description before it and what it points to behind it: offsets point
    /// forward. Returns where it begins.
    fn append(&self, bytes: &mut Vec<u8>) -> usize {
        let count = self.0.iter().map(|(number, _)| number + 1).max().unwrap_or(0);
        let description_bytes = 4 + 2 * usize::from(count);
        align(bytes, description_bytes);
        let description = bytes.len();
        let table = description + description_bytes;
        bytes.resize(table, 0);
        bytes.extend_from_slice(&(description_bytes as i32).to_le_bytes());
        let mut pointers = Vec::new();
        for (number, field) in &self.0 {
            let size = field.inline_bytes();
            bytes.resize(bytes.len().next_multiple_of(size), 0);
            let at = bytes.len();
            let entry = description + 4 + 2 * usize::from(*number);
            bytes[entry..entry + 2].copy_from_slice(&((at - table) as u16).to_le_bytes());
            match field {
                Field::Byte(byte) => bytes.push(*byte),
                Field::Short(short) => bytes.extend_from_slice(&short.to_le_bytes()),
                Field::Long(long) => bytes.extend_from_slice(&long.to_le_bytes()),
                pointer => {
                    pointers.push((at, pointer));
                    bytes.extend_from_slice(&[0; 4]);
                }
            }
        }
        let table_bytes = (bytes.len() - table) as u16;
        bytes[description..description + 2]
            .copy_from_slice(&(description_bytes as u16).to_le_bytes());
        bytes[description + 2..description + 4].copy_from_slice(&table_bytes.to_le_bytes());
        for (at, pointer) in pointers {
            let target = pointer.append(bytes);
            point(bytes, at, target);
        }
        table
    }
}

impl Field {
    const fn inline_bytes(&self) -> usize {
        match self {
            Self::Byte(_) => 1,
            Self::Short(_) => 2,
            Self::Long(_) => 8,
            _ => 4,
        }
    }

    /// Appends what a field points to. Returns where it begins.
    fn append(&self, bytes: &mut Vec<u8>) -> usize {
        if let Self::Table(table) = self {
            return table.append(bytes);
        }
        // The elements behind the length are aligned.
        align(bytes, 4);
        let at = bytes.len();
        match self {
            Self::Text(text) => {
                bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
                bytes.push(0);
            }
            Self::Structs(count, content) => {
                bytes.extend_from_slice(&count.to_le_bytes());
                bytes.extend_from_slice(content);
            }
            Self::Tables(tables) => {
                bytes.extend_from_slice(&(tables.len() as u32).to_le_bytes());
                let first = bytes.len();
                bytes.resize(first + 4 * tables.len(), 0);
                for (index, table) in tables.iter().enumerate() {
                    let target = table.append(bytes);
                    point(bytes, first + 4 * index, target);
                }
            }
            _ => {}
        }
        at
    }
}

/// Pads until what comes `ahead` bytes later stands at a multiple of eight.
fn align(bytes: &mut Vec<u8>, ahead: usize) {
    bytes.resize((bytes.len() + ahead).next_multiple_of(8) - ahead, 0);
}

fn point(bytes: &mut [u8], at: usize, target: usize) {
    bytes[at..at + 4].copy_from_slice(&((target - at) as u32).to_le_bytes());
}

/// An offset or a length that leads out of the bytes, or text that is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A table to read. A field that is absent is `None`, and has the default of its schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    description: &'a [u8],
}

impl<'a> Table<'a> {
    pub(crate) fn root(bytes: &'a [u8]) -> Result<Self, Malformed> {
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Result<Self, Malformed> {
        let back = i32::from_le_bytes(array(bytes, at)?);
        let start = at.checked_add_signed(-(back as isize)).ok_or(Malformed)?;
        let length = u16::from_le_bytes(array(bytes, start)?);
        let description = slice(bytes, start, usize::from(length))?;
        if description.len() < 4 { Err(Malformed) } else { Ok(Self { bytes, at, description }) }
    }

    pub(crate) fn byte(&self, number: u16) -> Result<Option<u8>, Malformed> {
        Ok(self.scalar(number)?.map(|[byte]| byte))
    }

    pub(crate) fn short(&self, number: u16) -> Result<Option<i16>, Malformed> {
        Ok(self.scalar(number)?.map(i16::from_le_bytes))
    }

    pub(crate) fn long(&self, number: u16) -> Result<Option<i64>, Malformed> {
        Ok(self.scalar(number)?.map(i64::from_le_bytes))
    }

    pub(crate) fn table(&self, number: u16) -> Result<Option<Self>, Malformed> {
        let Some(at) = self.position(number) else { return Ok(None) };
        Self::at(self.bytes, follow(self.bytes, at)?).map(Some)
    }

    pub(crate) fn text(&self, number: u16) -> Result<Option<&'a str>, Malformed> {
        let Some((_, text)) = self.vector(number, 1)? else { return Ok(None) };
        std::str::from_utf8(text).map(Some).map_err(|_| Malformed)
    }

    /// Structures of so many bytes each, none where there are none.
    pub(crate) fn structs<const N: usize>(&self, number: u16) -> Result<&'a [[u8; N]], Malformed> {
        let elements = self.vector(number, N)?.map_or(&[][..], |(_, elements)| elements);
        Ok(elements.as_chunks().0)
    }

    /// The tables of a list, none where there is none.
    pub(crate) fn tables(
        &self,
        number: u16,
    ) -> Result<impl Iterator<Item = Result<Self, Malformed>> + use<'a>, Malformed> {
        let (first, elements) = self.vector(number, 4)?.unwrap_or((0, &[]));
        let bytes = self.bytes;
        Ok((0..elements.len() / 4)
            .map(move |index| follow(bytes, first + 4 * index).and_then(|at| Self::at(bytes, at))))
    }

    /// Where the elements of a list begin, and their bytes.
    fn vector(&self, number: u16, size: usize) -> Result<Option<(usize, &'a [u8])>, Malformed> {
        let Some(at) = self.position(number) else { return Ok(None) };
        let at = follow(self.bytes, at)?;
        let count = u32::from_le_bytes(array(self.bytes, at)?) as usize;
        let length = count.checked_mul(size).ok_or(Malformed)?;
        Ok(Some((at + 4, slice(self.bytes, at + 4, length)?)))
    }

    fn scalar<const N: usize>(&self, number: u16) -> Result<Option<[u8; N]>, Malformed> {
        self.position(number).map(|at| array(self.bytes, at)).transpose()
    }

    fn position(&self, number: u16) -> Option<usize> {
        let offset = array(self.description, 4 + 2 * usize::from(number)).ok()?;
        let offset = u16::from_le_bytes(offset);
        (offset != 0).then(|| self.at + usize::from(offset))
    }
}

fn follow(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    at.checked_add(u32::from_le_bytes(array(bytes, at)?) as usize).ok_or(Malformed)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Malformed> {
    slice(bytes, at, N)?.try_into().map_err(|_| Malformed)
}

fn slice(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], Malformed> {
    let end = at.checked_add(length).ok_or(Malformed)?;
    bytes.get(at..end).ok_or(Malformed)
}

#[cfg(test)]
mod tests {
    use super::{Field, Malformed, Table, Tree};

    fn tree() -> Tree {
        let leaf = |name: &str| Tree::default().with(0, Field::Text(name.into()));
        Tree::default()
            .with(0, Field::Short(-2))
            .with(5, Field::Byte(3))
            .with(1, Field::Long(i64::MIN))
            .with(2, Field::Tables(vec![leaf("x"), leaf(""), leaf("longer than a word")]))
            .with(3, Field::Structs(2, vec![7; 48]))
            .with(7, Field::Table(leaf("inner").with(1, Field::Short(9))))
    }

    fn read(bytes: &[u8]) -> Result<String, Malformed> {
        let root = Table::root(bytes)?;
        let names: Result<Vec<_>, _> = root.tables(2)?.map(|table| table?.text(0)).collect();
        let inner =
            root.table(7)?.map(|table| Ok((table.text(0)?, table.short(1)?))).transpose()?;
        let scalars = (root.short(0)?, root.byte(5)?, root.long(1)?, root.long(4)?, root.byte(40)?);
        Ok(format!("{:?} {scalars:?} {inner:?} {:?}", names?, root.structs::<24>(3)?))
    }

    #[test]
    fn trees_come_back() {
        let text = read(&tree().write()).unwrap();
        let start = "[Some(\"x\"), Some(\"\"), Some(\"longer than a word\")] (Some(-2), Some(3), \
            Some(-9223372036854775808), None, None) Some((Some(\"inner\"), Some(9))) [[7, 7";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(tree().write().len() % 8, 0);
    }

    #[test]
    fn no_change_of_a_byte_does_harm() {
        let bytes = tree().write();
        for at in 0..bytes.len() {
            let _ = read(&bytes[..at]);
            for value in 0..=255 {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = read(&changed);
            }
        }
    }
}
