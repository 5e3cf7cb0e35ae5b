//! How far a run is, for a person who watches it.

use std::io::{self, IsTerminal as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::target::Target;
use crate::cli::ProgressWhen;

/// A bar on standard error, or nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many points. There is none where nobody watches, nor where the points
    /// themselves scroll by.
    pub(super) fn new(when: ProgressWhen, points: u64, target: &Target) -> Self {
        let points_scroll_by = target.uses_standard_output() && io::stdout().is_terminal();
        // indicatif draws nothing where standard error is no terminal.
        let draw_to = if when == ProgressWhen::Never || points_scroll_by {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(points), draw_to);
        let template = "{bar:40} {percent:>3}%  {human_pos} points, {human_rate}, {eta} left";
        let style = ProgressStyle::with_template(template)
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .with_key(
                "human_rate",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{:.1} M/s", state.per_sec() / 1e6);
                },
            );
        bar.set_style(style);
        Self(bar)
    }

    pub(super) fn advance(&self, points: u64) {
        self.0.inc(points);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
