//! Results on their way to a sink.

use std::ops::Range;
use std::sync::Arc;

use super::mapped::Mapped;
use crate::{Block, Cause, Sink, Stop};

/// Blocks are about so large, as those of the CPU engine.
const BLOCK_BYTES: usize = 1 << 21;

/// Passes results on as blocks of the size that the sink wants, where they are.
pub(super) struct Handover<'a> {
    out: &'a mut dyn Sink,
    next: u64,
    point_bytes: usize,
    block_bytes: usize,
}

impl<'a> Handover<'a> {
    /// The first index is `next`.
    pub(super) fn new(out: &'a mut dyn Sink, next: u64, point_bytes: usize) -> Self {
        let points = (out.window().block_bytes.min(BLOCK_BYTES) / point_bytes).max(1);
        // An even number of points of an odd number of words of four bytes is whole words of eight.
        let points = if points > 1 { points & !1 } else { points };
        Self { out, next, point_bytes, block_bytes: points * point_bytes }
    }

    /// The first index that the sink has not accepted.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Hands on the rows of a batch, which has so many bytes.
    pub(super) fn give(
        &mut self,
        batch: &Arc<Mapped>,
        bytes: usize,
        stop: &Stop,
    ) -> Result<(), Cause> {
        self.give_parts(bytes, |part| batch.block(part), stop)
    }

    fn give_parts(
        &mut self,
        bytes: usize,
        block: impl Fn(Range<usize>) -> Block,
        stop: &Stop,
    ) -> Result<(), Cause> {
        for start in (0..bytes).step_by(self.block_bytes) {
            if let Some(cause) = stop.cause() {
                return Err(cause);
            }
            let part = start..bytes.min(start + self.block_bytes);
            let end = self.next + (part.len() / self.point_bytes) as u64;
            // Not needed: its memory is that of an earlier batch, mostly, which is used again.
            drop(self.out.lend());
            self.out.accept(self.next..end, block(part)).map_err(Cause::Sink)?;
            self.next = end;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Handover<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { next, point_bytes, block_bytes, .. } = self;
        write!(f, "Handover {{ next: {next}, {point_bytes} of {block_bytes} bytes }}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SinkError, Window};

    /// Lends blocks of a few points, and does something at each.
    struct Narrow<F>(Vec<Range<u64>>, usize, F);

    impl<F: FnMut(u64) -> Result<(), SinkError>> Sink for Narrow<F> {
        fn window(&self) -> Window {
            Window { blocks: 1, block_bytes: self.1 }
        }

        fn lend(&mut self) -> Block {
            Block::default()
        }

        fn accept(&mut self, points: Range<u64>, block: Block) -> Result<(), SinkError> {
            assert_eq!(block.values::<u64>(), points.clone().collect::<Vec<_>>());
            (self.2)(points.end)?;
            self.0.push(points);
            Ok(())
        }
    }

    /// Two batches of seven points, whose values are their indices.
    fn give(sink: &mut dyn Sink, stop: &Stop) -> (Result<(), Cause>, u64) {
        let mut handover = Handover::new(sink, 0, 8);
        let mut give = |start: u64| {
            let points: Vec<u64> = (start..start + 7).collect();
            let block = |part: Range<usize>| {
                let mut block = Block::default().sized_for::<u8>(part.len());
                block.values_mut().copy_from_slice(&bytemuck::cast_slice::<u64, u8>(&points)[part]);
                block
            };
            handover.give_parts(7 * 8, block, stop)
        };
        let given = give(0).and_then(|()| give(7));
        (given, handover.next())
    }

    #[test]
    fn a_batch_fills_as_many_blocks_as_the_sink_wants() {
        for (block_bytes, expected) in [
            (16, vec![0..2, 2..4, 4..6, 6..7, 7..9, 9..11, 11..13, 13..14]),
            (31, vec![0..2, 2..4, 4..6, 6..7, 7..9, 9..11, 11..13, 13..14]),
            (32, vec![0..4, 4..7, 7..11, 11..14]),
            (1_000, vec![0..7, 7..14]),
            (0, (0..14).map(|point| point..point + 1).collect()),
        ] {
            let mut sink = Narrow(Vec::new(), block_bytes, |_| Ok(()));
            let (given, next) = give(&mut sink, &Stop::never());
            given.unwrap();
            assert_eq!((sink.0, next), (expected, 14), "{block_bytes} bytes");
        }
    }

    #[test]
    fn a_failing_sink_ends_the_job_where_it_failed() {
        let full = |end| if end > 8 { Err("full".into()) } else { Ok(()) };
        let (given, next) = give(&mut Narrow(Vec::new(), 16, full), &Stop::never());
        assert_eq!(next, 7);
        assert!(matches!(given, Err(Cause::Sink(_))));
    }

    #[test]
    fn a_stop_is_seen_between_blocks() {
        let stop = Stop::never();
        let mut sink = Narrow(Vec::new(), 16, |end| {
            if end == 9 {
                stop.request();
            }
            Ok(())
        });
        let (given, next) = give(&mut sink, &stop);
        assert_eq!(next, 9);
        assert!(matches!(given, Err(Cause::Requested)));
    }
}
