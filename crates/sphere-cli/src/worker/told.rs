//! What a worker says on standard error: a line for each job that has ended, and for trouble.

use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sphere_jobs::{WorkerEvent, WorkerEvents};
use sphere_offload::breaker::State;
use sphere_offload::ladder::{Event, Events};
use sphere_offload::queue::JobId;

/// Trouble of which nothing was heard for so long is over: whoever meets it tries again sooner.
const OVER: Duration = Duration::from_secs(15);

/// Tells people.
#[derive(Debug)]
pub(super) struct Told {
    quiet: bool,
    news: Mutex<News>,
}

#[derive(Debug, Default)]
struct News {
    /// What runs, and of which kind.
    running: Vec<(JobId, String)>,
    /// What is wrong with the queue, and when that was heard last.
    trouble: Option<(String, Instant)>,
}

impl Told {
    pub(super) fn new(quiet: bool) -> Self {
        Self { quiet, news: Mutex::default() }
    }

    fn news(&self) -> MutexGuard<'_, News> {
        // What is known of jobs is shown, and decides nothing.
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called now and then: tells when trouble has passed while there was nothing to do.
    pub(super) fn look(&self) {
        heard(&mut self.news(), Heard::Nothing);
    }
}

/// What is heard of a queue.
#[derive(Clone, Copy)]
enum Heard<'a> {
    Trouble(&'a str),
    /// It has done what it was asked.
    Work,
    Nothing,
}

impl News {
    /// What is to be said of trouble: that it is there, and that it is over, but not that it lasts.
    fn hear(&mut self, heard: Heard<'_>) -> Option<String> {
        let now = Instant::now();
        match heard {
            Heard::Trouble(text) => {
                let known = self.trouble.as_ref().is_some_and(|(known, _)| known == text);
                self.trouble = Some((text.to_owned(), now));
                (!known).then(|| format!("trouble: {text}"))
            }
            Heard::Work => self.over(),
            Heard::Nothing => {
                let last = self.trouble.as_ref().map(|(_, last)| *last);
                last.filter(|last| now.duration_since(*last) >= OVER).and_then(|_| self.over())
            }
        }
    }

    fn over(&mut self) -> Option<String> {
        self.trouble.take().map(|_| "the queue works again".to_owned())
    }
}

impl WorkerEvents for Told {
    fn told(&self, event: WorkerEvent<'_>) {
        let mut news = self.news();
        match event {
            WorkerEvent::Leased { id, kind } => {
                heard(&mut news, Heard::Work);
                news.running.push((id, kind.to_owned()));
            }
            WorkerEvent::Ended { id, state, after } => {
                let at = news.running.iter().position(|(running, _)| *running == id);
                let kind = at.map_or_else(String::new, |at| news.running.swap_remove(at).1);
                if state.is_some() {
                    heard(&mut news, Heard::Work);
                }
                if !self.quiet {
                    let state = state.map_or("left to others, or cancelled", |state| state.name());
                    say(&format!("{id} {kind} {state} {:.3} s", after.as_secs_f64()));
                }
            }
            WorkerEvent::Trouble { error } => {
                heard(&mut news, Heard::Trouble(&error.to_string()));
            }
        }
    }
}

impl Events for Told {
    fn told(&self, event: Event<'_>) {
        match event {
            Event::Failed { engine, error, .. } => say(&format!("{engine} failed: {error}")),
            Event::Turned { engine, state: State::Open { .. } } => {
                say(&format!("{engine} gets no jobs until it works again"));
            }
            Event::Turned { engine, state: State::Closed { .. } } => {
                say(&format!("{engine} works again"));
            }
            _ => {}
        }
    }
}

fn heard(news: &mut News, heard: Heard<'_>) {
    if let Some(line) = news.hear(heard) {
        say(&line);
    }
}

/// A standard error that cannot be written leaves nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::{Heard, News};

    #[test]
    fn trouble_is_said_once_and_once_that_it_is_over() {
        let mut news = News::default();
        assert_eq!(news.hear(Heard::Work), None);
        let full = "trouble: the disk is full";
        assert_eq!(news.hear(Heard::Trouble("the disk is full")).as_deref(), Some(full));
        assert_eq!(news.hear(Heard::Trouble("the disk is full")), None);
        assert_eq!(news.hear(Heard::Nothing), None, "it may last");
        let held = news.hear(Heard::Trouble("another program holds it"));
        assert_eq!(held.as_deref(), Some("trouble: another program holds it"));
        assert_eq!(news.hear(Heard::Work).as_deref(), Some("the queue works again"));
        assert_eq!(news.hear(Heard::Work), None);
    }
}
