//! An encoder for a job, whose precision is known at run time only.

use sphere_engine::{Block, Precision};
use sphere_io::{EncodeError, Encoder};

use super::request::SampleRequest;

/// An encoder of either precision.
pub(super) enum AnyEncoder {
    Double(Encoder<f64>),
    Single(Encoder<f32>),
}

impl AnyEncoder {
    pub(super) fn new(request: &SampleRequest) -> Self {
        let header = request.header();
        match request.job.precision() {
            Precision::Double => Self::Double(Encoder::new(request.format, header)),
            Precision::Single => Self::Single(Encoder::new(request.format, header)),
        }
    }

    pub(super) fn total_bytes(&self) -> Option<u64> {
        match self {
            Self::Double(encoder) => encoder.total_bytes(),
            Self::Single(encoder) => encoder.total_bytes(),
        }
    }

    pub(super) fn begin(&mut self) -> &[u8] {
        match self {
            Self::Double(encoder) => encoder.begin(),
            Self::Single(encoder) => encoder.begin(),
        }
    }

    pub(super) fn rows<'a>(&'a mut self, block: &'a Block) -> Result<&'a [u8], EncodeError> {
        match self {
            Self::Double(encoder) => encoder.rows(block.values()),
            Self::Single(encoder) => encoder.rows(block.values()),
        }
    }

    pub(super) fn end(&mut self) -> Result<&[u8], EncodeError> {
        match self {
            Self::Double(encoder) => encoder.end(),
            Self::Single(encoder) => encoder.end(),
        }
    }
}
