//! Buffers that are used again.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The least size of a buffer: small jobs share.
const LEAST_BYTES: u64 = 1 << 12;

/// Buffers of any kind `B`, kept for the next job of about their size.
#[derive(Debug)]
pub(crate) struct Pool<B> {
    state: Mutex<State<B>>,
    most_idle_bytes: u64,
    most_buffer_bytes: u64,
}

#[derive(Debug)]
struct State<B> {
    /// The latest last.
    idle: Vec<(u64, B)>,
    used: Used,
}

/// Bytes of the buffers of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Waiting for a job.
    pub(crate) idle_bytes: u64,
    /// In a job.
    pub(crate) lent_bytes: u64,
}

/// A buffer out of its pool, which `P` refers to. Dropped, it is released; what the device no longer
/// uses is given back.
#[derive(Debug)]
pub(crate) struct Lent<B, P: Deref<Target = Pool<B>>> {
    pool: P,
    bytes: u64,
    buffer: Option<B>,
}

impl<B> Pool<B> {
    /// Keeps so many bytes; no buffer is larger than `most_buffer_bytes`.
    pub(crate) fn new(most_idle_bytes: u64, most_buffer_bytes: u64) -> Self {
        let state = State { idle: Vec::new(), used: Used::default() };
        Self { state: Mutex::new(state), most_idle_bytes, most_buffer_bytes }
    }

    /// A buffer of at least `bytes`, made if there is none; `bytes` is no more than the largest.
    pub(crate) fn take<P: Deref<Target = Self>, E>(
        pool: P,
        bytes: u64,
        make: impl FnOnce(u64) -> Result<B, E>,
    ) -> Result<Lent<B, P>, E> {
        let bytes = pool.size(bytes);
        let buffer = match pool.pop(bytes) {
            Some(buffer) => buffer,
            // Made outside the lock: a driver may take its time.
            None => make(bytes)?,
        };
        pool.state().used.lent_bytes += bytes;
        Ok(Lent { pool, bytes, buffer: Some(buffer) })
    }

    /// Releases all that nobody uses.
    pub(crate) fn clear(&self) {
        let mut state = self.state();
        state.used.idle_bytes = 0;
        let idle = std::mem::take(&mut state.idle);
        drop(state);
        drop(idle);
    }

    /// What is where.
    pub(crate) fn used(&self) -> Used {
        self.state().used
    }

    /// Powers of two, so that jobs of almost the same size share.
    fn size(&self, bytes: u64) -> u64 {
        let size = bytes.max(LEAST_BYTES).checked_next_power_of_two().unwrap_or(bytes);
        size.min(self.most_buffer_bytes)
    }

    fn pop(&self, bytes: u64) -> Option<B> {
        let mut state = self.state();
        let at = state.idle.iter().rposition(|(size, _)| *size == bytes)?;
        state.used.idle_bytes -= bytes;
        Some(state.idle.remove(at).1)
    }

    fn state(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B> State<B> {
    /// Keeps a buffer, and gives those back that are one too many: the oldest.
    fn keep(&mut self, bytes: u64, buffer: B, most_bytes: u64) -> Vec<B> {
        self.idle.push((bytes, buffer));
        self.used.idle_bytes += bytes;
        let mut released = Vec::new();
        while self.used.idle_bytes > most_bytes {
            let (bytes, buffer) = self.idle.remove(0);
            self.used.idle_bytes -= bytes;
            released.push(buffer);
        }
        released
    }
}

impl<B, P: Deref<Target = Pool<B>>> Lent<B, P> {
    /// The buffer; `None` never, while it is lent.
    pub(crate) fn buffer(&self) -> Option<&B> {
        self.buffer.as_ref()
    }

    /// The buffer, to be changed.
    pub(crate) fn buffer_mut(&mut self) -> Option<&mut B> {
        self.buffer.as_mut()
    }

    /// Where it is from.
    pub(crate) fn pool(&self) -> &P {
        &self.pool
    }

    /// Gives the buffer back: nobody uses it any more.
    pub(crate) fn give_back(mut self) {
        if let Some(buffer) = self.buffer.take() {
            let most = self.pool.most_idle_bytes;
            let released = self.pool.state().keep(self.bytes, buffer, most);
            drop(released);
        }
    }
}

impl<B, P: Deref<Target = Pool<B>>> Drop for Lent<B, P> {
    fn drop(&mut self) {
        self.pool.state().used.lent_bytes -= self.bytes;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A pool of numbered buffers, and the number of the next.
    struct Numbered(Pool<u32>, Cell<u32>);

    impl Numbered {
        fn take(&self, bytes: u64) -> Lent<u32, &Pool<u32>> {
            let make = |_| -> Result<u32, ()> { Ok(self.1.replace(self.1.get() + 1)) };
            Pool::take(&self.0, bytes, make).unwrap()
        }
    }

    fn pool() -> Numbered {
        Numbered(Pool::new(3 << 12, 1 << 20), Cell::new(0))
    }

    fn used(idle_bytes: u64, lent_bytes: u64) -> Used {
        Used { idle_bytes, lent_bytes }
    }

    #[test]
    fn a_buffer_is_used_again_by_jobs_of_its_size() {
        let pool = pool();
        let first = pool.take(1);
        assert_eq!(pool.0.used(), used(0, 4_096));
        first.give_back();
        assert_eq!(pool.0.used(), used(4_096, 0));
        for (bytes, buffer) in [(4_096, 0), (4_097, 1), (8_192, 1), (17, 0)] {
            let lent = pool.take(bytes);
            assert_eq!(lent.buffer(), Some(&buffer), "{bytes} bytes");
            lent.give_back();
        }
    }

    #[test]
    fn what_is_dropped_is_gone_and_what_is_too_much_is_released() {
        let pool = pool();
        drop(pool.take(1));
        assert_eq!(pool.0.used(), used(0, 0));
        let lent = [pool.take(1), pool.take(1), pool.take(5_000)];
        assert_eq!(pool.0.used(), used(0, 4 << 12));
        lent.into_iter().for_each(Lent::give_back);
        assert_eq!(pool.0.used(), used(3 << 12, 0));
        let oldest_that_stayed = pool.take(1);
        assert_eq!(oldest_that_stayed.buffer(), Some(&2));
        pool.0.clear();
        assert_eq!(pool.0.used(), used(0, 4_096));
    }

    #[test]
    fn no_buffer_is_larger_than_the_device_allows() {
        let pool = Pool::<u64>::new(0, 1_000);
        let lent = Pool::take(&pool, 900, Ok::<_, ()>).unwrap();
        assert_eq!(lent.buffer(), Some(&1_000));
    }

    #[test]
    fn a_buffer_that_cannot_be_made_is_not_lent() {
        let pool = Pool::<u64>::new(0, 1_000);
        assert_eq!(Pool::take(&pool, 900, |_| Err("none left")).unwrap_err(), "none left");
        assert_eq!(pool.used(), used(0, 0));
    }
}
