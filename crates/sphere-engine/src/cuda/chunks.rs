//! How a job is cut, as data.

use crate::Window;

/// Bytes of a chunk: 150 microseconds of a link, so that what a chunk costs by itself does not show.
/// Chosen, not measured.
const CHUNK_BYTES: u64 = 1 << 23;

/// Chunks under way at once: one is computed, one is on the link, two wait for the sink.
const CHUNKS: usize = 4;

/// Jobs up to this size are written to the host by the kernel itself: a copy would take longer.
pub(super) const SMALL_BYTES: u64 = 1 << 16;

/// A job takes at most one part in so many of the device, so that others find room while its sink waits.
const SHARE: u64 = 8;

/// How results come to the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The kernel writes host memory.
    Mapped,
    /// The kernel writes device memory, which is copied.
    Copied,
}

/// The chunks of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) way: Way,
    /// Bytes of a chunk at most: those of a point or more.
    pub(super) chunk_bytes: u64,
    /// Chunks under way at once.
    pub(super) chunks: usize,
}

/// Cuts a job of `job_bytes`, whose points have `point_bytes`, into what a sink lends, on a device of which
/// `device_bytes` may be taken; `None` if it has no room for one point.
pub(super) fn cut(
    job_bytes: u64,
    point_bytes: u64,
    window: Window,
    device_bytes: u64,
) -> Option<Cut> {
    let lent = (window.block_bytes as u64).min(CHUNK_BYTES).max(point_bytes);
    let chunks = window.blocks.clamp(1, CHUNKS);
    if job_bytes <= SMALL_BYTES {
        return Some(Cut { way: Way::Mapped, chunk_bytes: lent, chunks });
    }
    if point_bytes > device_bytes {
        return None;
    }
    let share = (device_bytes / SHARE).max(point_bytes);
    let chunks = chunks.min((share / point_bytes) as usize).max(1);
    let chunk_bytes = lent.min(share / chunks as u64);
    Some(Cut { way: Way::Copied, chunk_bytes, chunks })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Window = Window { blocks: usize::MAX, block_bytes: usize::MAX };
    const LARGE: u64 = 1 << 36;

    fn window(blocks: usize, block_bytes: usize) -> Window {
        Window { blocks, block_bytes }
    }

    #[test]
    fn chunks_fit_the_sink_and_the_device() {
        let mapped = |chunk_bytes, chunks| Some(Cut { way: Way::Mapped, chunk_bytes, chunks });
        let copied = |chunk_bytes, chunks| Some(Cut { way: Way::Copied, chunk_bytes, chunks });
        for (job_bytes, point_bytes, window, device_bytes, expected) in [
            // Small jobs need nothing of the device.
            (0, 24, ANY, LARGE, mapped(CHUNK_BYTES, 4)),
            (SMALL_BYTES, 24, ANY, 0, mapped(CHUNK_BYTES, 4)),
            (SMALL_BYTES, 24, window(1, 100), 0, mapped(100, 1)),
            (SMALL_BYTES, 24, window(0, 0), 0, mapped(24, 1)),
            (SMALL_BYTES + 1, 24, ANY, LARGE, copied(CHUNK_BYTES, 4)),
            (u64::MAX, 24, ANY, LARGE, copied(CHUNK_BYTES, 4)),
            // What a sink lends is the bound.
            (u64::MAX, 24, window(2, 1 << 20), LARGE, copied(1 << 20, 2)),
            (u64::MAX, 24, window(0, 5), LARGE, copied(24, 1)),
            // A point that is larger than a chunk.
            (u64::MAX, 1 << 24, ANY, LARGE, copied(1 << 24, 4)),
            // What the device has is the bound, and a job takes an eighth.
            (u64::MAX, 24, ANY, 1 << 20, copied(1 << 15, 4)),
            (u64::MAX, 24, ANY, 8 * 50, copied(25, 2)),
            (u64::MAX, 24, ANY, 24, copied(24, 1)),
            (u64::MAX, 24, ANY, 23, None),
        ] {
            let given = cut(job_bytes, point_bytes, window, device_bytes);
            assert_eq!(given, expected, "{job_bytes}, {point_bytes}, {window:?}, {device_bytes}");
        }
    }

    #[test]
    fn a_job_keeps_to_its_share_unless_a_point_is_larger() {
        for device_bytes in [1_000, 8_000, 100_000, 1 << 20, 1 << 30] {
            for point_bytes in [4, 24, 1_000] {
                let Cut { chunk_bytes, chunks, .. } =
                    cut(u64::MAX, point_bytes, ANY, device_bytes).unwrap();
                assert!(chunk_bytes >= point_bytes);
                let share = (device_bytes / SHARE).max(point_bytes);
                assert!(chunk_bytes * chunks as u64 <= share, "{device_bytes}, {point_bytes}");
            }
        }
    }
}
