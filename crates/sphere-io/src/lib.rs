//! Arrays and pictures of points, in files and streams.
//!
//! An [`Encoder`] turns rows into bytes and does no I/O; a [`Destination`] makes a file appear whole
//! or not at all; a [`plot::Plot`] gathers points into a picture. None of them holds more than a
//! block of points at a time, however many there are. [`read`] brings the points of a file back, as
//! many as its caller allows.
//!
//! ```
//! use sphere_io::{Encoder, Format, Header};
//!
//! let header = Header { columns: vec!["x".into(), "y".into()], rows: 1, metadata: vec![] };
//! let mut encoder = Encoder::<f64>::new(Format::Csv, header);
//! let mut file = encoder.begin().to_vec();
//! file.extend_from_slice(encoder.rows(&[0.5, -1e-9])?);
//! file.extend_from_slice(encoder.end()?);
//! assert_eq!(file, b"x,y\n0.5,-1e-9\n");
//! # Ok::<(), sphere_io::EncodeError>(())
//! ```

#![forbid(unsafe_code)]

mod compression;
mod destination;
mod element;
mod encoder;
mod flatbuffer;
mod format;
mod indices;
mod numbers;
pub mod plot;
pub mod quality;
pub mod read;
mod thrift;

pub use destination::{Destination, DestinationError};
pub use element::{Element, Precision};
pub use encoder::{EncodeError, Encoder, Header, Metadata};
pub use format::{Format, UnknownFormat};
pub use indices::{IndexEncoder, NoIndices};
