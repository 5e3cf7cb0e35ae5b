//! How a worker starts, or why it does not.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use sphere_engine::{Engine as _, EngineError, EngineName};
use sphere_offload::worker::{Worker, WorkerOptions, check};

use crate::roles::framed;
use crate::{PATIENCE, job, options, playing, points};

pub(crate) const TESTS: crate::Tests = &[
    ("programs_that_are_no_workers", programs_that_are_no_workers),
    ("layouts_that_cannot_be", layouts_that_cannot_be),
    ("a_lack_of_descriptors_passes", a_lack_of_descriptors_passes),
    (
        "a_worker_hears_that_its_service_is_of_another_version",
        a_worker_hears_that_its_service_is_of_another_version,
    ),
    ("engines_that_do_not_open", engines_that_do_not_open),
    (
        "a_worker_lives_on_without_the_thread_that_started_it",
        a_worker_lives_on_without_the_thread_that_started_it,
    ),
    (
        "a_worker_has_the_descriptors_that_it_was_given",
        a_worker_has_the_descriptors_that_it_was_given,
    ),
    ("a_worker_has_a_name", a_worker_has_a_name),
    ("workers_end_with_their_service", workers_end_with_their_service),
];

fn refused(options: &WorkerOptions) -> String {
    match (check(options), Worker::start(options)) {
        (
            Err(EngineError::Unavailable { reason }),
            Err(EngineError::Unavailable { reason: again }),
        ) => {
            assert_eq!(reason, again);
            assert!(!reason.contains('\n'), "{reason}");
            reason
        }
        other => panic!("{other:?}"),
    }
}

