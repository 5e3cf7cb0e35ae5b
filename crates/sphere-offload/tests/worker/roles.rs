//! What this program is when it is started as a child.

use std::io::{self, Read as _, Write as _};
use std::ops::Range;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sphere_engine::{
    Block, Capability, Cause, CpuEngine, Engine, EngineError, FixedMemory, Harm, Job, NearestJob,
    Report, Sink, SinkError, Stop, Stopped, Window,
};
use sphere_offload::worker::{Scripted, Worker, serve};

pub(crate) fn play(role: &str) -> io::Result<()> {
    match role {
        "worker" => serve(open),
        "fat" => serve(|_| Ok(Arc::new(Fat(scripted()?)))),
        "keeping" => serve(|_| Ok(Arc::new(Keeping(scripted()?, Mutex::default())))),
        "slow" => serve(|name| {
            std::thread::sleep(Duration::from_mins(1));
            open(name)
        }),
        "crash" => serve(|_| std::process::exit(7)),
        "service" => {
            have_workers();
            Ok(())
        }
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

/// Has two workers, one of which is frozen, and says which.
fn have_workers() {
    let workers = [(); 2].map(|()| Worker::start(&crate::options()).unwrap());
    workers[1].freeze();
    println!("{} {}", workers[0].process_id(), workers[1].process_id());
    std::thread::sleep(Duration::from_mins(1));
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

/// An engine that insists on memory that it keeps.
struct Keeping(Scripted, Mutex<Option<Arc<dyn FixedMemory>>>);

impl Keeping {
    fn check<T>(&self, memory: &[T]) -> Result<(), EngineError> {
        let (kept, used) = (self.1.lock().unwrap(), memory.as_ptr_range());
        let kept = kept.as_ref().map_or(0..0, |kept| kept.range());
        let is_kept = kept.start <= used.start.addr() && used.end.addr() <= kept.end;
        let reason = format!("{used:?} is not in {kept:?}");
        is_kept.then_some(()).ok_or(EngineError::Failed { reason })
    }
}

impl Engine for Keeping {
    fn capability(&self) -> &Capability {
        self.0.capability()
    }

    fn run(&self, job: &Job, out: &mut dyn Sink, stop: &Stop) -> Result<Report, Stopped> {
        self.0.run(job, &mut Kept(self, out), stop)
    }

    fn nearest(
        &self,
        job: &NearestJob,
        directions: [&[f64]; 3],
        indices: &mut [u64],
        stop: &Stop,
    ) -> Result<(), Stopped> {
        let checked = directions.iter().try_for_each(|column| self.check(column));
        let checked = checked.and_then(|()| self.check(indices));
        checked.map_err(|error| Stopped { next: 0, cause: Cause::Engine(error) })?;
        self.0.nearest(job, directions, indices, stop)
    }

    fn keep(&self, memory: Arc<dyn FixedMemory>) -> Result<(), EngineError> {
        *self.1.lock().unwrap() = Some(memory);
        Ok(())
    }
}

struct Kept<'a>(&'a Keeping, &'a mut dyn Sink);

impl Sink for Kept<'_> {
    fn window(&self) -> Window {
        self.1.window()
    }

    fn lend(&mut self) -> Block {
        self.1.lend()
    }

    fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.0.check(block.bytes())?;
        self.1.accept(points, block)
    }
}
