//! Opening a file, or saying why not.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, OpenFlags, TransactionBehavior};

use super::super::OpenError;
use super::file;
use super::ours::{Ours, Turn};
use super::schema::{APPLICATION, CREATE, SETTINGS, VERSION};
use super::trouble::opening;

/// How long another process may take with the file. A commit takes milliseconds; a backup takes longer.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// A file that is open, and is a queue of this version. Closed in this order: who closes last moves the journal
/// into the file, and must be able to write.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) reader: Connection,
    pub(super) writer: Connection,
    pub(super) ours: Ours,
}

/// Opens a file, or makes it.
pub(super) fn open(path: &Path) -> Result<Opened, OpenError> {
    let began = Instant::now();
    loop {
        match attempt(path) {
            // SQLite does not wait where waiting might be for ever: when two make the same new file.
            Err(OpenError::Locked { .. }) if began.elapsed() < PATIENCE => thread::sleep(PAUSE),
            opened => return opened,
        }
    }
}

fn attempt(path: &Path) -> Result<Opened, OpenError> {
    let turn = Turn::take();
    turn.look(path)?;
    let trouble = |error: Error| opening(path, &error);
    let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(trouble)?;
    // Closed before all was found good, it leaves the file as it is.
    keep_journal(&writer, true).map_err(trouble)?;
    create(path, &mut writer)?;
    check(path, &writer)?;
    let journal: String = writer
        .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))
        .map_err(trouble)?;
    if journal != "wal" {
        let what = "its file system cannot be shared by processes: name a file on a local disk";
        return Err(OpenError::System { path: path.to_owned(), what: what.to_owned() });
    }
    writer.execute_batch(SETTINGS).map_err(trouble)?;
    keep_journal(&writer, false).map_err(trouble)?;
    let reader = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(trouble)?;
    reader.execute_batch(SETTINGS).map_err(trouble)?;
    Ok(Opened { reader, writer, ours: turn.opened(path) })
}

/// Opens the file again to write, when it is not known what the disk has of it.
///
/// A system that could not bring something to the disk keeps it in memory as if it were there, and the next sync
/// says nothing (<https://wiki.postgresql.org/wiki/Fsync_Errors>). So whatever the failed sync was for has to be
/// written again, or never be read:
///
/// - The sync of a commit fails (`SQLITE_IOERR_FSYNC`): its pages are at the end of the journal, and SQLite does
///   not count them. All before them were synced by the commits that were acknowledged. Whoever writes next
///   writes over them. Until then, only a process that finds the file without users would read them; so the
///   reader stays open, and nothing is acknowledged before the journal was emptied here, and cut off.
/// - The sync of the file fails, when the journal is moved there: SQLite does not count them as moved, and moves
///   them again. Here that is the answer, and no call is let through.
///
/// Not covered is what a commit of another program does with the same file: that is for it to know.
pub(super) fn again(path: &Path) -> Result<Connection, Error> {
    let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    writer.execute_batch(SETTINGS)?;
    let held: bool = writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if held {
        let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
        return Err(Error::SqliteFailure(busy, None));
    }
    Ok(writer)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    // No lock of its own: each connection has one user at a time. No names that are URIs.
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn keep_journal(connection: &Connection, keep: bool) -> Result<(), Error> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map(drop)
}

/// Makes a queue of an empty file: in one transaction, so that there is none that is half made.
fn create(path: &Path, writer: &mut Connection) -> Result<(), OpenError> {
    let trouble = |error: Error| opening(path, &error);
    if number(writer, "application_id").map_err(trouble)? == APPLICATION {
        return Ok(());
    }
    let transaction =
        writer.transaction_with_behavior(TransactionBehavior::Exclusive).map_err(trouble)?;
    // Another process may have been faster.
    let found = number(&transaction, "application_id").map_err(trouble)?;
    if found == APPLICATION {
        return Ok(());
    }
    let tables: u32 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(trouble)?;
    if found != 0 || tables != 0 {
        return Err(file::foreign(path, "the database of another program"));
    }
    transaction
        .execute_batch(CREATE)
        .and_then(|()| transaction.pragma_update(None, "application_id", APPLICATION))
        .and_then(|()| transaction.pragma_update(None, "user_version", VERSION))
        .and_then(|()| transaction.commit())
        .map_err(trouble)
}

/// Whether all is there and in order. Takes a second for some hundred thousand jobs.
fn check(path: &Path, writer: &Connection) -> Result<(), OpenError> {
    let trouble = |error: Error| opening(path, &error);
    let damaged = |what: String| OpenError::Damaged { path: path.to_owned(), what };
    file::version(path, number(writer, "user_version").map_err(trouble)?)?;
    let found: String =
        writer.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(trouble)?;
    if found != "ok" {
        // It tells in several lines.
        return Err(damaged(found.replace('\n', " ")));
    }
    let unreadable: u32 = writer
        .query_row(
            "SELECT count(*) FROM jobs WHERE NOT (json_valid(job) AND json_valid(record))",
            [],
            |row| row.get(0),
        )
        .map_err(trouble)?;
    if unreadable > 0 {
        return Err(damaged(format!("{unreadable} of its jobs cannot be read")));
    }
    let same = objects(writer).map_err(trouble)? == wanted().map_err(trouble)?;
    if same { Ok(()) } else { Err(damaged("its tables are not those of its version".to_owned())) }
}

/// What the tables, indices and triggers are.
fn objects(connection: &Connection) -> Result<Vec<Option<String>>, Error> {
    let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY name")?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// What they are to be.
fn wanted() -> Result<Vec<Option<String>>, Error> {
    let memory = Connection::open_in_memory()?;
    memory.execute_batch(CREATE)?;
    objects(&memory)
}

/// A number of the header.
fn number(connection: &Connection, name: &str) -> Result<u32, Error> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}
