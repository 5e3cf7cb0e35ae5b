//! `sphere jobs wait`.

use std::io::{self, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sphere_offload::queue::{JobId, JobState, JobView, Queue, QueueError};

use super::{id, refused};
use crate::cli::{ProgressWhen, WaitArguments};
use crate::failure::Failure;
use crate::queue::Asked;

/// Between looks at a job: of small ones nobody notices it, and a look is one read.
const LOOK: Duration = Duration::from_millis(100);
/// For so long a queue may be in trouble.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest time that makes sense here: 100 years.
const LONGEST: f64 = 3.2e9;
/// The exit status after an interrupt, as shells have it: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

pub(super) fn run(asked: &Asked, arguments: &WaitArguments) -> Result<(), Failure> {
    let timeout = arguments.timeout.map(seconds).transpose()?;
    let queue = asked.existing()?;
    let ids = id::find_all(&*queue, &arguments.ids)?;
    wait(&*queue, asked, &ids, timeout, arguments.progress)
}

fn seconds(seconds: f64) -> Result<Duration, Failure> {
    if (0.0..=LONGEST).contains(&seconds) {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err(Failure::usage(format!("timeout is {seconds}; it must be seconds, from 0 on")))
}

/// Until all of them have ended. Fails if one of them is not done.
pub(super) fn wait(
    queue: &dyn Queue,
    asked: &Asked,
    ids: &[JobId],
    timeout: Option<Duration>,
    progress: ProgressWhen,
) -> Result<(), Failure> {
    let began = Instant::now();
    let bar = Bar::new(progress);
    go_on_when_interrupted(&bar, asked, ids)?;
    let mut jobs = ids.iter().map(|id| view(queue, *id)).collect::<Result<Vec<_>, _>>()?;
    loop {
        for job in jobs.iter_mut().filter(|job| !job.state.is_final()) {
            *job = view(queue, job.id)?;
        }
        if jobs.iter().all(|job| job.state.is_final()) {
            bar.end();
            return ended(&jobs);
        }
        let left = timeout.map_or(LOOK, |timeout| timeout.saturating_sub(began.elapsed()));
        if left.is_zero() {
            bar.end();
            return Err(late(&jobs, began.elapsed()));
        }
        bar.show(&jobs);
        thread::sleep(left.min(LOOK));
    }
}

/// A job, as soon as the queue can be read: somebody who waits does not mind.
fn view(queue: &dyn Queue, id: JobId) -> Result<JobView, Failure> {
    let began = Instant::now();
    loop {
        match queue.view(id) {
            Err(QueueError::Busy { .. } | QueueError::Storage { .. })
                if began.elapsed() < PATIENCE => {}
            job => return job.map_err(refused),
        }
        thread::sleep(LOOK);
    }
}

/// An interrupt ends the waiting, and says that it ends no more than that.
fn go_on_when_interrupted(bar: &Bar, asked: &Asked, ids: &[JobId]) -> Result<(), Failure> {
    let again = match ids {
        [id] => format!("'sphere jobs wait{} {id}'", asked.flag),
        _ => "the same command".to_owned(),
    };
    let bar = bar.0.clone();
    ctrlc::set_handler(move || {
        bar.finish_and_clear();
        let advice = "waits again, 'sphere jobs cancel' ends it";
        let _ = writeln!(io::stderr(), "interrupted: the work goes on; {again} {advice}");
        std::process::exit(INTERRUPTED);
    })
    .map_err(|error| Failure::work(format!("cannot handle interrupts: {error}")))
}

/// A cause for each job that is not done.
fn ended(jobs: &[JobView]) -> Result<(), Failure> {
    let not_done = jobs.iter().filter(|job| job.state != JobState::Done);
    let causes: Vec<String> = not_done.map(cause).collect();
    if causes.is_empty() { Ok(()) } else { Err(Failure::work(causes.join("\nerror: "))) }
}

/// Why there is no result.
pub(super) fn cause(job: &JobView) -> String {
    let (id, state) = (job.id, job.state);
    match &job.error {
        Some(error) => format!("job {id} is {state}: {}", error.detail),
        None => format!("job {id} is {state}"),
    }
}

fn late(jobs: &[JobView], after: Duration) -> Failure {
    let left = jobs.iter().filter(|job| !job.state.is_final());
    let left: Vec<String> = left.map(|job| format!("job {} is {}", job.id, job.state)).collect();
    Failure::work(format!("{} after {:.1} s, and goes on", left.join(", "), after.as_secs_f64()))
}

/// How far all of them are, on standard error; nothing where nobody watches.
struct Bar(ProgressBar);

impl Bar {
    fn new(when: ProgressWhen) -> Self {
        // indicatif draws nothing where standard error is no terminal.
        let target = match when {
            ProgressWhen::Never => ProgressDrawTarget::hidden(),
            ProgressWhen::Auto => ProgressDrawTarget::stderr(),
        };
        let bar = ProgressBar::with_draw_target(None, target)
            .with_style(ProgressStyle::default_spinner());
        bar.enable_steady_tick(LOOK);
        Self(bar)
    }

    fn show(&self, jobs: &[JobView]) {
        let total: u64 = jobs.iter().map(|job| job.progress.total).sum();
        let done: u64 = jobs.iter().map(|job| job.progress.done).sum();
        // Without a total, or before anybody works, there is no rate to tell.
        let is_counted = total > 0 && done > 0;
        if is_counted {
            self.0.set_position(done);
        }
        if is_counted && self.0.length() != Some(total) {
            self.0.set_length(total);
            self.0.set_style(style());
            // What was done before is no rate of now.
            self.0.reset_eta();
        }
        self.0.set_message(message(jobs));
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn style() -> ProgressStyle {
    let template = "{bar:30} {percent:>3}%  {rate}, {eta} left  {msg}";
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{:.1} M/s", state.per_sec() / 1e6);
        })
}

/// What the jobs are waiting for.
fn message(jobs: &[JobView]) -> String {
    if let [job] = jobs {
        return match job.position {
            Some(0) => "waits for a worker".to_owned(),
            Some(before) => format!("queued, {before} before it"),
            None => job.state.to_string(),
        };
    }
    let ended = jobs.iter().filter(|job| job.state.is_final()).count();
    format!("{ended} of {} have ended", jobs.len())
}