fn programs_that_are_no_workers() {
    check(&options()).unwrap();
    let program = |path: &str| WorkerOptions { program: path.into(), ..options() };
    let folder = tempfile();
    let text = folder.join("text");
    fs::write(&text, "no program").unwrap();
    let not_allowed = refused(&program(text.to_str().unwrap()));
    assert!(not_allowed.contains("cannot start") && not_allowed.contains("ermission"));
    fs::set_permissions(&text, fs::Permissions::from_mode(0o755)).unwrap();
    let no_program = refused(&program(text.to_str().unwrap()));
    assert!(no_program.contains("cannot start"), "{no_program}");
    fs::remove_dir_all(&folder).unwrap();
    let none = refused(&program("/nowhere/sphere"));
    assert!(none.contains("cannot start /nowhere/sphere"), "{none}");
    let other = refused(&program("/bin/true"));
    assert!(other.contains("/bin/true is no worker of Sphere"), "{other}");
    assert!(other.contains("it says nothing; the worker ended: exit status: 0"), "{other}");
    let version = refused(&playing("other-version"));
    assert!(version.ends_with("it is of Sphere 99.0.0"), "{version}");
    let tongue = refused(&playing("other-tongue"));
    assert!(tongue.contains("it says something else"), "{tongue}");
    let arguments = vec!["60".to_string()];
    let silent =
        WorkerOptions { arguments, patience: Duration::from_millis(100), ..program("/bin/sleep") };
    let started = Instant::now();
    let Err(EngineError::Failed { reason }) = Worker::start(&silent) else { panic!() };
    assert!(reason.contains("/bin/sleep has not said in time"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

fn tempfile() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sphere-worker-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn layouts_that_cannot_be() {
    for (blocks, block_bytes) in
        [(0, 8), (8, 0), (1, 7), (usize::MAX, 8), (1 << 40, 1 << 30), (1 << 30, 1 << 22)]
    {
        let reason = refused(&WorkerOptions { blocks, block_bytes, ..options() });
        let expected = format!("no shared memory of {blocks} blocks of {block_bytes} bytes");
        assert!(reason.starts_with(&expected), "{reason}");
    }
}

/// What is refused now may be had later: it is told, and nothing is left behind.
fn a_lack_of_descriptors_passes() {
    let before = getrlimit(Resource::Nofile);
    let open = fs::read_dir("/proc/self/fd").unwrap().count() as u64;
    let mut reasons = Vec::new();
    // One more each time, until this process has enough.
    for most in 0..open + 8 {
        setrlimit(Resource::Nofile, Rlimit { current: Some(most), ..before }).unwrap();
        let checked = check(&options());
        setrlimit(Resource::Nofile, before).unwrap();
        let Err(EngineError::Failed { reason }) = checked else { break };
        reasons.push(reason);
    }
    for what in ["no shared memory", "no socket"] {
        assert!(reasons.iter().any(|reason| reason.starts_with(what)), "{reasons:?}");
    }
    assert!(reasons.iter().all(|reason| reason.contains("oo many open files")), "{reasons:?}");
    assert_eq!(fs::read_dir("/proc/self/fd").unwrap().count() as u64, open);
}

/// Whichever of the two is older, the service can say so: the worker names itself, and ends.
fn a_worker_hears_that_its_service_is_of_another_version() {
    let (mut socket, there) = UnixStream::pair().unwrap();
    let WorkerOptions { program, arguments, .. } = options();
    let child = Command::new(program)
        .args(arguments)
        .stdin(OwnedFd::from(there))
        .stdout(Stdio::null())
        .spawn();
    socket.write_all(&framed(br#"{"version":"0.0.1","with":["more"]}"#)).unwrap();
    let mut said = Vec::new();
    socket.read_to_end(&mut said).unwrap();
    assert_eq!(
        said,
        framed(format!(r#"{{"version":"{}"}}"#, env!("CARGO_PKG_VERSION")).as_bytes())
    );
    assert!(child.unwrap().wait().unwrap().success());
}

fn engines_that_do_not_open() {
    let absent = WorkerOptions { engine: EngineName::Cuda, ..options() };
    check(&absent).unwrap();
    let Err(EngineError::Unavailable { reason }) = Worker::start(&absent) else { panic!() };
    assert_eq!(reason, "no engine cuda here");
    check(&playing("crash")).unwrap();
    let Err(EngineError::Failed { reason }) = Worker::start(&playing("crash")) else { panic!() };
    assert!(reason.ends_with("not become ready: the worker ended: exit status: 7"), "{reason}");
    let slow = WorkerOptions { patience: Duration::from_millis(200), ..playing("slow") };
    let before = children();
    let started = Instant::now();
    let Err(EngineError::Failed { reason }) = Worker::start(&slow) else { panic!() };
    assert!(reason.contains("it took longer than 200ms, and was ended"), "{reason}");
    assert!(started.elapsed() < Duration::from_secs(5));
    while children() > before {
        assert!(started.elapsed() < PATIENCE, "it was not ended");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn children() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.map(|children| children.split_whitespace().count()).sum()
}

/// The system ends a child with the thread that has started it, if the child asks for it.
fn a_worker_lives_on_without_the_thread_that_started_it() {
    let worker = std::thread::spawn(|| Worker::start(&options()).unwrap()).join().unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(points(&worker, &job("fibonacci", "count=1000")).len(), 3_000);
}

/// What the descriptors of a process lead to, but for its standard error.
fn descriptors(process: &str) -> Vec<String> {
    let all = fs::read_dir(format!("/proc/{process}/fd")).unwrap().flatten();
    let all = all.filter(|one| one.file_name() != "2");
    all.filter_map(|one| Some(fs::read_link(one.path()).ok()?.display().to_string())).collect()
}

/// Those of this process that a child gets, whoever has opened them.
fn inherited() -> usize {
    let flags = |path: PathBuf| {
        let text = fs::read_to_string(path).ok()?;
        let flags = text.lines().find_map(|line| line.strip_prefix("flags:"))?.trim();
        u32::from_str_radix(flags, 8).ok()
    };
    let all = fs::read_dir("/proc/self/fdinfo").unwrap().flatten();
    all.filter_map(|one| flags(one.path())).filter(|flags| flags & 0o2_000_000 == 0).count()
}

fn a_worker_has_the_descriptors_that_it_was_given() {
    let given = inherited();
    let own = fs::File::open("/proc/self/status").unwrap();
    let first = Worker::start(&options()).unwrap();
    let second = Worker::start(&options()).unwrap();
    assert_eq!(inherited(), given, "descriptors of workers are closed in other children");
    let here = descriptors("self");
    for worker in [&first, &second] {
        let there = descriptors(&worker.process_id().to_string());
        let strange = there.iter().filter(|one| {
            let memory = one.contains("memfd:sphere-points");
            !memory
                && (one.contains("/status") || !one.starts_with("socket:") && !here.contains(one))
        });
        assert_eq!(strange.count(), 0, "{there:?}");
        let sockets = there.iter().filter(|one| one.starts_with("socket:"));
        assert!(sockets.clone().all(|one| !here.contains(one)), "{there:?} {here:?}");
        let memory = there.iter().filter(|one| one.contains("memfd:"));
        // Each twice or three times: as it was given, and as it is kept.
        assert_eq!((sockets.count(), memory.count()), (3, 2), "{there:?}");
    }
    drop(own);
}

fn a_worker_has_a_name() {
    let worker = Worker::start(&options()).unwrap();
    let name = fs::read_to_string(format!("/proc/{}/comm", worker.process_id())).unwrap();
    assert_eq!(name.trim(), format!("sphere-{}", worker.capability().name));
}

/// However it ends, and whatever they do: one of these is frozen.
fn workers_end_with_their_service() {
    let WorkerOptions { program, arguments, .. } = playing("service");
    let mut service = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(service.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let workers: Vec<_> = said.split_whitespace().map(|id| format!("/proc/{id}/fd/1")).collect();
    // They have the memory of their service, as nothing has that is called by the same number later.
    let is_up = |worker: &String| {
        fs::read_link(worker)
            .is_ok_and(|memory| memory.display().to_string().contains("memfd:sphere"))
    };
    assert!(workers.len() == 2 && workers.iter().all(is_up), "{said}");
    service.kill().unwrap();
    service.wait().unwrap();
    let started = Instant::now();
    while workers.iter().any(is_up) {
        assert!(started.elapsed() < PATIENCE, "a worker is left");
        std::thread::sleep(Duration::from_millis(1));
    }
}
