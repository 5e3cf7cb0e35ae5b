//! Numbers of other people's formats that writer and reader share.

/// From `parquet.thrift`.
pub(crate) mod parquet {
    pub(crate) const MAGIC: &[u8] = b"PAR1";

    // Type.
    pub(crate) const FLOAT: i32 = 4;
    pub(crate) const DOUBLE: i32 = 5;

    // FieldRepetitionType.
    pub(crate) const REQUIRED: i32 = 0;
    pub(crate) const OPTIONAL: i32 = 1;

    // PageType.
    pub(crate) const DATA_PAGE: i32 = 0;
    pub(crate) const INDEX_PAGE: i32 = 1;
    pub(crate) const DICTIONARY_PAGE: i32 = 2;
    pub(crate) const DATA_PAGE_V2: i32 = 3;

    // Encoding.
    pub(crate) const PLAIN: i32 = 0;
    pub(crate) const PLAIN_DICTIONARY: i32 = 2;
    pub(crate) const RLE: i32 = 3;
    pub(crate) const RLE_DICTIONARY: i32 = 8;
    pub(crate) const BYTE_STREAM_SPLIT: i32 = 9;

    // CompressionCodec.
    pub(crate) const UNCOMPRESSED: i32 = 0;
    pub(crate) const SNAPPY: i32 = 1;
    pub(crate) const ZSTD: i32 = 6;
    pub(crate) const LZ4_RAW: i32 = 7;
}

/// From `Message.fbs`, `Schema.fbs` and the text of the specification.
pub(crate) mod arrow {
    pub(crate) const MAGIC: &[u8] = b"ARROW1";
    /// The magic padded to a word, at the beginning of a file.
    pub(crate) const BEGIN: &[u8] = b"ARROW1\0\0";
    /// What precedes the length of a message.
    pub(crate) const CONTINUATION: [u8; 4] = [0xff; 4];
    /// The length that stands before a buffer that is not compressed.
    pub(crate) const NOT_COMPRESSED: i64 = -1;
    /// Metadata version 5.
    pub(crate) const VERSION: i16 = 4;

    // MessageHeader.
    pub(crate) const SCHEMA: u8 = 1;
    pub(crate) const RECORD_BATCH: u8 = 3;

    // Type.
    pub(crate) const FLOATING_POINT: u8 = 3;

    // Precision.
    pub(crate) const SINGLE: i16 = 1;
    pub(crate) const DOUBLE: i16 = 2;

    // CompressionType.
    pub(crate) const LZ4_FRAME: u8 = 0;
    pub(crate) const ZSTD: u8 = 1;
}
