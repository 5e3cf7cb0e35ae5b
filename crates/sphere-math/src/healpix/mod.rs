//! HEALPix: the sphere in 12 Nside² pixels of equal area on 4 Nside - 1 rings. Gorski2005.
//!
//! Pixels are numbered along the rings from north to south (RING) or along a quadtree on twelve
//! base faces (NESTED).

mod nested;
mod ring;

pub use nested::nested_to_ring;
pub(crate) use nested::{FacePlace, ring_position_of_nested};
pub(crate) use ring::RingPosition;

/// The resolution of a HEALPix grid: Nside = 2^order, order in 0..=29.
///
/// ```
/// use sphere_math::healpix::Order;
///
/// let order = Order::new(3).ok_or("an order is at most 29")?;
/// assert_eq!((order.nside(), order.pixels()), (8, 768));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Order(u32);

impl Order {
    /// The finest order whose pixel numbers fit the conventions of the field: 29.
    pub const MAX: u32 = 29;

    /// `None` above [`Order::MAX`].
    #[must_use]
    pub const fn new(order: u32) -> Option<Self> {
        if order <= Self::MAX { Some(Self(order)) } else { None }
    }

    /// The order as a number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Nside: pixels along the side of a base face.
    #[must_use]
    pub const fn nside(self) -> u64 {
        1 << self.0
    }

    /// The number of pixels on the sphere, 12 Nside².
    #[must_use]
    pub const fn pixels(self) -> u64 {
        12 << (2 * self.0)
    }
}

/// How pixels are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ordering {
    /// Along rings of equal latitude, from north to south, eastwards from longitude 0.
    #[default]
    Ring,
    /// Depth first through the quadtree: the four children of pixel p are 4p .. 4p + 3.
    Nested,
}
