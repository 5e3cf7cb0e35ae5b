//! A queue from the command line: submit, work, wait, fetch; and workers that end or fail.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{Run, Sphere, ended};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(90);

/// A folder with a queue in it.
struct Jobs {
    sphere: Sphere,
}

impl Jobs {
    fn new() -> Self {
        Self { sphere: Sphere::new() }
    }

    fn command(&self, words: &str) -> Command {
        let mut command = self.sphere.command(words);
        command.env("SPHERE_QUEUE", "sqlite:queue.sqlite").env_remove("SPHERE_SUBMITTER");
        command
    }

    fn run(&self, words: &str) -> Run {
        ended(self.command(words).output().unwrap())
    }

    /// The id of a new job.
    fn submit(&self, words: &str) -> String {
        let id = self.run(&format!("jobs submit {words}")).success().text().trim().to_owned();
        assert_eq!(id.len(), 32, "{id}");
        id
    }

    fn job(&self, id: &str) -> Value {
        let run = self.run(&format!("jobs show {id} --json")).success();
        serde_json::from_slice(&run.stdout).unwrap()
    }

    fn wait_until(&self, id: &str, what: &str, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let job = self.job(id);
            if is_so(&job) {
                return job;
            }
            assert!(began.elapsed() < PATIENCE, "waited for {what}: {job}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn worker(&self, words: &str) -> Worker {
        let mut command = self.command(&format!("worker {words}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "Sphere worker waiting for jobs of sqlite:queue.sqlite\n");
        Worker(child)
    }
}

/// A worker that is ready.
struct Worker(Child);

impl Worker {
    /// Tells it to end. What it said, and how long it took.
    fn end(mut self, signal: &str) -> (String, Duration) {
        let began = Instant::now();
        let kill = format!("kill -{signal} {}", self.0.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let status = self.0.wait().unwrap();
        assert!(status.success() || signal == "KILL", "{status}");
        let mut said = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (said, began.elapsed())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file of directions.
fn directions(jobs: &Jobs, rows: u32) {
    let row = |index: u32| format!("{},{},0.5\n", f64::from(index).sin(), f64::from(index).cos());
    let text: String = (0..rows).map(row).collect();
    std::fs::write(jobs.sphere.path("directions.csv"), text).unwrap();
}

#[test]
fn results_are_those_of_the_verbs_that_need_no_queue() {
    let jobs = Jobs::new();
    directions(&jobs, 5_000);
    let samples = [
        "fibonacci --count 70_001",
        "random --count 1e5 --start 9 --seed 7 --method ball --precision f32",
        "sobol --dimensions 3 --count 4096 --scramble owen --seed 5",
        "pixels --order 4 --columns lonlat-deg",
        "disk --total 1000 --start 1000",
    ];
    let samples = samples.map(|words| (words, jobs.submit(&format!("sample {words}"))));
    let judged = "random --count 5000 --seed 3";
    let quality = jobs.submit(&format!("quality {judged}"));
    let searched = "fibonacci --total 1e6 --placement packing --input directions.csv";
    let nearest = jobs.submit(&format!("nearest {searched}"));
    let worker = jobs.worker("--engines scripted,cpu --workers 2");
    let ids: Vec<&str> =
        samples.iter().map(|(_, id)| id.as_str()).chain([&*quality, &*nearest]).collect();
    jobs.run(&format!("jobs wait {}", ids.join(" "))).success();
    for (words, id) in &samples {
        for format in ["csv", "npy", "raw", "parquet", "json", "ply"] {
            if format == "ply" && !words.contains("random") {
                continue;
            }
            let same = jobs.run(&format!("sample {words} -o direct.{format} --progress never"));
            same.success();
            jobs.run(&format!("jobs result {id} -o fetched.{format}")).success();
            let [direct, fetched] =
                ["direct", "fetched"].map(|name| jobs.sphere.read(&format!("{name}.{format}")));
            assert!(direct == fetched, "{words} {format}");
        }
        let direct = jobs.run(&format!("sample {words}")).success();
        let fetched = jobs.run(&format!("jobs result {} --threads 1", &id[..12])).success();
        assert!(direct.stdout == fetched.stdout, "{words}");
    }
    let direct = jobs.run(&format!("quality {judged} --json")).success();
    assert_eq!(direct.text(), jobs.run(&format!("jobs result {quality}")).success().text());
    for format in ["csv", "npy", "raw", "json"] {
        let direct = jobs.run(&format!("nearest {searched} --format {format}")).success();
        let fetched = jobs.run(&format!("jobs result {nearest} --format {format}")).success();
        assert!(direct.stdout == fetched.stdout, "{format}");
    }
    let (said, _) = worker.end("TERM");
    for id in ids {
        let line = said.lines().find(|line| line.starts_with(id)).unwrap();
        assert!(line.contains(" done "), "{line}");
    }
    assert_eq!(said.lines().count(), samples.len() + 2, "{said}");
}

#[test]
fn people_see_what_becomes_of_their_jobs() {
    let jobs = Jobs::new();
    let first = jobs.submit("sample random --count 1e6 --seed 4 --submitter anna --expires 36h");
    let second = jobs.submit("quality fibonacci --count 100 --submitter bert");
    let third = jobs.submit("sample fibonacci --count 5 --submitter anna");
    let list = |words: &str| {
        let run = jobs.run(&format!("jobs list {words}")).success();
        let ids = run.text().lines().skip(1).map(|line| line.split(' ').next().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(list(""), [third.as_str(), &second, &first]);
    assert_eq!(list("--limit 2"), [third.as_str(), &second]);
    assert_eq!(list("--submitter anna"), [third.as_str(), &first]);
    assert_eq!(list("--state done"), Vec::<String>::new());
    let run = jobs.run("jobs list --json --limit 1").success();
    let job: Value = serde_json::from_str(run.text()).unwrap();
    assert_eq!((&job["id"], &job["state"]), (&third.clone().into(), &"queued".into()));

    let shown = jobs.run(&format!("jobs show {third}")).success();
    assert!(shown.text().contains("queued, 2 before it, 0 % (0 of 5)"), "{}", shown.text());
    let worker = jobs.worker("--engines cpu --quiet");
    jobs.run(&format!("jobs wait {first} {second}")).success();
    let shown = jobs.run(&format!("jobs show {first}")).success();
    for part in ["sample random --count 1000000 --seed 4", " by anna", "cpu 0-999999", "checksums"]
    {
        assert!(shown.text().contains(part), "{part}: {}", shown.text());
    }
    let job = jobs.job(&first);
    let span = job["expires"].as_u64().unwrap() - job["updated"].as_u64().unwrap();
    assert_eq!(span, 36 * 3_600_000);
    assert!(job["result"]["chunks"]["checksums"].as_str().unwrap().len().is_multiple_of(16));
    let (said, _) = worker.end("INT");
    assert_eq!(said, "", "it was to be quiet");
    let run = jobs.run(&format!("jobs cancel {first}"));
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("is done"), "{}", run.stderr);
}

#[test]
fn the_same_key_is_the_same_job() {
    let jobs = Jobs::new();
    let words = "sample fibonacci --count 5 --idempotency-key monday";
    let id = jobs.submit(words);
    assert_eq!(jobs.submit(words), id);
    let again = jobs.run(&format!("jobs submit {words} --json")).success();
    let again: Value = serde_json::from_str(again.text()).unwrap();
    assert_eq!(again, serde_json::json!({ "id": id, "new": false }));
    let other = jobs.run("jobs submit sample fibonacci --count 6 --idempotency-key monday");
    assert_eq!(other.status, Some(1));
    assert!(other.stderr.contains("use a new key"), "{}", other.stderr);
    assert_ne!(jobs.submit(&format!("{words} --submitter other")), id);
}

#[test]
fn what_cannot_be_done_has_failed_and_says_why() {
    let jobs = Jobs::new();
    std::fs::write(jobs.sphere.path("zero.csv"), "1,2,3\n0,0,0\n").unwrap();
    let id = jobs.submit("nearest fibonacci --total 100 --input zero.csv");
    let _worker = jobs.worker("--engines cpu");
    for verb in ["wait", "result"] {
        let run = jobs.run(&format!("jobs {verb} {id}"));
        assert_eq!((run.status, run.text()), (Some(1), ""), "{verb}");
        assert!(run.stderr.contains(&format!("job {id} is failed: ")), "{}", run.stderr);
        assert!(run.stderr.contains("direction"), "{}", run.stderr);
    }
    let run = jobs.run(&format!("jobs retry {id}"));
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("only a dead one can be queued again"), "{}", run.stderr);
}

#[test]
fn a_cancelled_job_leaves_its_worker_to_the_next() {
    let jobs = Jobs::new();
    let long = jobs.submit("sample random --count 1e9");
    let short = jobs.submit("sample random --count 5");
    let worker = jobs.worker("--engines cpu --fault slow:cpu:50");
    jobs.wait_until(&long, "some of it", |job| job["progress"]["done"].as_u64() > Some(0));
    let result = jobs.run(&format!("jobs result {long}"));
    assert_eq!(result.status, Some(1));
    assert!(result.stderr.contains("is running; 'sphere jobs wait"), "{}", result.stderr);
    let late = jobs.run(&format!("jobs wait {short} --timeout 0.2"));
    assert_eq!(late.status, Some(1));
    assert!(late.stderr.contains("is queued after 0.2 s, and goes on"), "{}", late.stderr);
    let began = Instant::now();
    jobs.run(&format!("jobs cancel {long}")).success();
    jobs.run(&format!("jobs cancel {long}")).success();
    jobs.run(&format!("jobs wait {short}")).success();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let run = jobs.run(&format!("jobs wait {long}"));
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("is cancelled"), "{}", run.stderr);
    let (said, _) = worker.end("TERM");
    assert!(said.contains(&format!("{long} sample left to others, or cancelled")), "{said}");
}

#[test]
fn whoever_waits_can_leave_and_the_work_goes_on() {
    let jobs = Jobs::new();
    let words = "jobs submit sample random --count 1e6 --wait";
    let mut command = jobs.command(words);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut id = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut id).unwrap();
    // The handler is there when it waits, and this worker is not what it waits for.
    thread::sleep(Duration::from_millis(500));
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(
        said.contains(&format!("the work goes on; 'sphere jobs wait {}'", id.trim())),
        "{said}"
    );
    let _worker = jobs.worker("--engines cpu");
    jobs.run(&format!("jobs wait {}", id.trim())).success();
}

/// What of a job was computed by whom.
fn spans(job: &Value) -> Vec<(String, u64, u64)> {
    let number = |span: &Value, name: &str| span[name].as_u64().unwrap();
    let span = |span: &Value| {
        (span["engine"].as_str().unwrap().to_owned(), number(span, "from"), number(span, "to"))
    };
    job["executed"].as_array().unwrap().iter().map(span).collect()
}

/// Another worker goes on where the first came to, and the points are the same.
fn goes_on(jobs: &Jobs, id: &str, at: u64) {
    let _worker = jobs.worker("--engines scripted");
    jobs.run(&format!("jobs wait {id}")).success();
    let spans = spans(&jobs.job(id));
    let ends: Vec<&str> = spans.iter().map(|(engine, ..)| engine.as_str()).collect();
    assert_eq!(ends, ["cpu", "scripted"], "{spans:?}");
    assert!(spans[1].1 >= at && spans[0].2 == spans[1].1, "{spans:?} from {at}");
    let direct = jobs.run("sample random --count 1e7 --seed 1 --format raw").success();
    let fetched = jobs.run(&format!("jobs result {id} --format raw")).success();
    assert!(direct.stdout == fetched.stdout);
}

#[test]
fn a_worker_that_is_to_end_gives_its_job_back_at_once() {
    let jobs = Jobs::new();
    let id = jobs.submit("sample random --count 1e7 --seed 1");
    let worker = jobs.worker("--engines cpu --fault slow:cpu:100");
    jobs.wait_until(&id, "chunks", |job| job["chunks"].is_object());
    let (said, took) = worker.end("TERM");
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(said.contains(&format!("{id} sample queued")), "{said}");
    let job = jobs.job(&id);
    assert_eq!((&job["state"], &job["failed_attempts"]), (&"queued".into(), &0.into()), "{job}");
    let chunks = job["chunks"]["checksums"].as_str().unwrap().len() as u64 / 16;
    goes_on(&jobs, &id, chunks * job["chunks"]["points"].as_u64().unwrap());
}

/// What cannot be stopped is not waited for.
#[test]
fn a_worker_that_judges_gives_its_job_back_too() {
    let jobs = Jobs::new();
    let id = jobs.submit("quality random --count 1e7");
    let worker = jobs.worker("--engines cpu --threads 1");
    jobs.wait_until(&id, "points", |job| job["progress"]["done"] == 10_000_000);
    let (_, took) = worker.end("TERM");
    assert!(took < Duration::from_secs(10), "{took:?}");
    let job = jobs.job(&id);
    assert_eq!((&job["state"], &job["failed_attempts"]), (&"queued".into(), &0.into()), "{job}");
}

/// Trouble with the queue is not said again and again, and it is said when it is over.
#[test]
fn a_worker_waits_until_its_queue_works_again() {
    let jobs = Jobs::new();
    let id = jobs.submit("sample random --count 10");
    let worker = jobs.worker("--engines cpu --fault disk-full:3");
    jobs.run(&format!("jobs wait {id}")).success();
    let job = jobs.job(&id);
    assert_eq!(job["failed_attempts"], 0, "{job}");
    let (said, _) = worker.end("TERM");
    let lines: Vec<&str> = said.lines().collect();
    let [trouble, over, done] = lines[..] else { panic!("{said}") };
    assert!(trouble.starts_with("trouble: ") && trouble.contains("full"), "{said}");
    assert_eq!(over, "the queue works again");
    assert!(done.starts_with(&format!("{id} sample done ")), "{said}");
}

#[test]
fn a_worker_that_is_killed_loses_its_job_to_another() {
    let jobs = Jobs::new();
    let id = jobs.submit("sample random --count 1e7 --seed 1");
    let worker = jobs.worker("--engines cpu --fault slow:cpu:100");
    let job = jobs.wait_until(&id, "chunks", |job| job["chunks"].is_object());
    let chunks = job["chunks"]["checksums"].as_str().unwrap().len() as u64 / 16;
    worker.end("KILL");
    assert_eq!(jobs.job(&id)["state"], "running");
    goes_on(&jobs, &id, chunks * job["chunks"]["points"].as_u64().unwrap());
    let job = jobs.job(&id);
    let attempts = job["attempts"].as_array().unwrap();
    assert_eq!((attempts.len(), &job["failed_attempts"]), (1, &1.into()), "{job}");
    let cause = attempts[0]["cause"].as_str().unwrap();
    assert!(cause.contains("silent"), "{cause}");
    let shown = jobs.run(&format!("jobs show {id}")).success();
    assert!(shown.text().contains("1 of 5 failed"), "{}", shown.text());
}

#[test]
#[ignore = "its attempts have pauses of 15 s together"]
fn a_job_that_always_fails_is_dead_and_can_be_queued_again() {
    let jobs = Jobs::new();
    let id = jobs.submit("sample random --count 1e5");
    let worker = jobs.worker("--engines scripted --fault alloc-fail:1");
    let run = jobs.run(&format!("jobs wait {id}"));
    assert_eq!(run.status, Some(1));
    assert!(run.stderr.contains("is dead: ") && run.stderr.contains("memory"), "{}", run.stderr);
    worker.end("TERM");
    let dead = jobs.run("jobs dead").success();
    let line = dead.text().lines().nth(1).unwrap();
    assert!(line.starts_with(&id) && line.contains("  5  ") && line.contains("memory"), "{line}");
    let job: Value = serde_json::from_str(jobs.run("jobs dead --json").success().text()).unwrap();
    assert_eq!(job["attempts"].as_array().unwrap().len(), 5, "{job}");
    jobs.run(&format!("jobs retry {id}")).success();
    assert_eq!(jobs.run("jobs dead").success().text(), "");
    let _worker = jobs.worker("--engines cpu");
    jobs.run(&format!("jobs wait {id}")).success();
}

/// What is wrong is said in one line, with the way out; nothing is made or changed.
#[test]
fn bad_input_is_refused() {
    let jobs = Jobs::new();
    let ends = |words: &str, status: i32, says: &str| {
        let run = jobs.run(words);
        assert_eq!((run.status, run.text()), (Some(status), ""), "{words}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{words}: {}", run.stderr);
        assert!(!run.stderr.contains("panicked"), "{words}: {}", run.stderr);
    };
    let no_id = "0123456789abcdef0123456789abcdef";
    for verb in
        ["list", "dead", &format!("show {no_id}"), &format!("wait {no_id}"), "cancel abcdef"]
    {
        ends(&format!("jobs {verb}"), 1, "'sphere jobs submit' makes one");
    }
    for (words, says) in [
        ("guess fibonacci", "unrecognized subcommand 'guess'"),
        ("sample circle --count 5", "invalid value 'circle'"),
        ("sample fibonacci --count 5 --size 3", "unexpected argument '--size'"),
        ("sample fibonacci --count 5 --seed 3", "seed"),
        ("sample fibonacci", "count"),
        ("sample random --count 1e13", "at most 1000000000000"),
        ("quality random --count 1e9", "at most 100000000"),
        ("quality random --count 5 --precision f32", "changes nothing"),
        ("nearest fibonacci --input missing.csv", "total"),
        ("nearest disk --total 5", "invalid value 'disk'"),
        ("sample fibonacci --count 5 --expires 1w", "a whole number of days"),
        ("sample fibonacci --count 5 --queue none", "'none' is for 'sphere serve' alone"),
        ("sample fibonacci --count 5 --queue redis:x", "sqlite:FILE"),
        ("sample fibonacci --count 5 --queue sqlite:.", "is a folder"),
    ] {
        ends(&format!("jobs submit {words}"), 2, says);
    }
    ends("jobs submit nearest fibonacci --total 5 --input missing.csv", 1, "missing.csv");
    assert!(jobs.sphere.files().is_empty(), "no queue was made");
    ends("jobs submit sample fibonacci --count 5 --expires 31", 2, "seconds to expiry");
    ends("jobs submit sample fibonacci --count 5 --submitter=", 2, "submitter is empty");
    for (words, status, says) in [
        (format!("show {no_id}"), 1, "never submitted, or has expired"),
        (format!("wait {no_id}"), 1, "never submitted, or has expired"),
        (format!("result {no_id}"), 1, "never submitted, or has expired"),
        (format!("cancel {no_id}"), 1, "never submitted, or has expired"),
        ("show abcdef".to_owned(), 1, "there is no job abcdef..."),
        ("show abcde".to_owned(), 2, "32 hexadecimal digits"),
        ("show ABCDEF01".to_owned(), 2, "32 hexadecimal digits"),
        (format!("wait {no_id} --timeout -1"), 2, "timeout"),
        ("list --state late".to_owned(), 2, "is no state of a job"),
        ("list --limit 0".to_owned(), 2, "0"),
    ] {
        ends(&format!("jobs {words}"), status, says);
    }
    for words in
        ["--engines none", "--workers 0", "--fault slow:cuda:5 --engines cpu", "--queue none"]
    {
        assert_eq!(jobs.run(&format!("worker {words}")).status, Some(2), "{words}");
    }
}

#[test]
fn files_of_others_are_left_as_they_are() {
    let jobs = Jobs::new();
    let text = "no database, but some lines that somebody wrote\n".repeat(9);
    // An empty database of another program: its header alone is looked at.
    let mut database = b"SQLite format 3\0".to_vec();
    database.resize(4096, 0);
    for bytes in [text.into_bytes(), database] {
        std::fs::write(jobs.sphere.path("queue.sqlite"), &bytes).unwrap();
        for words in ["jobs list", "jobs submit sample fibonacci --count 5", "worker --engines cpu"]
        {
            let run = jobs.run(words);
            assert_eq!(run.status, Some(2), "{words}: {}", run.stderr);
            assert!(run.stderr.contains("was left as it is: name another file"), "{}", run.stderr);
        }
        assert_eq!(jobs.sphere.read("queue.sqlite"), bytes);
        assert_eq!(jobs.sphere.files(), ["queue.sqlite"]);
    }
}

/// Jobs that wait, as those do that a device computes: `cargo test --release --test jobs -- --ignored --nocapture
/// scale_with_workers` prints the table. It fails where a job does; how fast they are is for the reader to judge.
#[test]
#[ignore = "takes a minute, and wants a machine that does nothing else"]
fn scale_with_workers() {
    let mut one = None;
    for (workers, processes) in [(1, 1), (2, 1), (4, 1), (1, 2), (1, 4)] {
        let jobs = Jobs::new();
        let ids: Vec<String> = (0..32).map(|_| jobs.submit("sample random --count 1000")).collect();
        let words = format!("--engines cpu --threads 1 --workers {workers} --fault slow:cpu:500");
        let began = Instant::now();
        let running: Vec<Worker> = (0..processes).map(|_| jobs.worker(&words)).collect();
        jobs.run(&format!("jobs wait {}", ids.join(" "))).success();
        let seconds = began.elapsed().as_secs_f64();
        drop(running);
        let ratio = *one.get_or_insert(seconds) / seconds;
        eprintln!("{processes} processes of {workers} workers: {seconds:.2} s, {ratio:.2}x");
    }
}
