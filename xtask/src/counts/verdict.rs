//! Counts beside the committed ones.

use std::fmt;

use super::LEVELS;
use super::baseline::Row;

/// By how much a count may drift, up or down, before somebody has to look.
const ALLOWED: f64 = 0.05;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Same,
    Grew,
    Fell,
    /// No case of this name is committed.
    New,
    /// A committed case that is counted no more.
    Gone,
}

/// A count, before and now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) verdict: Verdict,
    before: Option<f64>,
    now: Option<f64>,
}

impl Change {
    fn new(before: Option<f64>, now: Option<f64>) -> Self {
        let verdict = match (before, now) {
            (Some(before), Some(now)) if now > before * (1.0 + ALLOWED) => Verdict::Grew,
            (Some(before), Some(now)) if now < before * (1.0 - ALLOWED) => Verdict::Fell,
            (Some(_), Some(_)) => Verdict::Same,
            (None, _) => Verdict::New,
            (_, None) => Verdict::Gone,
        };
        Self { verdict, before, now }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.before, self.now) {
            (Some(before), Some(now)) => {
                let percent = (now / before - 1.0) * 100.0;
                write!(f, "{now:>12.2} {percent:>+7.1} %")?;
            }
            (None, Some(now)) => write!(f, "{now:>12.2}       new")?,
            _ => write!(f, "        gone          ")?,
        }
        write!(f, "{}", if self.verdict == Verdict::Grew { " !" } else { "  " })
    }
}

/// Every case of either, in the order of what was counted, with the change at each level.
pub(super) fn compare(before: &[Row], now: &[Row]) -> Vec<(String, [Change; LEVELS.len()])> {
    let find = |rows: &[Row], case: &str| {
        rows.iter().find(|row| row.case == case).map(|row| row.per_point.map(Some))
    };
    let gone = before.iter().filter(|row| find(now, &row.case).is_none());
    let changes = |row: &Row| {
        let before = find(before, &row.case).unwrap_or_default();
        let now = find(now, &row.case).unwrap_or_default();
        (row.case.clone(), [0, 1].map(|level| Change::new(before[level], now[level])))
    };
    now.iter().chain(gone).map(changes).collect()
}

#[cfg(test)]
mod tests {
    use super::{Change, Row, Verdict, compare};

    #[test]
    fn five_percent_is_the_last_change_that_passes() {
        let table = [
            (100.0, 100.0, Verdict::Same),
            (100.0, 105.0, Verdict::Same),
            (100.0, 105.1, Verdict::Grew),
            (100.0, 95.0, Verdict::Same),
            (100.0, 94.9, Verdict::Fell),
            (20.0, 22.0, Verdict::Grew),
            (0.5, 0.55, Verdict::Grew),
        ];
        for (before, now, expected) in table {
            assert_eq!(Change::new(Some(before), Some(now)).verdict, expected, "{before} {now}");
        }
    }

    /// The test of the test: whichever case is made 10 % worse at whichever level is found.
    #[test]
    fn a_case_made_ten_percent_worse_is_caught() {
        let text = include_str!("../../../benches/instructions.csv");
        let rows = super::super::baseline::Baseline::read(text).unwrap().rows;
        assert!(rows.len() > 10);
        for worse in 0..rows.len() {
            for level in 0..2 {
                let mut now = rows.clone();
                now[worse].per_point[level] *= 1.1;
                for (at, (_, changes)) in compare(&rows, &now).iter().enumerate() {
                    for (there, change) in changes.iter().enumerate() {
                        let grew = change.verdict == Verdict::Grew;
                        assert_eq!(grew, (at, there) == (worse, level), "{}", now[at].case);
                    }
                }
            }
        }
    }

    #[test]
    fn cases_that_come_and_go_are_seen() {
        let row = |case: &str| Row { case: case.to_owned(), per_point: [1.0, 2.0] };
        let changes = compare(&[row("old"), row("both")], &[row("both"), row("new")]);
        let seen: Vec<_> =
            changes.iter().map(|(case, changes)| (case.as_str(), changes[0].verdict)).collect();
        let expected = [("both", Verdict::Same), ("new", Verdict::New), ("old", Verdict::Gone)];
        assert_eq!(seen, expected);
    }
}
