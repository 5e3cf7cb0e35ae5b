//! Times, shares and engines in words.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sphere_offload::queue::{Executed, Progress, Timestamp};

/// How much of a job is done; `None` where that is not known.
pub(super) fn share(progress: Progress) -> Option<f64> {
    (progress.total > 0).then(|| progress.done as f64 / progress.total as f64)
}

/// In whole percent, never rounded up: 100 % is done.
pub(super) fn percent(progress: Progress) -> String {
    share(progress).map_or_else(String::new, |share| format!("{} %", (100.0 * share) as u64))
}

/// Since some moment. Clocks differ: what lies ahead is now.
pub(super) fn since(then: Timestamp) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(Duration::from_millis(then.0))
}

/// In the largest unit of which there are two or so: a person looks, nobody computes.
pub(super) fn rough(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// Date and time of day in UTC, as RFC 3339 has it.
pub(super) fn date(moment: Timestamp) -> String {
    let seconds = moment.0 / 1_000;
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a number of days since 1970. A year begins in March here, so that the day that some
/// years have more is its last.
fn civil(days: u64) -> (u64, u64, u64) {
    // From 0000-03-01; 400 years have 146,097 days.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months have 31, 30, 31, 30, 31 days, and so on: 153 in five.
    let month = (5 * day + 2) / 153;
    let date = day - (153 * month + 2) / 5 + 1;
    let is_next = month >= 10;
    let month = if is_next { month - 9 } else { month + 3 };
    (400 * era + year + u64::from(is_next), month, date)
}

/// Which engine computed which points, with first and last index: `scripted 0-99, cpu 100-999`.
pub(super) fn executed(spans: &[Executed]) -> String {
    let span =
        |span: &Executed| format!("{} {}-{}", span.engine, span.from, span.to.saturating_sub(1));
    spans.iter().map(span).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_dates() {
        // As `date -u -d @SECONDS` has them.
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00Z"),
            (951_782_399, "2000-02-28 23:59:59Z"),
            (951_782_400, "2000-02-29 00:00:00Z"),
            (951_868_800, "2000-03-01 00:00:00Z"),
            (1_798_761_599, "2026-12-31 23:59:59Z"),
            (4_107_542_400, "2100-03-01 00:00:00Z"),
        ] {
            assert_eq!(date(Timestamp(1_000 * seconds)), text);
        }
    }

    #[test]
    fn times_are_rough_and_shares_never_too_large() {
        for (seconds, text) in
            [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")]
        {
            assert_eq!(rough(Duration::from_secs(seconds)), text);
        }
        for (done, total, text) in
            [(0, 0, ""), (0, 3, "0 %"), (999, 1_000, "99 %"), (3, 3, "100 %")]
        {
            assert_eq!(percent(Progress { done, total }), text);
        }
    }
}
