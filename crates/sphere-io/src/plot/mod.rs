//! Pictures of points: dots on a shaded sphere, in a disk, in a square.
//!
//! A [`Plot`] keeps one number per pixel, whatever the number of points: few are dots, many become a
//! density. The same points give the same bytes.

mod backdrop;
mod colour;
mod dots;

use self::backdrop::Backdrop;
use self::colour::{DOT, Linear};
use self::dots::{Dots, Stamp};

/// Width and height of a picture in pixels.
pub const SIZE: u32 = 900;

/// What points lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Canvas {
    /// x, y, z on the unit sphere, seen from longitude 30°, latitude 25°; z is up.
    Sphere,
    /// x, y in the unit disk.
    Disk,
    /// The first two of the coordinates in \[0, 1)^d (of one coordinate: a line).
    Square,
}

/// A picture in the making.
#[derive(Debug)]
pub struct Plot {
    backdrop: Backdrop,
    columns: usize,
    dots: Dots,
    stamp: Stamp,
}

/// A picture that could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("cannot encode the picture: {0}")]
pub struct PlotError(#[from] png::EncodingError);

impl Plot {
    /// An empty picture for about so many points, rows of `columns` values: the dots are as large as
    /// leaves them apart.
    #[must_use]
    pub fn new(canvas: Canvas, columns: usize, points: u64) -> Self {
        let backdrop = Backdrop::new(canvas, SIZE);
        let stamp = Stamp::for_points(points as f64 * backdrop.area_per_point(), backdrop.area());
        Self { backdrop, columns, dots: Dots::new(SIZE), stamp }
    }

    /// Draws points, row after row. O(points), each a few pixels.
    pub fn add(&mut self, rows: &[f64]) {
        for row in rows.chunks_exact(self.columns.max(1)) {
            if let Some(place) = self.backdrop.place(row) {
                self.dots.add(place, self.stamp);
            }
        }
    }

    /// The picture as a PNG file.
    ///
    /// # Errors
    /// When the encoder fails; there is no known way to make it.
    pub fn png(&self) -> Result<Vec<u8>, PlotError> {
        let mut pixels = Vec::with_capacity((SIZE * SIZE * 3) as usize);
        for y in 0..SIZE {
            for x in 0..SIZE {
                let behind = self.backdrop.pixel(x, y);
                let opacity = self.dots.opacity(x, y, self.stamp);
                pixels.extend_from_slice(&Linear::mix(behind, DOT, opacity).to_srgb());
            }
        }
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, SIZE, SIZE);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&pixels)?;
        writer.finish()?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::{Canvas, Plot, SIZE};

    const AHEAD: [f64; 3] = [0.784_885_567_221_395, 0.453_153_893_518_325, 0.422_618_261_740_699];

    /// Red, green and blue of each pixel.
    fn picture(canvas: Canvas, columns: usize, rows: &[f64]) -> Vec<[u8; 3]> {
        let mut plot = Plot::new(canvas, columns, (rows.len() / columns) as u64);
        plot.add(rows);
        let file = plot.png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        pixels.chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }

    fn changed(canvas: Canvas, columns: usize, rows: &[f64]) -> Vec<(u32, u32)> {
        let empty = picture(canvas, columns, &[]);
        let drawn = picture(canvas, columns, rows);
        (0..SIZE * SIZE)
            .filter(|&at| empty[at as usize] != drawn[at as usize])
            .map(|at| (at % SIZE, at / SIZE))
            .collect()
    }

    fn middle_of(pixels: &[(u32, u32)]) -> (f64, f64) {
        let n = pixels.len() as f64;
        let sum = pixels.iter().fold((0.0, 0.0), |sum, &(x, y)| {
            (sum.0 + f64::from(x) + 0.5, sum.1 + f64::from(y) + 0.5)
        });
        (sum.0 / n / f64::from(SIZE), sum.1 / n / f64::from(SIZE))
    }

    #[test]
    fn a_point_is_where_it_should_be() {
        let [x, y, z] = AHEAD;
        // Canvas, row, and the place in fractions of the picture, from the top left.
        let table: [(Canvas, &[f64], (f64, f64)); 7] = [
            (Canvas::Sphere, &[x, y, z], (0.5, 0.5)),
            (Canvas::Disk, &[0.0, 0.0], (0.5, 0.5)),
            (Canvas::Disk, &[0.5, 0.0], (0.735, 0.5)),
            (Canvas::Disk, &[0.0, 0.5], (0.5, 0.265)),
            (Canvas::Square, &[0.5, 0.5, 0.9], (0.5, 0.5)),
            (Canvas::Square, &[0.25, 0.75], (0.265, 0.265)),
            (Canvas::Square, &[0.75], (0.735, 0.5)),
        ];
        for (canvas, row, expected) in table {
            let (x, y) = middle_of(&changed(canvas, row.len(), row));
            let distance = (x - expected.0).hypot(y - expected.1);
            assert!(distance < 0.002, "{canvas:?} {row:?}: at {x:.3} {y:.3}");
        }
    }

    #[test]
    fn north_is_up_and_east_is_right() {
        let north = middle_of(&changed(Canvas::Sphere, 3, &[0.0, 0.0, 1.0]));
        assert!(north.1 < 0.2 && (north.0 - 0.5).abs() < 0.01, "{north:?}");
        // Longitude 60° lies east of the middle, longitude 0 west of it.
        let east = middle_of(&changed(Canvas::Sphere, 3, &[0.5, 0.866, 0.0]));
        let west = middle_of(&changed(Canvas::Sphere, 3, &[1.0, 0.0, 0.0]));
        assert!(east.0 > 0.6 && west.0 < 0.4, "{east:?} {west:?}");
    }

    #[test]
    fn the_far_side_is_hidden() {
        let [x, y, z] = AHEAD;
        assert!(changed(Canvas::Sphere, 3, &[-x, -y, -z]).is_empty());
        assert!(changed(Canvas::Sphere, 3, &[0.0, 0.0, -1.0]).is_empty());
    }

    #[test]
    fn what_is_no_point_draws_nothing() {
        assert!(changed(Canvas::Sphere, 3, &[f64::NAN; 3]).is_empty());
        assert!(changed(Canvas::Disk, 2, &[f64::INFINITY, 0.0]).is_empty());
        assert!(changed(Canvas::Square, 2, &[1e300, -1e300]).is_empty());
    }

    #[test]
    fn the_same_points_give_the_same_bytes() {
        let rows: Vec<f64> = (0..3_000).map(|i| f64::from(i).sin()).collect();
        let file = |split: usize| {
            let mut plot = Plot::new(Canvas::Sphere, 3, 1_000);
            plot.add(&rows[..split]);
            plot.add(&rows[split..]);
            plot.png().unwrap()
        };
        assert_eq!(file(0), file(1_500));
    }
}
