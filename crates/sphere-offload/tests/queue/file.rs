//! What is particular to a queue in a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use sphere_offload::queue::{
    JobState, Limits, OpenError, Outcome, Queue as _, QueueError, SqliteQueue, SystemClock,
};
use tempfile::{TempDir, tempdir};

use crate::stand::{chunks, job};

fn open(path: &Path) -> Result<SqliteQueue, OpenError> {
    SqliteQueue::open(path, Limits::default(), Arc::new(SystemClock::default()))
}

/// A queue of a hundred jobs, closed.
fn filled() -> (TempDir, PathBuf) {
    let folder = tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    open(&path).unwrap().submit(vec![job("ada"); 100]).unwrap();
    (folder, path)
}

/// What lies in a folder.
fn contents(folder: &TempDir) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Refused in one line, and all files are as they were.
fn refused(folder: &TempDir, path: &Path) -> OpenError {
    let before = contents(folder);
    let error = open(path).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains('\n') && text.contains(&*path.to_string_lossy()), "{text}");
    let after = contents(folder);
    for (path, bytes) in &before {
        let same = after.iter().any(|(other, same)| other == path && same == bytes);
        assert!(same, "{} was changed: {text}", path.display());
    }
    error
}

#[test]
fn a_file_and_its_folder_are_the_owners_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("new/folder/queue.sqlite");
    let queue = open(&path).unwrap();
    queue.submit(vec![job("ada")]).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        for file in fs::read_dir(path.parent().unwrap()).unwrap() {
            let file = file.unwrap().path();
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
    drop(queue);
    let files = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(files, 1, "closed it is one file");
}

#[test]
fn an_empty_file_becomes_a_queue() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("empty");
    fs::write(&path, "").unwrap();
    open(&path).unwrap().submit(vec![job("ada")]).unwrap();
    assert_eq!(open(&path).unwrap().counts().unwrap().jobs[&JobState::Queued], 1);
}

#[test]
fn what_is_no_queue_is_left_alone() {
    let folder = tempdir().unwrap();
    assert!(matches!(refused(&folder, folder.path()), OpenError::Folder { .. }));
    assert!(matches!(refused(&folder, Path::new("/dev/null")), OpenError::Foreign { .. }));
    let path = folder.path().join("file");
    for bytes in [&b"x"[..], b"SQLite format 3\0", b"id,job\n1,2\n", &[0; 4096]] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(refused(&folder, &path), OpenError::Foreign { .. }), "{bytes:?}");
    }
    fs::remove_file(&path).unwrap();
    for statement in ["CREATE TABLE jobs (id)", "PRAGMA application_id = 7"] {
        let other = Connection::open(&path).unwrap();
        other.execute_batch(statement).unwrap();
        drop(other);
        assert!(matches!(refused(&folder, &path), OpenError::Foreign { .. }), "{statement}");
    }
    let below = path.join("queue.sqlite");
    assert!(matches!(refused(&folder, &below), OpenError::System { .. }));
}

#[test]
fn other_versions_are_left_alone() {
    let (folder, path) = filled();
    let known = 2;
    for found in [0, 1, 3] {
        let other = Connection::open(&path).unwrap();
        other.pragma_update(None, "user_version", found).unwrap();
        drop(other);
        let error = if found < known {
            OpenError::Older { path: path.clone(), found, known }
        } else {
            OpenError::Newer { path: path.clone(), found, known }
        };
        assert_eq!(refused(&folder, &path), error);
        assert!(error.to_string().contains("or name another file"), "{error}");
    }
}

#[test]
fn a_damaged_file_is_left_alone() {
    let (folder, path) = filled();
    let whole = fs::read(&path).unwrap();
    let zeroed = |from: usize| {
        let mut bytes = whole.clone();
        bytes[from..from + 4096].fill(0);
        bytes
    };
    let pages = whole.len() / 4096;
    assert!(pages > 20);
    let ends = [4096, whole.len() / 2, whole.len() - 1].map(|end| whole[..end].to_vec());
    let holes = (1..pages).step_by(3).map(|page| zeroed(4096 * page));
    for bytes in holes.chain(ends) {
        fs::write(&path, &bytes).unwrap();
        let error = refused(&folder, &path);
        assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    }
    fs::write(&path, &whole).unwrap();
    open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("DROP TRIGGER job_added").unwrap();
    drop(other);
    assert!(matches!(refused(&folder, &path), OpenError::Damaged { .. }));
}

