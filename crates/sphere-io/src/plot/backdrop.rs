//! What points are drawn on, and where on it each lies.

use super::Canvas;
use super::colour::{LIGHT, LINE, Linear, PAPER, SHADE};
use super::dots::Place;

/// The viewer's axes in the coordinates of the sphere: right, up, and towards the viewer, who looks
/// from longitude 30° and latitude 25°.
const RIGHT: [f64; 3] = [-0.5, 0.866_025_403_784_438_6, 0.0];
const UP: [f64; 3] = [-0.365_998_150_770_666_8, -0.211_309_130_870_349_7, 0.906_307_787_036_65];
const AHEAD: [f64; 3] = [0.784_885_567_221_395_3, 0.453_153_893_518_325, 0.422_618_261_740_699_4];
/// Where the light comes from, in the viewer's axes: above, a little to the left, from the front.
const LAMP: [f64; 3] = [-0.38, 0.52, 0.764_983_659_954_487_5];

/// Half the width of a line of the grid, in radii of the sphere.
const LINE_WIDTH: f64 = 0.0016;
/// Samples along each side of a pixel.
const SAMPLES: u32 = 3;

/// An empty canvas.
#[derive(Debug)]
pub(super) struct Backdrop {
    canvas: Canvas,
    /// The middle of the picture, in pixels.
    middle: f64,
    /// The radius of the sphere and the disk, half the side of the square, in pixels.
    radius: f64,
}

impl Backdrop {
    pub(super) fn new(canvas: Canvas, size: u32) -> Self {
        let middle = f64::from(size) / 2.0;
        Self { canvas, middle, radius: 0.94 * middle }
    }

    /// Pixels that the canvas covers.
    pub(super) fn area(&self) -> f64 {
        let square = self.radius * self.radius;
        match self.canvas {
            Canvas::Sphere | Canvas::Disk => std::f64::consts::PI * square,
            Canvas::Square => 4.0 * square,
        }
    }

    /// The mean area that a dot is seen with, in units of its own: half the sphere is hidden, and
    /// what is seen of the other half is foreshortened to half its area.
    pub(super) fn area_per_point(&self) -> f64 {
        match self.canvas {
            Canvas::Sphere => 0.25,
            Canvas::Disk | Canvas::Square => 1.0,
        }
    }

    /// Where a point is seen; `None` for what is hidden or not on the canvas.
    pub(super) fn place(&self, row: &[f64]) -> Option<Place> {
        match (self.canvas, row) {
            (Canvas::Sphere, &[x, y, z, ..]) => {
                let point = [x, y, z];
                let height = dot(point, AHEAD);
                (height > 0.0).then(|| self.on_sphere([dot(point, RIGHT), dot(point, UP)], height))
            }
            (Canvas::Disk, &[x, y, ..]) => (x * x + y * y <= 1.0).then(|| self.flat([x, y])),
            (Canvas::Square, &[x]) => in_unit(x).then(|| self.flat([2.0 * x - 1.0, 0.0])),
            (Canvas::Square, &[x, y, ..]) => {
                (in_unit(x) && in_unit(y)).then(|| self.flat([2.0 * x - 1.0, 2.0 * y - 1.0]))
            }
            _ => None,
        }
    }

    fn flat(&self, at: [f64; 2]) -> Place {
        Place { at: self.to_pixels(at), across: [1.0, 0.0], squeeze: 1.0 }
    }

    fn on_sphere(&self, at: [f64; 2], height: f64) -> Place {
        let from_middle = at[0].hypot(at[1]);
        let across = if from_middle > 0.0 { at.map(|c| c / from_middle) } else { [1.0, 0.0] };
        let squeeze = height.min(1.0);
        // In pixels y runs down.
        Place { at: self.to_pixels(at), across: [across[0], -across[1]], squeeze }
    }

    fn to_pixels(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.middle + self.radius * x, self.middle - self.radius * y]
    }

    /// The colour of a pixel of the empty canvas.
    pub(super) fn pixel(&self, x: u32, y: u32) -> Linear {
        let mut samples = [PAPER; (SAMPLES * SAMPLES) as usize];
        for (at, sample) in (0..).zip(&mut samples) {
            let [dx, dy] = [at % SAMPLES, at / SAMPLES]
                .map(|step| (f64::from(step) + 0.5) / f64::from(SAMPLES));
            let right = (f64::from(x) + dx - self.middle) / self.radius;
            let up = (self.middle - f64::from(y) - dy) / self.radius;
            *sample = self.colour([right, up]);
        }
        Linear::mean(&samples)
    }

    fn colour(&self, [right, up]: [f64; 2]) -> Linear {
        let square = right * right + up * up;
        match self.canvas {
            Canvas::Sphere if square < 1.0 => sphere([right, up, (1.0 - square).sqrt()]),
            Canvas::Disk if square < 1.0 => {
                let rim = 1.0 - square.sqrt() < 2.0 * LINE_WIDTH;
                flat(rim, right.abs() < LINE_WIDTH || up.abs() < LINE_WIDTH)
            }
            Canvas::Square if right.abs() < 1.0 && up.abs() < 1.0 => {
                let rim = 1.0 - right.abs().max(up.abs()) < 2.0 * LINE_WIDTH;
                let quarter = |c: f64| (c * 2.0 - (c * 2.0).round()).abs() < 2.0 * LINE_WIDTH;
                flat(rim, quarter(right) || quarter(up))
            }
            _ => PAPER,
        }
    }
}

fn in_unit(coordinate: f64) -> bool {
    (0.0..=1.0).contains(&coordinate)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn flat(rim: bool, grid: bool) -> Linear {
    let share = if rim {
        0.6
    } else if grid {
        0.18
    } else {
        0.0
    };
    Linear::mix(LIGHT, LINE, share)
}

/// A point of the near side, in the viewer's axes: soft light, and a faint grid of 30°.
fn sphere(seen: [f64; 3]) -> Linear {
    let light = (0.5 + 0.5 * dot(seen, LAMP)).max(0.0);
    let surface = Linear::mix(SHADE, LIGHT, (light * light) as f32);
    let [x, y, z] =
        std::array::from_fn(|i| seen[0] * RIGHT[i] + seen[1] * UP[i] + seen[2] * AHEAD[i]);
    if on_parallel(z) || on_meridian(x, y, z) { Linear::mix(surface, LINE, 0.22) } else { surface }
}

/// Within a line's width of a latitude of 0, ±30° or ±60°.
fn on_parallel(z: f64) -> bool {
    // Sine and cosine: a step in z is a step in latitude times the cosine.
    const PARALLELS: [[f64; 2]; 3] =
        [[0.0, 1.0], [0.5, 0.866_025_403_784_438_6], [0.866_025_403_784_438_6, 0.5]];
    PARALLELS.iter().any(|[sin, cos]| (z.abs() - sin).abs() < LINE_WIDTH * cos)
}

/// Within a line's width of a meridian every 30°: near one of six planes through the axis. Only
/// every 90° goes up to the poles, where twelve lines would run together.
fn on_meridian(x: f64, y: f64, z: f64) -> bool {
    const PLANES: [[f64; 2]; 6] = [
        [0.0, 1.0],
        [1.0, 0.0],
        [0.5, 0.866_025_403_784_438_6],
        [0.866_025_403_784_438_6, 0.5],
        [-0.5, 0.866_025_403_784_438_6],
        [-0.866_025_403_784_438_6, 0.5],
    ];
    let planes = if z.abs() < 0.97 { &PLANES[..] } else { &PLANES[..2] };
    planes.iter().any(|[a, b]| (a * x - b * y).abs() < LINE_WIDTH)
}
