//! The tables, and how a file says that they are ours.

/// "Sphe": of all databases, those with this number in their header are queues of Sphere.
pub(super) const APPLICATION: u32 = 0x5370_6865;

/// Of the tables. A file of another one is not touched. Version 1 was never released, so nothing reads it.
pub(super) const VERSION: u32 = 2;

/// What makes an empty database a queue.
pub(super) const CREATE: &str = include_str!("schema.sql");

/// What each connection needs to be told.
///
/// `synchronous` FULL: a commit is on disk before it returns. `fullfsync` is the same for macOS, whose fsync
/// is none. `trusted_schema`: a file made by somebody else runs nothing.
///
/// A cache of 32 MiB holds what is changed again and again, ids above all, which lie anywhere. The journal is moved
/// into the file after 16 MiB: that takes three syncs, and a page that was changed often is moved once. What a
/// call may have to undo is kept in memory, and not in a file of its own.
pub(super) const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = -32768;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA temp_store = MEMORY;
    PRAGMA journal_size_limit = 67108864;
";
