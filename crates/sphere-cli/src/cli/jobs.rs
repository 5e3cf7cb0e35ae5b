//! The arguments of `sphere jobs`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueHint};
use sphere_engine::numa::Numa;
use sphere_offload::queue::{Address, JobState};

use super::{COMPUTING, InputArguments, OUTPUT, PointArguments, ProgressWhen, choices, formats};

const TERMS: &str = "On which terms";

/// Hand work to a queue, watch it, and fetch what came out
///
/// A job that was submitted is kept on disk until it is done, whatever ends meanwhile. 'sphere serve' and
/// 'sphere worker' do the jobs of a queue.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = LONG_HELP)]
pub(crate) struct JobsArguments {
    #[command(flatten)]
    pub(crate) queue: QueueArgument,
    #[command(subcommand)]
    pub(crate) verb: JobsVerb,
}

/// Which queue.
#[derive(Args, Debug)]
pub(crate) struct QueueArgument {
    /// The queue: sqlite:FILE, or nats://HOST:PORT[,HOST:PORT...] [default: a file in your data folder, the
    /// same as of 'sphere serve']
    #[arg(long, value_name = "QUEUE", env = "SPHERE_QUEUE", hide_env_values = true, global = true, value_parser = queue)]
    pub(crate) queue: Option<Address>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsVerb {
    Submit(Box<SubmitArguments>),
    List(ListArguments),
    Show(ShowArguments),
    Wait(WaitArguments),
    Result(Box<ResultArguments>),
    Cancel(CancelArguments),
    Retry(RetryArguments),
    Dead(DeadArguments),
}

impl JobsVerb {
    /// As it is typed.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Submit(_) => "jobs submit",
            Self::List(_) => "jobs list",
            Self::Show(_) => "jobs show",
            Self::Wait(_) => "jobs wait",
            Self::Result(_) => "jobs result",
            Self::Cancel(_) => "jobs cancel",
            Self::Retry(_) => "jobs retry",
            Self::Dead(_) => "jobs dead",
        }
    }
}

/// Submit a job, and print its id
///
/// When the id is printed the job is on disk. Its parameters were checked before.
#[derive(Args, Debug)]
#[command(
    after_help = SUBMIT_EXAMPLES, subcommand_value_name = "KIND", subcommand_help_heading = "Kinds"
)]
pub(crate) struct SubmitArguments {
    #[command(subcommand)]
    pub(crate) kind: SubmitKind,
    #[command(flatten)]
    pub(crate) terms: TermArguments,
}

/// What is to be done.
#[derive(Debug, Subcommand)]
pub(crate) enum SubmitKind {
    Sample(Box<SubmitPoints>),
    /// Judge points in numbers, as 'sphere quality' does
    Quality(Box<SubmitPoints>),
    Nearest(SubmitNearest),
}

/// Compute points of a scheme, as 'sphere sample' does
///
/// The result is the points themselves, up to 10^12 of them. What is kept is how they were made, with checksums:
/// 'sphere jobs result' computes them again and compares.
#[derive(Args, Debug)]
pub(crate) struct SubmitPoints {
    /// The kind of points
    #[arg(value_name = "SCHEME", value_parser = choices("scheme"))]
    pub(crate) scheme: String,
    #[command(flatten)]
    pub(crate) points: PointArguments,
}

/// Find the lattice point nearest to each direction, as 'sphere nearest' does
#[derive(Args, Debug)]
pub(crate) struct SubmitNearest {
    /// The lattice
    #[arg(value_name = "SCHEME", value_parser = ["fibonacci"])]
    pub(crate) scheme: String,
    /// Points of the whole lattice, up to 2^52
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) total: Option<String>,
    /// Where the lattice puts its points, as in 'sphere sample' [default: quadrature]
    #[arg(long, value_name = "GOAL")]
    pub(crate) placement: Option<String>,
    /// Read the directions here; they are stored with the job [default: standard input]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: InputArguments,
}

