//! Reports of sets whose figures are known.

use sphere_math::parallel::Serial;
use sphere_math::quality::QualityError;

use super::Report;
use crate::Precision;
use crate::read::PointSet;

fn octahedron() -> PointSet {
    let x = vec![1.0, -1.0, 0.0, 0.0, 0.0, 0.0];
    let y = vec![0.0, 0.0, 1.0, -1.0, 0.0, 0.0];
    let z = vec![0.0, 0.0, 0.0, 0.0, 1.0, -1.0];
    PointSet::Directions([x, y, z], Precision::Double)
}

#[test]
fn an_octahedron_for_people_and_programs() {
    let report = Report::of(&octahedron(), &Serial).unwrap();
    let text = report.to_text();
    assert!(text.starts_with("6 directions\n"), "{text}");
    // A quarter turn to the nearest, which is as good as it gets.
    let line = text.lines().find(|line| line.contains("nearest neighbour, smallest")).unwrap();
    assert_eq!(line.matches("1.57080").count(), 2, "{line}");

    let json = report.to_json();
    assert_eq!((&json["kind"], &json["count"]), (&"directions".into(), &"6".into()));
    let smallest = json["nearest_smallest_rad"]["value"].as_f64().unwrap();
    assert!((smallest - std::f64::consts::FRAC_PI_2).abs() < 1e-15);
    assert_eq!(json["harmonics"].as_array().unwrap().len(), 32);
    // A 3-design: degrees 1 to 3 vanish, 4 does not.
    let power = |degree: usize| json["harmonics"][degree - 1]["power"].as_f64().unwrap();
    assert!((1..=3).all(|degree| power(degree) < 1e-25) && power(4) > 0.1);
}

#[test]
fn kinds_have_the_figures_that_they_can() {
    let disk = PointSet::Disk([vec![0.5, -0.5], vec![0.0, 0.0]], Precision::Double);
    let cube = PointSet::Cube(vec![vec![0.0, 0.5, 0.75, 0.25], vec![0.0, 0.5, 0.25, 0.75]]);
    let table = [
        (disk, "2 points of the disk\n", "radial_discrepancy"),
        (cube, "4 points of the cube in 2 dimensions\n", "star_discrepancy_squared"),
    ];
    for (points, heading, key) in table {
        let report = Report::of(&points, &Serial).unwrap();
        assert!(report.to_text().starts_with(heading), "{}", report.to_text());
        assert!(report.to_json()[key]["value"].as_f64().unwrap() > 0.0, "{key}");
    }
}

#[test]
fn points_that_cannot_be_judged() {
    let off = PointSet::Directions([vec![1.0], vec![0.1], vec![0.0]], Precision::Double);
    assert!(matches!(Report::of(&off, &Serial), Err(QualityError::OffSphere { index: 0, .. })));
    let empty = PointSet::Cube(vec![vec![]]);
    assert_eq!(Report::of(&empty, &Serial), Err(QualityError::Empty));
}

#[test]
fn a_picture_is_well_formed_whatever_the_set() {
    let single = PointSet::Directions([vec![0.0], vec![0.0], vec![1.0]], Precision::Double);
    let line = PointSet::Cube(vec![vec![0.5]]);
    for points in [octahedron(), single, line] {
        let svg = Report::of(&points, &Serial).unwrap().to_svg();
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }
}
