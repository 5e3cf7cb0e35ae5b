//! Compressed blocks of bytes, in both directions.
//!
//! Sphere writes zstd. The other codecs are those that pandas and its kin write unasked.

use std::io::Read as _;

use zstd_safe::{CCtx, CParameter, DCtx};

/// The fastest of the levels: the low bits of coordinates are noise, and no effort makes them fewer.
const LEVEL: i32 = 1;

/// Compresses one block after another with zstd.
pub(crate) struct Compressor {
    context: CCtx<'static>,
    block: Vec<u8>,
}

impl std::fmt::Debug for Compressor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Compressor").finish_non_exhaustive()
    }
}

impl Compressor {
    /// What zstd says when it fails: there is no memory.
    pub(crate) fn new() -> Result<Self, &'static str> {
        let mut context = CCtx::try_create().ok_or("there is no memory for a compressor")?;
        context
            .set_parameter(CParameter::CompressionLevel(LEVEL))
            .map_err(zstd_safe::get_error_name)?;
        Ok(Self { context, block: Vec::new() })
    }

    /// The compressed block, until the next call.
    pub(crate) fn compress(&mut self, bytes: &[u8]) -> Result<&[u8], &'static str> {
        let most = zstd_safe::compress_bound(bytes.len());
        if self.block.len() < most {
            self.block.resize(most, 0);
        }
        let length = self
            .context
            .compress2(self.block.as_mut_slice(), bytes)
            .map_err(zstd_safe::get_error_name)?;
        Ok(&self.block[..length])
    }
}

/// How a block in a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    None,
    Snappy,
    Zstd,
    Lz4Block,
    Lz4Frame,
}

impl Codec {
    /// More than this many bytes never come out of one byte, by the format of the blocks. It is what
    /// keeps a false length from reserving memory that no data could fill.
    const fn most_expansion(self) -> usize {
        match self {
            Self::None => 1,
            // A copy of 64 bytes takes two.
            Self::Snappy => 32,
            // A block of 128 KiB of one byte takes four.
            Self::Zstd => 128 * 1024 / 4,
            // A length grows by 255 with each byte.
            Self::Lz4Block | Self::Lz4Frame => 256,
        }
    }

    /// The `length` bytes that a block stands for, or why it does not.
    pub(crate) fn decompress(self, block: &[u8], length: usize) -> Result<Vec<u8>, String> {
        const SLACK: usize = 64;
        if length > block.len().saturating_mul(self.most_expansion()).saturating_add(SLACK) {
            return Err(format!("{} bytes cannot stand for {length}", block.len()));
        }
        let mut bytes = vec![0; length];
        let written = match self {
            Self::None if block.len() == length => {
                bytes.copy_from_slice(block);
                length
            }
            Self::None => block.len(),
            Self::Snappy => snappy(block, &mut bytes)?,
            Self::Zstd => DCtx::try_create()
                .ok_or("there is no memory for a decompressor")?
                .decompress(bytes.as_mut_slice(), block)
                .map_err(zstd_safe::get_error_name)?,
            Self::Lz4Block => lz4_flex::block::decompress_into(block, &mut bytes)
                .map_err(|error| error.to_string())?,
            Self::Lz4Frame => {
                let mut frame = lz4_flex::frame::FrameDecoder::new(block);
                frame.read_exact(&mut bytes).map_err(|error| error.to_string())?;
                length
            }
        };
        if written == length {
            Ok(bytes)
        } else {
            Err(format!("a block holds {written} bytes instead of {length}"))
        }
    }
}

fn snappy(block: &[u8], bytes: &mut [u8]) -> Result<usize, String> {
    let failed = |error: snap::Error| error.to_string();
    if snap::raw::decompress_len(block).map_err(failed)? != bytes.len() {
        return Err("a block is not as long as its page says".into());
    }
    snap::raw::Decoder::new().decompress(block, bytes).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::{Codec, Compressor};

    #[test]
    fn blocks_come_back() {
        let mut compressor = Compressor::new().unwrap();
        for length in [0, 1, 7, 300_000, 10] {
            let bytes: Vec<u8> = (0..length).map(|at: u32| (at / 3) as u8).collect();
            let zstd = compressor.compress(&bytes).unwrap();
            assert_eq!(Codec::Zstd.decompress(zstd, bytes.len()).unwrap(), bytes);
            let snappy = snap::raw::Encoder::new().compress_vec(&bytes).unwrap();
            assert_eq!(Codec::Snappy.decompress(&snappy, bytes.len()).unwrap(), bytes);
            let lz4 = lz4_flex::block::compress(&bytes);
            assert_eq!(Codec::Lz4Block.decompress(&lz4, bytes.len()).unwrap(), bytes);
            assert_eq!(Codec::None.decompress(&bytes, bytes.len()).unwrap(), bytes);
        }
    }

    #[test]
    fn blocks_of_one_byte_expand_as_far_as_allowed() {
        let bytes = vec![7; 50_000_000];
        let zstd = Compressor::new().unwrap().compress(&bytes).unwrap().to_vec();
        assert!(Codec::Zstd.decompress(&zstd, bytes.len()).is_ok(), "{} bytes", zstd.len());
        let snappy = snap::raw::Encoder::new().compress_vec(&bytes).unwrap();
        assert!(Codec::Snappy.decompress(&snappy, bytes.len()).is_ok(), "{} bytes", snappy.len());
        let lz4 = lz4_flex::block::compress(&bytes);
        assert!(Codec::Lz4Block.decompress(&lz4, bytes.len()).is_ok(), "{} bytes", lz4.len());
    }

    #[test]
    fn false_lengths_are_refused() {
        let block = Compressor::new().unwrap().compress(b"some bytes").unwrap().to_vec();
        for codec in [Codec::None, Codec::Snappy, Codec::Zstd, Codec::Lz4Block, Codec::Lz4Frame] {
            for length in [11, 1 << 20, usize::MAX] {
                assert!(codec.decompress(&block, length).is_err(), "{codec:?} {length}");
            }
        }
    }
}