/// All that is not the work itself.
#[derive(Args, Debug)]
pub(crate) struct TermArguments {
    /// Whose job it is: submitters take turns, and each has a quota [default: your user name]
    #[arg(long, value_name = "NAME", help_heading = TERMS, env = "SPHERE_SUBMITTER", global = true)]
    pub(crate) submitter: Option<String>,
    /// The same key is the same job, however often it is submitted
    #[arg(long, value_name = "KEY", help_heading = TERMS, global = true)]
    pub(crate) idempotency_key: Option<String>,
    /// Forget the job so long after its end, with its result: days, or a number with s, m, h or d, up to 30
    /// days [default: 7d]
    #[arg(long, value_name = "TIME", help_heading = TERMS, global = true, value_parser = expiry)]
    pub(crate) expires: Option<Duration>,
    /// Then wait for it, as 'sphere jobs wait' does
    #[arg(long, help_heading = OUTPUT, global = true)]
    pub(crate) wait: bool,
    /// Show a bar while waiting
    #[arg(long, value_name = "WHEN", help_heading = OUTPUT, default_value = "auto", global = true)]
    pub(crate) progress: ProgressWhen,
    /// Print {"id":...,"new":...} instead of the id; new is false where the key was known
    #[arg(long, help_heading = OUTPUT, global = true)]
    pub(crate) json: bool,
}

/// List jobs, the newest first
#[derive(Args, Debug)]
pub(crate) struct ListArguments {
    /// Those in this state: queued, running, done, failed, dead, cancelled
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<JobState>,
    /// Those of this submitter
    #[arg(long, value_name = "NAME")]
    pub(crate) submitter: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: u64,
    /// One JSON object a line, without checksums
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say all there is to know about a job
#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    /// The job: its id, or the first 6 or more of its digits
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// As one JSON object, with all checksums
    #[arg(long)]
    pub(crate) json: bool,
}

/// Wait until jobs have ended
///
/// Exit status: 0 all are done, 1 one of them is not or the time is over, 130 interrupted; the jobs go on then.
#[derive(Args, Debug)]
pub(crate) struct WaitArguments {
    /// The jobs
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    /// Wait so many seconds at most
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    pub(crate) timeout: Option<f64>,
    /// Show a bar with rate and time left
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(crate) progress: ProgressWhen,
}

/// Write the result of a job that is done
///
/// Points are computed again and compared with the checksums of the job: the bytes are those of 'sphere sample'
/// with the same parameters. Judgements are JSON, as of 'sphere quality --json'; indices are written as
/// 'sphere nearest' writes them.
#[derive(Args, Debug)]
pub(crate) struct ResultArguments {
    /// The job
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    /// Write it here [default: standard output]
    #[arg(short, long, value_name = "FILE", help_heading = OUTPUT, value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Its format [default: by the suffix of FILE, else csv; of judgements json]
    #[arg(long, value_name = "F", help_heading = OUTPUT, value_parser = formats())]
    pub(crate) format: Option<String>,
    /// Show a bar with rate and time left
    #[arg(long, value_name = "WHEN", help_heading = OUTPUT, default_value = "auto")]
    pub(crate) progress: ProgressWhen,
    /// Compute on so many threads [default: all cores]
    #[arg(long, value_name = "T", help_heading = COMPUTING, allow_negative_numbers = true)]
    pub(crate) threads: Option<String>,
    /// Keep threads on nodes of memory: auto where there are several, off, or the number of one
    #[arg(long, value_name = "NODES", help_heading = COMPUTING, default_value_t, allow_negative_numbers = true)]
    pub(crate) numa: Numa,
}

/// End jobs that nobody wants any more; a worker hears of it within a second
#[derive(Args, Debug)]
pub(crate) struct CancelArguments {
    /// The jobs
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
}

/// Queue dead jobs again; they go on where they were
#[derive(Args, Debug)]
pub(crate) struct RetryArguments {
    /// The jobs
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
}

