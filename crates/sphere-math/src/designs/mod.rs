//! Spherical designs: few directions whose plain mean is exact for every polynomial to a degree.
//!
//! ```
//! use sphere_math::designs::Design;
//!
//! let design = Design::of_degree(4).ok_or("none")?;
//! assert_eq!((design.degree(), design.count()), (5, 12));
//! let mean = design.directions().map(|[x, _, _]| x.powi(4)).sum::<f64>() / 12.0;
//! assert!((mean - 1.0 / 5.0).abs() < 1e-15);
//! # Ok::<(), &str>(())
//! ```

mod solids;
mod table;

use self::solids::SOLIDS;
use self::table::FOUND;

/// Directions that integrate exactly: the mean of a polynomial in x, y, z of degree up to
/// [`Design::degree`] over them is its mean over the sphere. Delsarte1977.
///
/// All of these have the symmetry of the tetrahedron's 12 rotations: even changes of sign, and
/// cyclic shifts of the coordinates. `HardinSloane1996`. Coordinates are rounded to f64, so means
/// are exact to some 1e-16 of the largest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    degree: u32,
    /// Directions on the axes of the group, where its orbits are smaller: all of them.
    axes: &'static [[f64; 3]],
    /// One direction of each orbit of 12.
    general: &'static [[f64; 3]],
}

const COUNT: usize = SOLIDS.len() + FOUND.len();

static DESIGNS: [Design; COUNT] = {
    let mut designs = [SOLIDS[0]; COUNT];
    let mut at = 0;
    while at < COUNT {
        designs[at] = if at < SOLIDS.len() {
            SOLIDS[at]
        } else {
            let (degree, general) = FOUND[at - SOLIDS.len()];
            Design { degree, axes: &[], general }
        };
        at += 1;
    }
    designs
};

impl Design {
    /// The smallest design of at least this degree; `None` above 21. O(1).
    #[must_use]
    pub fn of_degree(degree: u32) -> Option<&'static Self> {
        Self::all().iter().find(|design| design.degree >= degree)
    }

    /// All designs there are, by degree, then by count: the regular solids (4, 6, 8, 12 and 20
    /// directions, of degree 2, 3, 3, 5 and 5), then one for each degree from 7 to 21.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &DESIGNS
    }

    /// The degree to which polynomials are integrated exactly.
    #[must_use]
    pub fn degree(&self) -> u32 {
        self.degree
    }

    /// The number of directions.
    #[must_use]
    pub fn count(&self) -> usize {
        self.axes.len() + 12 * self.general.len()
    }

    /// The directions, `[x, y, z]` of length 1, always in the same order.
    pub fn directions(&self) -> impl Iterator<Item = [f64; 3]> {
        self.axes.iter().copied().chain(self.general.iter().copied().flat_map(orbit))
    }
}

/// The images of a direction under the rotations of the tetrahedron.
fn orbit([x, y, z]: [f64; 3]) -> impl Iterator<Item = [f64; 3]> {
    const EVEN: [[f64; 3]; 4] =
        [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
    let shifts = [[x, y, z], [y, z, x], [z, x, y]];
    // Adding 0 turns -0 into 0 and changes nothing else.
    let signed = |point: [f64; 3], signs: [f64; 3]| {
        core::array::from_fn(|i| point[i].mul_add(signs[i], 0.0))
    };
    shifts.into_iter().flat_map(move |point| EVEN.map(|signs| signed(point, signs)))
}
