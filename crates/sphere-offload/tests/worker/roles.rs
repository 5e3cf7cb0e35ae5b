//! What this program is when it is started as a child.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use sphere_engine::{
    Capability, CpuEngine, Engine, EngineError, Harm, Job, NearestJob, Report, Sink, Stop, Stopped,
};
use sphere_offload::worker::{Scripted, serve};

pub(crate) fn play(role: &str) -> io::Result<()> {
    match role {
        "worker" => serve(open),
        "fat" => serve(|_| Ok(Arc::new(Fat(scripted()?)))),
        "slow" => serve(|name| {
            std::thread::sleep(Duration::from_mins(1));
            open(name)
        }),
        "crash" => serve(|_| std::process::exit(7)),
        "other-version" => say(br#"{"version":"99.0.0","of":"later"}"#),
        "other-tongue" => say(b"<html>"),
        role => Err(io::Error::other(format!("no role {role}"))),
    }
}

fn scripted() -> Result<Scripted, EngineError> {
    Ok(Scripted::new(CpuEngine::new(None)?))
}

fn open(name: &str) -> Result<Arc<dyn Engine>, EngineError> {
    match name {
        "scripted" => Ok(Arc::new(scripted()?)),
        other => Err(EngineError::Unavailable { reason: format!("no engine {other} here") }),
    }
}

/// Answers the first message with another, and waits for the end.
fn say(text: &[u8]) -> io::Result<()> {
    let mut socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    socket.write_all(&framed(text))?;
    socket.read_to_end(&mut Vec::new()).map(drop)
}

pub(crate) fn framed(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u32).to_le_bytes(), text].concat()
}

/// Memory that no worker of the tests has otherwise.
pub(crate) const FAT_BYTES: u64 = 256 << 20;

/// An engine that takes a lot of memory when it is harmed.
struct Fat(Scripted);

impl Engine for Fat {
    fn capability(&self) -> &Capability {
        self.0.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.0.run(job, out, stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        self.0.nearest(job, directions, indices, stop)
    }

    fn harm(&self, _harm: Harm) -> Result<(), EngineError> {
        std::hint::black_box(vec![1_u8; FAT_BYTES as usize]).leak();
        Ok(())
    }
}
