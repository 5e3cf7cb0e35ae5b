//! What to sample, as data.

/// A way to choose points. Plain data: compare it, print it, send it; [`Scheme::plan`] checks it.
///
/// [`Scheme::plan`]: Scheme::plan
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scheme {
    /// The spherical Fibonacci lattice: directions at even steps of z, each turned on by the
    /// golden angle. Swinbank2006; offsets after Hardin2016.
    Fibonacci {
        /// Points of the whole lattice, 1 ..= 2^52.
        total: u64,
        /// Where the first and last rows lie.
        placement: Placement,
    },
    /// The Fibonacci lattice of the unit disk (the sunflower of Vogel1979): radius
    /// sqrt((k + 1/2) / n).
    Disk {
        /// Points of the whole lattice, 1 ..= 2^52.
        total: u64,
    },
    /// Independent, uniformly distributed directions.
    Random {
        /// Every seed is another sequence.
        seed: u64,
        /// How random words become a direction.
        method: Method,
    },
    /// The Sobol sequence with the direction numbers of `JoeKuo2008`, in Gray-code order.
    Sobol {
        /// On the sphere or in the unit cube.
        domain: Domain,
        /// How the sequence is randomised.
        scramble: Scramble,
    },
    /// The centres of the HEALPix pixels. Gorski2005.
    Pixels {
        /// Nside = 2^order, order 0 ..= 29.
        order: u32,
        /// How the pixels are numbered.
        ordering: crate::healpix::Ordering,
    },
}

/// Where a Fibonacci lattice puts its points between the poles: by goal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Placement {
    /// Midpoints of bands of equal area, offset 1/2: best for integrals and means.
    #[default]
    Quadrature,
    /// The largest smallest distance between points, within 0.1 %: opens a hole at each pole, see
    /// `docs/offsets.md`.
    Packing,
    /// The largest mean distance of a point to its nearest neighbour, within 0.1 %.
    Spacing,
    /// z = 1 - 2 (k + e) / (n - 1 + 2 e): 0 puts points on both poles, greater values space the
    /// points near the poles better. 0 ..= 2^52.
    Offset(f64),
}

/// How random words become a direction. All are exactly uniform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Method {
    /// Archimedes' map: z uniform, longitude uniform. Rejects nothing.
    #[default]
    Cylinder,
    /// A point of the disk, rejected from the square, lifted. Marsaglia1972. Keeps pi/4.
    Disk,
    /// A point of the ball, rejected from the cube, normalised. Keeps pi/6.
    Ball,
}

/// What the coordinates of a sequence mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Domain {
    /// Directions: z = 1 - 2 u0, longitude u1 turns.
    Sphere,
    /// Points of \[0, 1)^dimensions.
    Cube {
        /// 1 ..= 21,201.
        dimensions: u32,
    },
}

/// How a Sobol sequence is randomised. Each keeps the strata of the sequence (its (t, m, s)-net
/// structure); each randomisation is independent of the others of its seed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scramble {
    /// The sequence itself.
    #[default]
    None,
    /// A digital shift: every word xor one random word per dimension.
    Shift {
        /// The seed of all randomisations.
        seed: u64,
        /// Which of them.
        randomisation: u64,
    },
    /// Owen's nested uniform scramble, by hashing. Owen1995, Burley2020.
    Owen {
        /// The seed of all randomisations.
        seed: u64,
        /// Which of them.
        randomisation: u64,
    },
}

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// (x, y) in the unit disk.
    Disk,
    /// (x, y, z) on the unit sphere.
    Directions,
    /// (u0, u1, ...) in \[0, 1)^dimensions.
    Cube {
        /// The number of coordinates.
        dimensions: u32,
    },
}

impl Shape {
    /// The number of coordinates of a point.
    #[must_use]
    pub const fn columns(self) -> usize {
        match self {
            Self::Disk => 2,
            Self::Directions => 3,
            Self::Cube { dimensions } => dimensions as usize,
        }
    }
}
