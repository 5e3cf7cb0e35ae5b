//! Memory of a caller that the device keeps at hand: blocks in it are written where they are.

#![allow(unsafe_code, reason = "says of memory of the test that it stays where it is")]

use std::sync::Arc;

use super::jobs::jobs;
use super::nearest::{check, columns, lattice};
use super::*;
use crate::{FixedMemory, LentWords};

/// Words of a block.
const WORDS: usize = 1 << 14;
const PARTS: usize = 6;

/// The addresses of memory that nobody frees.
struct Slab(Range<usize>);

// SAFETY: the memory is leaked, so it is mapped for as long as the process lives.
unsafe impl FixedMemory for Slab {
    fn range(&self) -> Range<usize> {
        self.0.clone()
    }
}

/// A block of it.
#[derive(Debug)]
struct Part(&'static mut [u64]);

impl LentWords for Part {
    fn words(&self) -> &[u64] {
        self.0
    }

    fn words_mut(&mut self) -> &mut [u64] {
        self.0
    }
}

fn slab() -> (Arc<Slab>, Vec<Part>) {
    let words = Box::leak(vec![0_u64; PARTS * WORDS].into_boxed_slice());
    let range = words.as_mut_ptr_range();
    let slab = Slab(range.start.expose_provenance()..range.end.addr());
    (Arc::new(slab), words.chunks_mut(WORDS).map(Part).collect())
}

/// Lends blocks of the slab, and counts those that come back in other memory.
struct Lending {
    parts: Vec<Part>,
    bytes: Vec<u8>,
    others: usize,
}

impl Sink for Lending {
    fn window(&self) -> Window {
        Window { blocks: 3, block_bytes: 8 * WORDS }
    }

    fn lend(&mut self) -> Block {
        // As large as what was in it last says nothing.
        self.parts.pop().map_or_else(Block::default, |part| Block::in_lent(Box::new(part), 0))
    }

    fn accept(&mut self, _points: Range<u64>, block: Block) -> Result<(), SinkError> {
        self.bytes.extend_from_slice(block.bytes());
        match block.into_lent::<Part>() {
            Ok(part) => self.parts.push(part),
            Err(_) => self.others += 1,
        }
        Ok(())
    }
}

fn count(fake: &Fake, name: &str) -> usize {
    fake.calls().iter().filter(|call| **call == name).count()
}

#[test]
fn blocks_in_kept_memory_are_written_where_they_are() {
    let jobs = jobs();
    let (fake, engine) = with_jobs(&jobs, None);
    let (slab, parts) = slab();
    engine.resources().keep(Arc::<Slab>::clone(&slab)).unwrap();
    let registered = count(&fake, "register");
    let mut sink = Lending { parts, bytes: Vec::new(), others: 0 };
    for job in &jobs {
        sink.bytes.clear();
        engine.run(job, &mut sink, &Stop::never()).unwrap();
        assert!(sink.bytes == right(job), "{job:?}");
    }
    assert_eq!((sink.others, count(&fake, "register")), (0, registered), "nothing else is used");
    // Once is enough.
    assert!(engine.resources().keep(Arc::<Slab>::clone(&slab)).is_err());
    assert_eq!(Arc::strong_count(&slab), 2);
    drop(engine);
    assert_eq!((Arc::strong_count(&slab), fake.audit()), (1, vec![]));
}

/// A block that has no room, and blocks of other memory, take the way of all others.
#[test]
fn what_does_not_fit_lies_elsewhere() {
    let wide = job("sobol count=40 dimensions=20000");
    let (fake, engine) = with_jobs(std::slice::from_ref(&wide), None);
    let (slab, parts) = slab();
    engine.resources().keep(slab).unwrap();
    let mut sink = Lending { parts, bytes: Vec::new(), others: 0 };
    engine.run(&wide, &mut sink, &Stop::never()).unwrap();
    assert!(sink.bytes == right(&wide));
    assert!(sink.others > 0);
    drop((engine, sink));
    assert_eq!(fake.audit(), [""; 0]);
}

#[test]
fn directions_in_kept_memory_stay_there() {
    let (fake, engine) = with_jobs(&[], None);
    let (slab, mut parts) = slab();
    engine.resources().keep(slab).unwrap();
    let rows = WORDS / 4;
    let given = columns(rows);
    let words = &mut *parts[1].0;
    for (to, from) in words.chunks_mut(rows).zip(&given) {
        to.copy_from_slice(bytemuck::cast_slice(from));
    }
    let (directions, found) = words.split_at_mut(3 * rows);
    let [x, y, z] = [0, 1, 2].map(|at| bytemuck::cast_slice(&directions[at * rows..][..rows]));
    let registered = count(&fake, "register");
    let staged = engine.resources().host.used();
    engine.nearest(&lattice(), [x, y, z], found, &Stop::never()).unwrap();
    check([x, y, z], found);
    assert_eq!(count(&fake, "register"), registered);
    assert_eq!(engine.resources().host.used(), staged, "nothing was copied to other memory");
    drop(engine);
    assert_eq!(fake.audit(), [""; 0]);
}

#[test]
fn whatever_fails_memory_is_let_go_of() {
    let job = job("fibonacci count=20000");
    for refused in ["register", "mapped"] {
        let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
        fake.fail_all(refused, 801);
        let (slab, parts) = slab();
        assert!(engine.resources().keep(Arc::<Slab>::clone(&slab)).is_err());
        let mut sink = Lending { parts, bytes: Vec::new(), others: 0 };
        engine.run(&job, &mut sink, &Stop::never()).unwrap();
        assert!(sink.bytes == right(&job), "it computes without it");
        drop((engine, sink));
        assert_eq!((Arc::strong_count(&slab), fake.audit()), (1, vec![]));
    }
    for (call, code) in (0..40).flat_map(|call| [2, 999, 700].map(|code| (call, code))) {
        let (fake, engine) = with_jobs(std::slice::from_ref(&job), None);
        let (slab, parts) = slab();
        fake.fail_at(call, code);
        let _ = engine.resources().keep(slab);
        let mut sink = Lending { parts, bytes: Vec::new(), others: 0 };
        let ran = engine.run(&job, &mut sink, &Stop::never());
        assert!(sink.bytes == right(&job)[..sink.bytes.len()], "{call} {code}");
        assert!(ran.is_err() || sink.bytes.len() == right(&job).len());
        drop((engine, sink));
        assert_eq!(fake.audit(), [""; 0], "{call} {code}");
    }
}
