//! The tables, and how a file says that they are ours.

/// "Sphe": of all databases, those with this number in their header are queues of Sphere.
pub(super) const APPLICATION: u32 = 0x5370_6865;

/// Of the tables. A file of a later one is not touched.
pub(super) const VERSION: u32 = 1;

/// What makes an empty database a queue.
pub(super) const CREATE: &str = include_str!("schema.sql");

/// What each connection needs to be told.
///
/// `synchronous` FULL: a commit is on disk before it returns. `fullfsync` is the same for macOS, whose fsync
/// is none. `trusted_schema`: a file made by somebody else runs nothing.
pub(super) const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA journal_size_limit = 67108864;
";
