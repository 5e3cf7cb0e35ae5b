//! Where and when it was measured.

use std::env::consts::{ARCH, OS};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::measure::levels;
use super::sphere::Sphere;

/// What the system says of the machine; what it does not say is null.
pub(super) fn describe(root: &Path, sphere: &Sphere, quick: bool) -> Result<Value, Box<dyn Error>> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let read = |path: &str| fs::read_to_string(path).ok();
    let kernel = read("/proc/sys/kernel/osrelease");
    Ok(json!({
        "date": date(seconds),
        "version": env!("CARGO_PKG_VERSION"),
        "commit": said(root, "git", &["rev-parse", "--short=12", "HEAD"]),
        "changed": said(root, "git", &["status", "--porcelain"]).map(|lines| !lines.is_empty()),
        "rustc": said(root, "rustc", &["--version"]),
        "quick": quick,
        "processor": read("/proc/cpuinfo").and_then(|text| field(&text, "model name")),
        "architecture": ARCH,
        "system": kernel.map_or_else(|| OS.to_owned(), |release| format!("{OS} {}", release.trim())),
        "threads": available_parallelism().map_or(1, usize::from),
        "simd": levels(sphere),
        "caches": caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
        "memory_bytes": read("/proc/meminfo")
            .and_then(|text| field(&text, "MemTotal"))
            .and_then(|text| text.strip_suffix(" kB")?.parse::<u64>().ok())
            .map(|kibibytes| (kibibytes * 1024).to_string()),
    }))
}

/// The first line of what a program prints.
fn said(root: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(root).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

/// The value of `name : value`.
fn field(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim().to_owned()).next()
}

/// `L1 data 32K` and so on, as the kernel lists them.
fn caches(folder: &Path) -> Vec<String> {
    let one = |index: usize| {
        let read = |name: &str| {
            let path = folder.join(format!("index{index}")).join(name);
            Some(fs::read_to_string(path).ok()?.trim().to_lowercase())
        };
        let (level, kind, size) = (read("level")?, read("type")?, read("size")?);
        Some(format!("L{level} {kind} {}", size.to_uppercase()))
    };
    (0..).map_while(one).collect()
}

/// The day and minute in UTC of a Unix time.
fn date(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days of a calendar whose years begin in March, so that leap days end them.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let leaps = day_of_era / 1_460 + day_of_era / 146_096 - day_of_era / 36_524;
    let year_of_era = (day_of_era - leaps) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02} {:02}:{:02} UTC", rest / 3_600, rest / 60 % 60)
}

#[cfg(test)]
mod tests {
    use super::{caches, date, field};
    use crate::scratch::Scratch;

    #[test]
    fn dates_of_known_seconds() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (951_868_800, "2000-03-01 00:00 UTC"),
            (1_234_567_890, "2009-02-13 23:31 UTC"),
            (4_107_542_399, "2100-02-28 23:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
            (1_798_761_599, "2026-12-31 23:59 UTC"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }

    #[test]
    fn fields_and_caches_are_found_or_not() {
        let text = "processor\t: 0\nmodel name\t: A B: C\nmodel name\t: D\n";
        assert_eq!(field(text, "model name").as_deref(), Some("A B: C"));
        assert_eq!(field(text, "name"), None);
        let tree = Scratch::new(&[
            ("index0/level", "1\n"),
            ("index0/type", "Data\n"),
            ("index0/size", "32K\n"),
            ("index1/level", "3\n"),
        ]);
        assert_eq!(caches(tree.root()), ["L1 data 32K"]);
    }
}
