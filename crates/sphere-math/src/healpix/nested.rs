//! NESTED numbering: pixel number to face and place on the face, and to its ring.

use super::{Order, RingPosition};

/// Ring of a face's southern corner, in units of Nside. Gorski2005, section 5.2.
const FACE_RING: [u64; 12] = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4];
/// Longitude of a face's middle, in eighths of a turn.
const FACE_LONGITUDE: [i64; 12] = [1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7];

/// The RING number of the pixel that NESTED numbers `pixel`; `None` outside the grid. O(1).
///
/// ```
/// use sphere_math::healpix::{Order, nested_to_ring};
///
/// let order = Order::new(1).ok_or("an order is at most 29")?;
/// assert_eq!(nested_to_ring(order, 0), Some(13));
/// assert_eq!(nested_to_ring(order, 48), None);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn nested_to_ring(order: Order, pixel: u64) -> Option<u64> {
    (pixel < order.pixels()).then(|| ring_position_of_nested(order, pixel).pixel())
}

/// As [`nested_to_ring`], for a pixel known to be on the grid.
#[inline(always)]
pub(crate) fn ring_position_of_nested(order: Order, pixel: u64) -> RingPosition {
    let nside = order.nside();
    let on_face = FacePlace::of_nested(order, pixel);
    let FacePlace { longitude, east, west, .. } = on_face;

    let position = RingPosition { nside, ring: on_face.ring(nside), place: 0 };
    let quarter = position.quarter().cast_signed();
    let shift = i64::from(!position.is_shifted());
    let eighths = longitude * quarter + east.cast_signed() - west.cast_signed();
    // The face across longitude 0 counts its western pixels from the far end of the ring.
    let place = (eighths + 1 + shift) >> 1;
    let place = if place < 1 { place + 4 * quarter } else { place };
    RingPosition { place: place.cast_unsigned(), ..position }
}

/// Where a pixel lies on its face.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FacePlace {
    /// Ring of the face's southern corner, in units of Nside.
    south: u64,
    /// Longitude of the face's middle, in eighths of a turn.
    pub(crate) longitude: i64,
    /// Pixels from the southern corner to the north-east.
    pub(crate) east: u64,
    /// Pixels from there to the north-west.
    pub(crate) west: u64,
}

impl FacePlace {
    #[inline(always)]
    pub(crate) fn of_nested(order: Order, pixel: u64) -> Self {
        let face = (pixel >> (2 * order.get())) as usize;
        let within = pixel & (order.nside() * order.nside() - 1);
        Self {
            south: FACE_RING[face],
            longitude: FACE_LONGITUDE[face],
            east: every_other_bit(within),
            west: every_other_bit(within >> 1),
        }
    }

    /// Ring from the north, 1 ..= 4 Nside - 1.
    #[inline(always)]
    pub(crate) fn ring(self, nside: u64) -> u64 {
        self.south * nside - self.east - self.west - 1
    }
}

/// Gathers bits 0, 2, 4, ... into the low half: one coordinate of a Morton code.
#[inline(always)]
fn every_other_bit(code: u64) -> u64 {
    let mut bits = code & 0x5555_5555_5555_5555;
    for (shift, mask) in [
        (1, 0x3333_3333_3333_3333),
        (2, 0x0f0f_0f0f_0f0f_0f0f),
        (4, 0x00ff_00ff_00ff_00ff),
        (8, 0x0000_ffff_0000_ffff),
        (16, 0x0000_0000_ffff_ffff),
    ] {
        bits = (bits | bits >> shift) & mask;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::{Order, nested_to_ring};

    #[test]
    fn it_is_a_permutation() {
        for order in 0..5 {
            let order = Order::new(order).unwrap();
            let mut seen = vec![false; order.pixels() as usize];
            for pixel in 0..order.pixels() {
                let ring = nested_to_ring(order, pixel).unwrap() as usize;
                assert!(!seen[ring], "{order:?}: ring pixel {ring} twice");
                seen[ring] = true;
            }
        }
    }

    #[test]
    fn nothing_lies_outside() {
        for order in [0, 1, 29] {
            let order = Order::new(order).unwrap();
            assert!(nested_to_ring(order, order.pixels() - 1).is_some());
            assert_eq!(nested_to_ring(order, order.pixels()), None);
            assert_eq!(nested_to_ring(order, u64::MAX), None);
        }
        assert_eq!(Order::new(30), None);
    }
}
