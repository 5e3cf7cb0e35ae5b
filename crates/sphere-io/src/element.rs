//! The two types that arrays hold.

use bytemuck::Pod;

/// How many bits a number of a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits: `f32`.
    Single,
    /// 64 bits: `f64`.
    Double,
}

/// `f64` or `f32`, as bytes and as text. Sealed: formats know these two.
pub trait Element: Pod + sealed::Encode {}

impl Element for f64 {}
impl Element for f32 {}

pub(crate) mod sealed {
    use super::Precision;

    /// What the encoders need of a value.
    pub trait Encode: Copy {
        /// The type in a npy header.
        const DESCRIPTOR: &'static str;
        /// The type in the other headers.
        const PRECISION: Precision;
        /// Appends the shortest decimal that reads back to the same bits.
        fn write_text(self, text: &mut Vec<u8>);
        /// Whether it is a number that JSON can hold.
        fn is_finite(self) -> bool;
        /// Appends the bytes, least significant first.
        fn write_little_endian(self, bytes: &mut Vec<u8>);
    }
}

macro_rules! encode {
    ($type:ty, $descriptor:literal, $precision:ident) => {
        impl sealed::Encode for $type {
            const DESCRIPTOR: &'static str = $descriptor;
            const PRECISION: Precision = Precision::$precision;

            fn write_text(self, text: &mut Vec<u8>) {
                text.extend_from_slice(zmij::Buffer::new().format(self).as_bytes());
            }

            fn is_finite(self) -> bool {
                self.is_finite()
            }

            fn write_little_endian(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    };
}

encode!(f64, "<f8", Double);
encode!(f32, "<f4", Single);

/// The bytes of values, least significant first: the values themselves, or `buffer` where this
/// machine orders them differently.
pub(crate) fn little_endian<'a, R: Element>(values: &'a [R], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    if cfg!(target_endian = "little") {
        return bytemuck::cast_slice(values);
    }
    buffer.clear();
    for value in values {
        value.write_little_endian(buffer);
    }
    buffer
}
