//! The checks and chores of this workspace: `cargo xtask COMMAND`.

#![forbid(unsafe_code)]

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

mod bench;
mod callgrind;
mod counts;
mod files;
mod flames;
mod machine;
mod private;
mod report;
mod reproducible;
#[cfg(test)]
mod scratch;
mod tidy;

/// What a command hands back: whether all was well, or why it could not tell.
type Outcome = Result<bool, Box<dyn Error>>;

const HELP: &str = "\
The checks and chores of this workspace.

Usage: cargo xtask COMMAND

Commands:
  tidy                 Checks the rules no compiler knows, over every file that git does not ignore:
                         edges     a crate imports only what lies downhill of it
                         length    no source file is longer than 700 lines, unless it is a table
                         machine   no file names a folder of somebody's machine
                         manifest  every crate takes its lints, licence and edition from the root
                       Prints `path:line: what is wrong, and what to do`. Example: cargo xtask tidy
  private [BINARY...]  Looks in release binaries for the folders of the machine that built them.
                       Without BINARY: the release build of `sphere` in the target folder.
                       Example: cargo build --release && cargo xtask private
  reproducible         Builds `sphere` twice, in two folders of different names and depths, and
                       compares the two files byte by byte. Takes two release builds.
  counts [--write]     Counts the instructions a point of every case of benches/ with valgrind, and
                       compares them with benches/instructions.csv: over 5 % more is a fault. Writes
                       target/bench/instructions.json. With --write, renews the committed counts.
  flames               Draws where the instructions of each scheme go: target/bench/flames/*.svg
  bench [--quick]      Measures every scheme with the release build of `sphere`: rates against a pure
                       fill, latencies, allocations, quality; then writes the report. Some minutes.
  report               Makes target/bench/report.html and report.json of the files in target/bench/
                       that `bench` and others have written there.
  help                 This text

Exit status: 0 all is well, 1 something was found or could not be done, 2 the command is unknown.
";

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let command = arguments.next().unwrap_or_else(|| OsString::from("help"));
    let rest: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let outcome = match (command.to_str(), rest.is_empty()) {
        (Some("tidy"), true) => tidy::run(&root(), &mut io::stdout()),
        (Some("private"), _) => private::run(&root(), &rest, &mut io::stdout()),
        (Some("reproducible"), true) => reproducible::run(&root(), &mut io::stdout()),
        (Some("counts"), true) => counts::run(&root(), false, &mut io::stdout()),
        (Some("counts"), false) if rest == [Path::new("--write")] => {
            counts::run(&root(), true, &mut io::stdout())
        }
        (Some("flames"), true) => flames::run(&root(), &mut io::stdout()),
        (Some("bench"), true) => bench::run(&root(), false, &mut io::stdout()),
        (Some("bench"), false) if rest == [Path::new("--quick")] => {
            bench::run(&root(), true, &mut io::stdout())
        }
        (Some("report"), true) => report::run(&root(), &mut io::stdout()),
        (Some("help" | "--help" | "-h"), _) => say(&mut io::stdout(), HELP).map(|()| true),
        _ => {
            let line = format!("xtask: cannot read `{}`\n\n{HELP}", words(&command, &rest));
            return exit(say(&mut io::stderr(), &line).map(|()| false), 2);
        }
    };
    exit(outcome, 1)
}

/// The arguments as they were typed, near enough to be recognised.
fn words(command: &OsString, rest: &[PathBuf]) -> String {
    let rest = rest.iter().map(|word| word.display().to_string());
    std::iter::once(command.display().to_string()).chain(rest).collect::<Vec<_>>().join(" ")
}

fn exit(outcome: Outcome, fault: u8) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(fault),
        Err(error) => {
            // With standard error gone, the exit status has to say it alone.
            let _ = writeln!(io::stderr(), "xtask: {error}");
            ExitCode::from(fault)
        }
    }
}

fn say(out: &mut dyn Write, text: &str) -> Result<(), Box<dyn Error>> {
    Ok(out.write_all(text.as_bytes())?)
}

/// The root of the workspace. Cargo names this crate's folder at run time: the one known at compile
/// time is gone when somebody moves the checkout and keeps the target folder.
fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    here.as_deref().and_then(Path::parent).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The folder cargo builds into, for the workspace at `root`.
fn target(root: &Path) -> PathBuf {
    root.join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| OsString::from("target")))
}

/// The cargo that runs this program.
fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))
}
