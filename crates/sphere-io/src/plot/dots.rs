//! Dots gathered pixel by pixel.

/// How each point is drawn: the same for all points of a picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    /// In pixels.
    radius: f64,
    /// What a point adds to a pixel that it covers. 1: dots; less: a density.
    weight: f64,
}

/// Where a point lies in the picture, in pixels from the top left, and how its dot is foreshortened:
/// `squeeze` <= 1 along the direction `across`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) at: [f64; 2],
    pub(super) across: [f64; 2],
    pub(super) squeeze: f64,
}

impl Stamp {
    /// The share of the canvas that dots cover: enough to see them, little enough to see them apart.
    const COVERED: f64 = 0.09;
    const LARGEST: f64 = 7.0;
    /// Smaller dots than this flicker with the pixel grid.
    const SMALLEST: f64 = 0.8;
    /// Mean number of layers of ink where points are too many to tell apart.
    const LAYERS: f64 = 0.7;

    /// For points that take `points` times a dot's area on a canvas of `area` pixels.
    pub(super) fn for_points(points: f64, area: f64) -> Self {
        let wanted = (Self::COVERED * area / (points.max(1.0) * std::f64::consts::PI)).sqrt();
        let radius = wanted.clamp(Self::SMALLEST, Self::LARGEST);
        let layers = points * std::f64::consts::PI * radius * radius / area;
        Self { radius, weight: (Self::LAYERS / layers).min(1.0) }
    }
}

/// The ink on each pixel: the number of dots that cover it.
#[derive(Debug)]
pub(super) struct Dots {
    size: u32,
    /// f64, so that a pixel still counts after 10^15 points.
    ink: Vec<f64>,
}

impl Dots {
    pub(super) fn new(size: u32) -> Self {
        Self { size, ink: vec![0.0; (size * size) as usize] }
    }

    pub(super) fn add(&mut self, place: Place, stamp: Stamp) {
        // No dot is narrower than the pixel grid can show; one that should be is fainter instead.
        let narrowest = (Stamp::SMALLEST / stamp.radius).min(1.0);
        let shown = Place { squeeze: place.squeeze.max(narrowest), ..place };
        let strength = place.squeeze / shown.squeeze;
        let reach = stamp.radius + 1.0;
        let [columns, rows] = place.at.map(|middle| {
            let first = (middle - reach).floor().max(0.0) as u32;
            let end = (middle + reach).ceil().clamp(0.0, f64::from(self.size)) as u32;
            first..end
        });
        for y in rows {
            for x in columns.clone() {
                let offset = [f64::from(x) + 0.5 - place.at[0], f64::from(y) + 0.5 - place.at[1]];
                let ink = strength * coverage(offset, shown, stamp.radius);
                self.ink[(y * self.size + x) as usize] += ink;
            }
        }
    }

    /// How much of the pixel is hidden by dots.
    pub(super) fn opacity(&self, x: u32, y: u32, stamp: Stamp) -> f32 {
        let ink = self.ink[(y * self.size + x) as usize];
        let hidden = if stamp.weight < 1.0 {
            // Layers of ink, each letting the same share through: never saturates.
            1.0 - libm::exp(-stamp.weight * ink)
        } else {
            ink.min(1.0)
        };
        hidden as f32
    }
}

/// The share of a pixel at `offset` that the dot covers: an ellipse with soft edges one pixel wide.
fn coverage(offset: [f64; 2], place: Place, radius: f64) -> f64 {
    let along = offset[0] * place.across[0] + offset[1] * place.across[1];
    let stretched = along / place.squeeze;
    let square = offset[0] * offset[0] + offset[1] * offset[1] - along * along;
    let distance = (square.max(0.0) + stretched * stretched).sqrt();
    if distance == 0.0 {
        return (radius + 0.5).min(1.0);
    }
    // How fast the stretched distance grows per pixel: what an edge of one pixel is worth in it.
    let gradient = (square.max(0.0) + (stretched / place.squeeze).powi(2)).sqrt() / distance;
    ((radius - distance) / gradient + 0.5).clamp(0.0, 1.0)
}