/// List the jobs whose attempts are used up, with the cause
#[derive(Args, Debug)]
pub(crate) struct DeadArguments {
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: u64,
    /// One JSON object a line, without checksums
    #[arg(long)]
    pub(crate) json: bool,
}

/// `serve` can do without a queue. Nobody else can.
fn queue(text: &str) -> Result<Address, String> {
    if text == "none" {
        return Err(
            "there are no jobs without a queue; 'none' is for 'sphere serve' alone".to_owned()
        );
    }
    text.parse().map_err(|error| format!("{error}"))
}

/// A number of days, or a number with its unit.
fn expiry(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.chars().last() {
        Some(unit @ ('s' | 'm' | 'h' | 'd')) => (&text[..text.len() - 1], unit),
        _ => (text, 'd'),
    };
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        _ => 86_400,
    };
    let number = number.parse::<u64>().ok();
    let all = number.filter(|number| *number > 0).and_then(|number| number.checked_mul(seconds));
    all.map(Duration::from_secs).ok_or_else(|| {
        "it must be a whole number of days, or one with s, m, h or d: 7, 36h, 90m".to_owned()
    })
}

const EXAMPLES: &str = "\
Examples:
  id=$(sphere jobs submit sample random --count 1e9 --seed 7)
  sphere jobs wait $id && sphere jobs result $id -o random.npy
  sphere jobs list --state running
  sphere worker &                                  does the jobs of the queue, as 'sphere serve' does";

const LONG_HELP: &str = "\
A job is queued, then running, then one of: done (there is a result), failed (it cannot be done),
dead (its attempts are used up: 'sphere jobs dead' says why, 'sphere jobs retry' queues it again),
cancelled. A worker that ends gives its job back; one that is silent for 10 s has lost it. Whoever
goes on begins where the other came to.

Examples:
  Submit, wait with a bar, fetch:
    id=$(sphere jobs submit sample random --count 1e9 --seed 7)
    sphere jobs wait $id && sphere jobs result $id -o random.npy
  The same in one line, safe to repeat:
    sphere jobs submit quality sobol --count 1e7 --idempotency-key sobol-1e7 --wait
  A queue of their own, with four workers:
    export SPHERE_QUEUE=sqlite:/var/lib/sphere/queue.sqlite
    sphere worker --workers 4 &
    sphere jobs submit nearest fibonacci --total 1e6 --input directions.npy
  Ids for a script:
    sphere jobs list --state dead --json --limit 1000 | jq -r .id | xargs sphere jobs retry

Exit status: 0 done, 1 failed while working, or a job that was waited for is not done, 2 wrong
arguments, 130 interrupted.";

const SUBMIT_EXAMPLES: &str = "\
Examples:
  sphere jobs submit sample fibonacci --count 1e10
  sphere jobs submit quality random --count 1e7 --seed 3 --wait
  sphere jobs submit nearest fibonacci --total 1e6 --input cities.csv --as lonlat-deg
  sphere jobs submit sample sobol --count 1e9 --expires 36h --idempotency-key monday

'sphere jobs submit KIND --help' says which parameters a kind takes.";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{expiry, queue};

    #[test]
    fn times_have_units_and_are_days_without() {
        let hour = 3_600;
        for (text, seconds) in
            [("7", 7 * 24 * hour), ("2d", 48 * hour), ("36h", 36 * hour), ("90m", 5_400), ("5s", 5)]
        {
            assert_eq!(expiry(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "d", "0", "-1", "1.5", "7w", "é", "18446744073709551615"] {
            assert!(expiry(text).unwrap_err().contains("36h"), "{text}");
        }
    }

    #[test]
    fn none_is_no_queue() {
        assert!(queue("none").unwrap_err().contains("sphere serve"));
        assert!(queue("sqlite:x").is_ok());
        assert!(queue("x").unwrap_err().contains("sqlite:FILE"));
    }
}