#[test]
fn stored_bytes_that_are_damaged_are_not_given() {
    let (_folder, path) = filled();
    let queue = open(&path).unwrap();
    let id = queue.put(b"true").unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("UPDATE blobs SET bytes = x'00'").unwrap();
    assert!(matches!(queue.get(id), Err(QueueError::Storage { .. })));
}

#[test]
fn a_file_that_is_held_is_named() {
    let (folder, path) = filled();
    let holder = Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert_eq!(refused(&folder, &path), OpenError::Locked { path: path.clone() });
    holder.execute_batch("ROLLBACK").unwrap();
    let queue = open(&path).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let busy = queue.submit(vec![job("ada")]);
    assert_eq!(busy, Err(QueueError::Busy { path: path.clone() }));
    assert_eq!(queue.counts().unwrap().jobs[&JobState::Queued], 100, "it can be read");
    holder.execute_batch("ROLLBACK").unwrap();
    queue.submit(vec![job("ada")]).unwrap();
}

/// A process that closes a file loses all its locks on it, whoever took them.
#[cfg(target_os = "linux")]
#[test]
fn who_opens_a_file_again_leaves_its_locks() {
    let (_folder, path) = filled();
    let inode = std::os::unix::fs::MetadataExt::ino(&fs::metadata(&path).unwrap());
    let own = format!(" {} ", std::process::id());
    let locked = || {
        let locks = fs::read_to_string("/proc/locks").unwrap();
        locks.lines().any(|lock| lock.contains(&own) && lock.contains(&format!(":{inode} ")))
    };
    let queue = open(&path).unwrap();
    assert!(locked());
    let again = open(&path).unwrap();
    assert!(locked());
    drop(again);
    assert!(locked(), "another process might remove the journal now");
    drop(queue);
    assert!(!locked());
}

/// What one process does is seen by the other, the silence of its workers too.
#[test]
fn two_may_have_the_same_file_open() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("queue.sqlite");
    let limits = Limits { lease: Duration::from_millis(200), attempts: 1, ..Limits::default() };
    let open = || SqliteQueue::open(&path, limits, Arc::new(SystemClock::default())).unwrap();
    let (one, other) = (open(), open());
    let waits = Duration::from_secs(20);
    let ids = std::thread::scope(|scope| {
        let leased = scope.spawn(|| other.lease("worker", waits).unwrap().unwrap());
        let ids = one.submit(vec![job("ada"), job("ada")]).unwrap();
        let leased = leased.join().unwrap();
        assert_eq!(leased.job.id, ids[0].id);
        one.finish(leased.token, chunks(0, 10), Outcome::Recipe).unwrap();
        ids
    });
    other.lease("silent", waits).unwrap().unwrap();
    drop(other);
    assert_eq!(one.lease("worker", Duration::from_millis(600)), Ok(None));
    let view = one.view(ids[1].id).unwrap();
    assert_eq!((view.state, &*view.attempts[0].worker), (JobState::Dead, "silent"));
}

/// Other calls do not suffer from one that is refused, whatever that has written.
#[test]
fn calls_that_are_refused_leave_nothing_behind() {
    let folder = tempdir().unwrap();
    let queue = open(&folder.path().join("queue.sqlite")).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let queue = &queue;
            scope.spawn(move || {
                for _ in 0..20 {
                    let missing = sphere_offload::queue::BlobId::of(b"missing");
                    let mut batch = vec![job("ada"); 3];
                    if thread % 2 == 0 {
                        batch[2].inputs.push(missing);
                    }
                    assert_eq!(queue.submit(batch).is_ok(), thread % 2 == 1);
                }
            });
        }
    });
    assert_eq!(queue.counts().unwrap().jobs[&JobState::Queued], 4 * 20 * 3);
}
