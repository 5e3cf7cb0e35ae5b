//! How runs end that do not end well, and what they leave behind: nothing.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::io::Read as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::Sphere;

#[test]
fn a_folder_that_is_not_there_is_a_failure() {
    let sphere = Sphere::new();
    for output in ["-o missing/points.csv", "--plot missing/points.png", "--format csv -o ."] {
        let run = sphere.run(&format!("sample fibonacci --count 5 {output}"));
        assert_eq!(run.status, Some(1), "{output}: {}", run.stderr);
        assert!(run.stderr.contains(output.split(' ').next_back().unwrap()), "{}", run.stderr);
        assert!(sphere.files().is_empty());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let sphere = Sphere::new();
    for words in ["--count 5", "--count 1e6 --format raw", "--count 0 --format npy"] {
        let run = sphere.shell(&format!("$sphere sample random {words} > /dev/full"));
        assert_eq!(run.status, Some(1), "{words}: {}", run.stderr);
        assert!(run.stderr.contains("standard output"), "{}", run.stderr);
    }
    let run = sphere.run("sample random --count 5 --format csv -o /dev/full");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
    // A real file: the limit on its size stands for the end of the disk.
    let run =
        sphere.shell("trap '' XFSZ; ulimit -f 64; $sphere sample random --count 1e6 -o big.npy");
    assert_eq!(run.status, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("big.npy"), "{}", run.stderr);
    assert!(sphere.files().is_empty(), "{:?}", sphere.files());
}

#[test]
fn a_failure_leaves_the_old_file() {
    let sphere = Sphere::new();
    std::fs::write(sphere.path("points.csv"), "old").unwrap();
    let run = sphere.run("sample random --count 5 -o points.csv --plot missing/points.png");
    assert_eq!(run.status, Some(1));
    assert_eq!(sphere.read("points.csv"), b"old");
    assert_eq!(sphere.files(), ["points.csv"]);
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let sphere = Sphere::new();
    for format in ["csv", "raw", "json"] {
        let words = format!("sample random --count 1e12 --format {format}");
        let mut command = sphere.command(&words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 100];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn an_interrupt_removes_what_it_interrupts() {
    let sphere = Sphere::new();
    std::fs::write(sphere.path("points.raw"), "old").unwrap();
    for signal in ["INT", "TERM"] {
        let words = "sample random --count 1e12 -o points.raw --plot points.png";
        let mut child = sphere.command(words).stderr(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        let is_writing = || {
            std::fs::read_dir(&sphere.folder).unwrap().any(|entry| {
                let entry = entry.unwrap();
                let name = entry.file_name();
                name != "points.raw" && entry.metadata().is_ok_and(|metadata| metadata.len() > 0)
            })
        };
        while !is_writing() {
            assert!(Instant::now() < deadline, "nothing was written");
            std::thread::sleep(Duration::from_millis(5));
        }
        let killed = sphere.shell(&format!("kill -{signal} {}", child.id()));
        assert_eq!(killed.status, Some(0));
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        assert_eq!(sphere.files(), ["points.raw"]);
        assert_eq!(sphere.read("points.raw"), b"old");
    }
}

#[test]
fn an_interrupt_ends_a_run_that_waits() {
    let sphere = Sphere::new();
    assert_eq!(sphere.shell("mkfifo pipe").status, Some(0));
    // Nobody reads: neither the pipe that is opened, nor the one that fills up.
    for words in ["sample random --count 1e6 --format raw -o pipe", "sample random --count 1e6"] {
        let mut child = sphere.command(words).stdout(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(child.try_wait().unwrap(), None, "{words}: it waits");
        assert_eq!(sphere.shell(&format!("kill -INT {}", child.id())).status, Some(0));
        assert_eq!(child.wait().unwrap().code(), Some(130), "{words}");
    }
}

#[test]
fn pipes_are_written_in_place() {
    let sphere = Sphere::new();
    let points = "sample fibonacci --count 1000 --format raw";
    assert_eq!(sphere.shell("mkfifo pipe").status, Some(0));
    let run = sphere.shell(&format!("cat pipe & $sphere {points} -o pipe; wait"));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout, sphere.run(points).success().stdout);
    assert!(sphere.path("pipe").metadata().unwrap().file_type().is_fifo());
}

#[test]
fn files_have_the_permissions_of_any_other() {
    let sphere = Sphere::new();
    let run = sphere.shell("umask 027; $sphere sample random --count 5 -o points.csv");
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let mode = sphere.path("points.csv").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_count() {
    let sphere = Sphere::new();
    // 720 MB of points, 300 MB of address space, threads' stacks and the program included.
    let run = sphere.shell(
        "ulimit -v 300000; $sphere sample sobol --count 3e7 --dimensions 3 --format raw \
         --threads 2 -o /dev/null --plot points.png",
    );
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
}
