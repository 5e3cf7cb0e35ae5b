//! RING numbering: pixel number to ring and place on the ring, and back.

/// Where a pixel lies: on which ring, and the how-manieth on it.
///
/// Everything about the centre follows from these integers. Gorski2005, section 5.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RingPosition {
    pub(crate) nside: u64,
    /// Ring from the north, 1 ..= 4 Nside - 1.
    pub(crate) ring: u64,
    /// Place on the ring from longitude 0 eastwards, 1 ..= 4 `quarter`.
    pub(crate) place: u64,
}

impl RingPosition {
    /// The position of a pixel, `pixel < 12 nside²`. O(1).
    #[inline(always)]
    pub(crate) fn of_ring(nside: u64, pixel: u64) -> Self {
        let pixels = 12 * nside * nside;
        let cap = 2 * nside * (nside - 1);
        if pixel < cap {
            let (ring, place) = cap_ring(pixel);
            Self { nside, ring, place: place + 1 }
        } else if pixel < pixels - cap {
            let from_belt = pixel - cap;
            let ring = nside + from_belt / (4 * nside);
            Self { nside, ring, place: from_belt % (4 * nside) + 1 }
        } else {
            // The south cap is the north cap turned about: counted backwards from the last pixel.
            let (mirrored, place_backwards) = cap_ring(pixels - 1 - pixel);
            let ring = 4 * nside - mirrored;
            Self { nside, ring, place: 4 * mirrored - place_backwards }
        }
    }

    /// The RING number of the pixel.
    #[inline(always)]
    pub(crate) fn pixel(self) -> u64 {
        let Self { nside, ring, place } = self;
        let before = if ring < nside {
            2 * ring * (ring - 1)
        } else if ring <= 3 * nside {
            2 * nside * (nside - 1) + (ring - nside) * 4 * nside
        } else {
            let mirrored = 4 * nside - ring;
            12 * nside * nside - 2 * mirrored * (mirrored + 1)
        };
        before + place - 1
    }

    /// A quarter of the number of pixels on the ring, 1 ..= Nside.
    #[inline(always)]
    pub(crate) fn quarter(self) -> u64 {
        self.ring.min(4 * self.nside - self.ring).min(self.nside)
    }

    /// Whether the first centre lies half a pixel east of longitude 0 (else on it).
    #[inline(always)]
    pub(crate) fn is_shifted(self) -> bool {
        self.quarter() < self.nside || (self.ring - self.nside).is_multiple_of(2)
    }
}

/// Ring (from 1) and place (from 0) of a pixel of the north cap: ring i starts at 2 i (i - 1).
#[inline(always)]
fn cap_ring(pixel: u64) -> (u64, u64) {
    // 2 i (i - 1) <= p is (2 i - 1)² <= 2 p + 1, in integers: a rounded root would err from
    // order 25 on.
    let ring = (2 * pixel + 1).isqrt().div_ceil(2);
    (ring, pixel - 2 * ring * (ring - 1))
}

#[cfg(test)]
mod tests {
    use super::{RingPosition, cap_ring};

    #[test]
    fn cap_rings_start_where_they_should() {
        for ring in [1_u64, 2, 3, 4, 1000, (1 << 26) + 1, (1 << 29) - 1, 1 << 29] {
            let start = 2 * ring * (ring - 1);
            assert_eq!(cap_ring(start), (ring, 0), "first of ring {ring}");
            assert_eq!(cap_ring(start + 4 * ring - 1), (ring, 4 * ring - 1), "last of ring {ring}");
        }
    }

    #[test]
    fn every_pixel_has_one_position() {
        // Nside that is no power of two has rings too.
        for nside in [1, 2, 3, 4, 5, 16] {
            for pixel in 0..12 * nside * nside {
                let position = RingPosition::of_ring(nside, pixel);
                assert!((1..4 * nside).contains(&position.ring));
                assert!((1..=4 * position.quarter()).contains(&position.place));
                assert_eq!(position.pixel(), pixel, "nside {nside}");
            }
        }
    }
}
