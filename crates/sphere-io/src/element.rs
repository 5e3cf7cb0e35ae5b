//! The two types that arrays hold.

use bytemuck::Pod;

/// `f64` or `f32`, as bytes and as text. Sealed: formats know these two.
pub trait Element: Pod + sealed::Encode {}

impl Element for f64 {}
impl Element for f32 {}

pub(crate) mod sealed {
    /// What the encoders need of a value.
    pub trait Encode: Copy {
        /// The type in a npy header.
        const DESCRIPTOR: &'static str;
        /// Appends the shortest decimal that reads back to the same bits.
        fn write_text(self, text: &mut Vec<u8>);
        /// Whether it is a number that JSON can hold.
        fn is_finite(self) -> bool;
        /// Appends the bytes, least significant first.
        fn write_little_endian(self, bytes: &mut Vec<u8>);
    }
}

macro_rules! encode {
    ($type:ty, $descriptor:literal) => {
        impl sealed::Encode for $type {
            const DESCRIPTOR: &'static str = $descriptor;

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

encode!(f64, "<f8");
encode!(f32, "<f4");
