//! Cells on the sphere: the faces of a cube, each cut into `side` x `side` cells.
//!
//! The sphere is projected from its centre, so that cells are bounded by great circles and a ball of
//! points becomes a rectangle of cells with a few multiplications. Lines are closer together in the
//! middle of a face than at its edges, so that cells differ by less than a half in area.

/// Line `s` in \[-1, 1\] lies at the slope `u` with s = u (1 + 1/pi - |u|/pi): a quadratic that has
/// the derivatives 4/pi and 2/pi of (4/pi) atan(u), equal angles, to 4 % and 7 %, and an inverse
/// that needs a square root only.
const BEND: f64 = core::f64::consts::FRAC_1_PI;

/// Slopes are compared with lines that were computed otherwise: more than both may be wrong by.
const SLACK: f64 = 1e-13;

/// The smallest coordinate along the axis of its face that a direction may have: 1/sqrt(3).
const SMALLEST_AXIS: f64 = 0.577;

/// A place on the cube: which face, and the slopes along its two other axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Place {
    /// Twice the axis, plus one on the negative side.
    pub(in super::super) face: usize,
    /// In \[-1, 1\].
    pub(in super::super) slopes: [f64; 2],
}

impl Place {
    /// The place that a direction points at (not the zero vector).
    pub(super) fn of(point: [f64; 3]) -> Self {
        let [x, y, z] = point.map(f64::abs);
        let axis = if x >= y && x >= z {
            0
        } else if y >= z {
            1
        } else {
            2
        };
        let face = 2 * axis + usize::from(point[axis] < 0.0);
        let [along, first, second] = on_axes(face, point);
        Self { face, slopes: [first / along, second / along] }
    }

    /// The direction of the place, of length one.
    pub(in super::super) fn direction(self) -> [f64; 3] {
        let [u, v] = self.slopes;
        let along = 1.0 / (1.0 + u * u + v * v).sqrt();
        let axis = self.face / 2;
        let mut point = [0.0; 3];
        point[axis] = if self.face.is_multiple_of(2) { along } else { -along };
        point[(axis + 1) % 3] = u * along;
        point[(axis + 2) % 3] = v * along;
        point
    }
}

/// `[along, first, second]`: the coordinate towards the face, and those along its other axes.
pub(super) fn on_axes(face: usize, point: [f64; 3]) -> [f64; 3] {
    let axis = face / 2;
    let towards = if face.is_multiple_of(2) { point[axis] } else { -point[axis] };
    [towards, point[(axis + 1) % 3], point[(axis + 2) % 3]]
}

/// The position in \[0, 1\] between the first and the last line, for a slope in \[-1, 1\].
pub(super) fn position(slope: f64) -> f64 {
    0.5 * (1.0 + slope * (1.0 + BEND - BEND * slope.abs()))
}

/// The slope at a position: the inverse of [`position`].
pub(in super::super) fn slope(position: f64) -> f64 {
    const SUM: f64 = 1.0 + BEND;
    let s = 2.0 * position - 1.0;
    2.0 * s / (SUM + (SUM * SUM - 4.0 * BEND * s.abs()).sqrt())
}

/// The slopes, along each of the two axes, of everything within `radius` (of chord) of a direction
/// that lies on a face; `None` if nothing does. Never too narrow.
pub(super) fn slopes_around(face: usize, point: [f64; 3], radius: f64) -> Option<[[f64; 2]; 2]> {
    let [along, first, second] = on_axes(face, point);
    if along + radius < SMALLEST_AXIS {
        return None;
    }
    Some([tangents(along, first, radius)?, tangents(along, second, radius)?])
}

/// The slopes of the two lines through the origin that touch the circle around (along, across),
/// within \[-1, 1\].
fn tangents(along: f64, across: f64, radius: f64) -> Option<[f64; 2]> {
    // Close to the circle, or inside, the slopes are steep and the division is ill-conditioned.
    if along < radius + 0.1 {
        return Some([-1.0, 1.0]);
    }
    let square = radius * radius;
    let root = radius * (along * along + across * across - square).sqrt();
    let scale = 1.0 / (along * along - square);
    let lo = (along * across - root) * scale - SLACK;
    let hi = (along * across + root) * scale + SLACK;
    (lo <= 1.0 && hi >= -1.0).then(|| [lo.max(-1.0), hi.min(1.0)])
}

#[cfg(test)]
mod tests {
    use super::{Place, on_axes, position, slope, slopes_around};
    use crate::sampling::{Method, Scheme};

    #[test]
    fn positions_and_slopes_are_inverse_and_fix_the_ends() {
        assert_eq!([position(-1.0), position(0.0), position(1.0)], [0.0, 0.5, 1.0]);
        for step in 0..=1000 {
            let at = f64::from(step) / 1000.0;
            assert!((position(slope(at)) - at).abs() < 1e-15, "{at}");
        }
    }

    #[test]
    fn places_are_directions() {
        for point in random(1000, 1) {
            let place = Place::of(point);
            assert!(place.slopes.iter().all(|slope| slope.abs() <= 1.0));
            let back = place.direction();
            assert!((0..3).all(|axis| (back[axis] - point[axis]).abs() < 1e-15), "{point:?}");
        }
    }

    #[test]
    fn nothing_near_is_left_out_of_the_rectangle() {
        let points = random(300, 2);
        for radius in [1e-6, 0.01, 0.3, 0.6, 1.2, 2.0] {
            for &centre in &points {
                for &other in &points {
                    // Moved onto the ball when it is outside: the worst case is on its surface.
                    let near = towards(centre, other, radius);
                    let place = Place::of(near);
                    let [u, v] = slopes_around(place.face, centre, radius).unwrap();
                    let inside = |slope: f64, [lo, hi]: [f64; 2]| lo <= slope && slope <= hi;
                    assert!(inside(place.slopes[0], u) && inside(place.slopes[1], v));
                }
            }
        }
    }

    #[test]
    fn far_faces_are_left_out() {
        assert_eq!(slopes_around(1, [1.0, 0.0, 0.0], 0.5), None);
        assert_eq!(on_axes(1, [1.0, 2.0, 3.0]), [-1.0, 2.0, 3.0]);
    }

    fn random(count: u64, seed: u64) -> Vec<[f64; 3]> {
        let plan = Scheme::Random { seed, method: Method::Cylinder }.plan().unwrap();
        let mut rows = vec![0.0; 3 * count as usize];
        plan.fill_rows(0..count, &mut rows).unwrap();
        rows.chunks_exact(3).map(|row| [row[0], row[1], row[2]]).collect()
    }

    /// The direction at most `radius` from `from` on the way to `to`.
    fn towards(from: [f64; 3], to: [f64; 3], radius: f64) -> [f64; 3] {
        let [mut near, mut far] = [0.0, 1.0];
        let at = |t: f64| {
            let mix: [f64; 3] = core::array::from_fn(|axis| from[axis] * (1.0 - t) + to[axis] * t);
            let length = mix.iter().map(|x| x * x).sum::<f64>().sqrt();
            mix.map(|x| x / length)
        };
        let chord = |p: [f64; 3]| (0..3).map(|a| (p[a] - from[a]).powi(2)).sum::<f64>().sqrt();
        if chord(to) <= radius {
            return to;
        }
        for _ in 0..50 {
            let middle = 0.5 * (near + far);
            if chord(at(middle)) <= radius { near = middle } else { far = middle }
        }
        at(near)
    }
}
