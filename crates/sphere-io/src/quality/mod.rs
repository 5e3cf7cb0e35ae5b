//! Quality reports, for people, for programs and as pictures.
//!
//! ```
//! use sphere_io::quality::Report;
//! use sphere_io::read::{PointSet, ReadOptions, read_stream};
//! use sphere_math::parallel::Serial;
//!
//! let octahedron = "x,y,z\n1,0,0\n-1,0,0\n0,1,0\n0,-1,0\n0,0,1\n0,0,-1\n";
//! let table = read_stream(octahedron.as_bytes(), &ReadOptions::new(100))?;
//! let report = Report::of(&PointSet::of(table, None)?, &Serial)?;
//! assert!(report.to_text().starts_with("6 directions"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chart;
mod json;
mod text;

use sphere_math::parallel::Executor;
use sphere_math::quality::{
    self, CubePoints, CubeReport, Directions, DirectionsReport, DiskPoints, DiskReport, Figure,
    NeighbourDistances, QualityError,
};

use crate::Precision;
use crate::read::PointSet;

/// The report of a set of whatever kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Of directions.
    Directions(DirectionsReport),
    /// Of points of the disk.
    Disk(DiskReport),
    /// Of points of the cube.
    Cube(CubeReport),
}

/// One figure of a report, under its name.
struct Row {
    /// For people.
    name: &'static str,
    /// For programs: lower case, with the unit.
    key: &'static str,
    unit: &'static str,
    figure: Figure,
}

impl Report {
    /// Checks and judges a set. The same bits on any number of threads; see
    /// [`sphere_math::quality`] for what it costs.
    ///
    /// # Errors
    /// A set that is empty, or points that do not lie where they should.
    pub fn of<E: Executor>(points: &PointSet, executor: &E) -> Result<Self, QualityError> {
        Ok(match points {
            PointSet::Directions([x, y, z], precision) => {
                let points = Directions::new(x, y, z, of_source(*precision))?;
                Self::Directions(quality::directions(&points, executor))
            }
            PointSet::Disk([x, y], precision) => {
                let points = DiskPoints::new(x, y, of_source(*precision))?;
                Self::Disk(quality::disk(&points, executor))
            }
            PointSet::Cube(columns) => {
                let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
                Self::Cube(quality::cube(&CubePoints::new(&columns)?, executor))
            }
        })
    }

    /// What the points are, in the plural.
    fn kind(&self) -> &'static str {
        match self {
            Self::Directions(_) => "directions",
            Self::Disk(_) => "disk",
            Self::Cube(_) => "cube",
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Directions(report) => report.count,
            Self::Disk(report) => report.count,
            Self::Cube(report) => report.count,
        }
    }

    /// The figures that are one number each, in the order in which they are told.
    fn rows(&self) -> Vec<Row> {
        match self {
            Self::Directions(report) => {
                let mut rows = neighbours(report.neighbours.as_ref(), "rad");
                rows.push(row(
                    "covering radius",
                    "covering_radius_rad",
                    "rad",
                    report.covering_radius,
                ));
                rows.extend(report.mesh_ratio.map(|f| row("mesh ratio", "mesh_ratio", "", f)));
                rows.push(row(
                    "cap discrepancy, squared",
                    "cap_discrepancy_squared",
                    "",
                    report.cap_discrepancy_squared,
                ));
                rows
            }
            Self::Disk(report) => {
                let mut rows = neighbours(report.neighbours.as_ref(), "");
                rows.push(row("covering radius", "covering_radius", "", report.covering_radius));
                rows.extend(report.mesh_ratio.map(|f| row("mesh ratio", "mesh_ratio", "", f)));
                let (radial, angular) = (report.radial_discrepancy, report.angular_discrepancy);
                rows.push(row("discrepancy of circles", "radial_discrepancy", "", radial));
                rows.push(row("discrepancy of sectors", "angular_discrepancy", "", angular));
                rows
            }
            Self::Cube(report) => report
                .star_discrepancy_squared
                .map(|f| row("L2-star discrepancy, squared", "star_discrepancy_squared", "", f))
                .into_iter()
                .collect(),
        }
    }
}

fn row(name: &'static str, key: &'static str, unit: &'static str, figure: Figure) -> Row {
    Row { name, key, unit, figure }
}

fn neighbours(distances: Option<&NeighbourDistances>, unit: &'static str) -> Vec<Row> {
    let Some(NeighbourDistances { smallest, mean, largest }) = distances.copied() else {
        return Vec::new();
    };
    let keys = match unit {
        "rad" => ["nearest_smallest_rad", "nearest_mean_rad", "nearest_largest_rad"],
        _ => ["nearest_smallest", "nearest_mean", "nearest_largest"],
    };
    vec![
        row("nearest neighbour, smallest", keys[0], unit, smallest),
        row("nearest neighbour, mean", keys[1], unit, mean),
        row("nearest neighbour, largest", keys[2], unit, largest),
    ]
}

fn of_source(precision: Precision) -> quality::Precision {
    match precision {
        Precision::Single => quality::Precision::Single,
        Precision::Double => quality::Precision::Double,
    }
}

#[cfg(test)]
mod tests;
