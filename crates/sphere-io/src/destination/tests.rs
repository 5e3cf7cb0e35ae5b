//! Files that appear, files that do not, and what is written in place.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Destination;

fn files(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_when_it_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    let mut destination = Destination::create(&path).unwrap();
    destination.write_all(b"x\n").unwrap();
    assert!(!path.exists());
    assert!(destination.temporary_path().unwrap().exists());
    destination.commit().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"x\n");
    assert_eq!(files(&folder), ["points.csv"]);
}

#[test]
fn what_is_dropped_leaves_all_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("points.csv");
    fs::write(&path, "old").unwrap();
    let mut destination = Destination::create(&path).unwrap();
    destination.write_all(b"new").unwrap();
    drop(destination);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(files(&folder), ["points.csv"]);
}

#[test]
fn what_cannot_be_a_file_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing/points.csv");
    for path in [folder.path(), missing.as_path()] {
        let error = Destination::create(path).unwrap_err().to_string();
        assert!(error.contains(path.to_str().unwrap()), "{error}");
    }
    assert!(files(&folder).is_empty());
}

#[cfg(unix)]
#[test]
fn links_stay_and_permissions_too() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let link = folder.path().join("link");
    symlink("target", &link).unwrap();
    for (content, mode) in [("first", None), ("second", Some(0o640))] {
        if let Some(mode) = mode {
            fs::set_permissions(&target, fs::Permissions::from_mode(mode)).unwrap();
        }
        let mut destination = Destination::create(&link).unwrap();
        destination.write_all(content.as_bytes()).unwrap();
        destination.commit().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), content);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        if let Some(mode) = mode {
            assert_eq!(target.metadata().unwrap().permissions().mode() & 0o777, mode);
        }
    }
    assert_eq!(files(&folder), ["link", "target"]);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_as_readable_as_any() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let [ours, usual] = ["ours", "usual"].map(|name| folder.path().join(name));
    Destination::create(&ours).unwrap().commit().unwrap();
    fs::write(&usual, "").unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&usual));
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_in_place() {
    let mut full = Destination::create("/dev/full".as_ref()).unwrap();
    assert_eq!(full.temporary_path(), None);
    let error = full.write_all(b"x").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    let mut null = Destination::create("/dev/null".as_ref()).unwrap();
    null.write_all(b"x").unwrap();
    null.commit().unwrap();
}

#[test]
fn a_name_that_no_file_can_have_is_an_error_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "old").unwrap();
    let inside = ["file/", "file/points.csv", "new/", "missing/.."].map(|n| folder.path().join(n));
    for path in inside.iter().map(PathBuf::as_path).chain([Path::new("")]) {
        assert!(Destination::create(path).is_err(), "{}", path.display());
    }
    assert_eq!(files(&folder), ["file"]);
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"old");
}

#[cfg(unix)]
#[test]
fn links_in_a_loop_are_an_error_and_stay() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    std::os::unix::fs::symlink("other", &one).unwrap();
    std::os::unix::fs::symlink("one", &other).unwrap();
    assert!(Destination::create(&one).is_err());
    assert!(one.is_symlink() && other.is_symlink());
    assert_eq!(files(&folder), ["one", "other"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_shell_opened_keeps_what_it_holds() {
    use std::os::fd::AsRawFd as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.csv");
    fs::write(&path, "old\n").unwrap();
    // `>> all.csv`, as /dev/stdout leads to it.
    let opened = fs::OpenOptions::new().append(true).open(&path).unwrap();
    let link = folder.path().join("stdout");
    std::os::unix::fs::symlink(format!("/proc/self/fd/{}", opened.as_raw_fd()), &link).unwrap();
    let mut destination = Destination::create(&link).unwrap();
    assert_eq!(destination.temporary_path(), None);
    destination.write_all(b"new\n").unwrap();
    destination.commit().unwrap();
    (&opened).write_all(b"after\n").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old\nnew\nafter\n");
}

#[cfg(unix)]
#[test]
fn pipes_are_written_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe)
    });
    let mut destination = Destination::create(&pipe).unwrap();
    assert_eq!(destination.temporary_path(), None);
    destination.write_all(b"x\n").unwrap();
    destination.commit().unwrap();
    assert_eq!(reader.join().unwrap().unwrap(), b"x\n");
    assert_eq!(files(&folder), ["pipe"]);
}
