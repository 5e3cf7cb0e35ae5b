//! The regular solids, in closed form.

use super::Design;

/// sqrt(1/3).
const THIRD: f64 = 0.577_350_269_189_625_7;
/// 1 and the golden ratio φ, over sqrt(1 + φ²).
const NEAR: f64 = 0.525_731_112_119_133_6;
const FAR: f64 = 0.850_650_808_352_039_9;
/// 1/φ and φ, over sqrt(3).
const SHORT: f64 = 0.356_822_089_773_089_93;
const LONG: f64 = 0.934_172_358_962_715_7;

const OCTAHEDRON: &[[f64; 3]] = &[
    [1.0, 0.0, 0.0],
    [-1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, -1.0, 0.0],
    [0.0, 0.0, 1.0],
    [0.0, 0.0, -1.0],
];

/// A tetrahedron and its mirror image.
const CUBE: &[[f64; 3]] = &[
    [THIRD, THIRD, THIRD],
    [THIRD, -THIRD, -THIRD],
    [-THIRD, THIRD, -THIRD],
    [-THIRD, -THIRD, THIRD],
    [-THIRD, -THIRD, -THIRD],
    [-THIRD, THIRD, THIRD],
    [THIRD, -THIRD, THIRD],
    [THIRD, THIRD, -THIRD],
];

/// Tetrahedron, octahedron, cube, icosahedron, dodecahedron.
pub(super) const SOLIDS: [Design; 5] = [
    Design { degree: 2, axes: CUBE.split_at(4).0, general: &[] },
    Design { degree: 3, axes: OCTAHEDRON, general: &[] },
    Design { degree: 3, axes: CUBE, general: &[] },
    Design { degree: 5, axes: &[], general: &[[0.0, NEAR, FAR]] },
    Design { degree: 5, axes: CUBE, general: &[[0.0, SHORT, LONG]] },
];
