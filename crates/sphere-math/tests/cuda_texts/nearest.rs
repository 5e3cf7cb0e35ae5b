//! The search for the nearest lattice point gives the same indices.

use sphere_math::kernels::NEAREST;
use sphere_math::sampling::{Method, Placement, Scheme};

use crate::common::rows;
use crate::host::{Host, Text};

const PLACEMENTS: [Placement; 6] = [
    Placement::Quadrature,
    Placement::Packing,
    Placement::Spacing,
    Placement::Offset(0.0),
    Placement::Offset(0.36),
    // A hole around each pole.
    Placement::Offset(75.0),
];

/// Anywhere; the axes and what is beside them, where rows end and holes are; the points themselves and the
/// middles between them, where two are equally near; vectors of any length.
fn directions(lattice: Scheme) -> Vec<f64> {
    let random = Scheme::Random { seed: 5, method: Method::Cylinder }.plan().unwrap();
    let mut directions: Vec<f64> = rows(&random, 0..3_000);
    for tilt in [0.0, 1e-300, 1e-17, 1e-9, 1e-6, 1e-4, 0.003, 0.1, 0.5] {
        for [x, y] in [[tilt, 0.0], [-tilt, tilt], [0.3 * tilt, -tilt]] {
            for z in [1.0, -1.0] {
                directions.extend([x, y, z, y, z, x, z, x, -y]);
            }
        }
    }
    let plan = lattice.plan().unwrap();
    let points = plan.points();
    for start in [0, points / 2, points - points.min(60)] {
        let points: Vec<f64> = rows(&plan, start..points.min(start + 60));
        let middles = points.iter().zip(points.iter().skip(3 * 8)).map(|(a, b)| a + b);
        directions.extend(middles.chain(points.iter().copied()));
    }
    let scaled =
        [1e-320, 1e-200, 1e200, 1e308].map(|scale| [0.3 * scale, -0.5 * scale, 0.7 * scale]);
    directions.extend(scaled.concat());
    directions
}

/// The table of a launch: the columns of some directions.
fn table(directions: &[f64]) -> Vec<u32> {
    let column = |at: usize| directions.iter().skip(at).step_by(3);
    let bits = (0..3).flat_map(column).map(|value| value.to_bits());
    bits.flat_map(|bits| [bits as u32, (bits >> 32) as u32]).collect()
}

fn text() -> Text {
    Text { name: NEAREST.name, text: NEAREST.cuda.concat() }
}

/// The first index that a text finds which is not that of the definition.
fn difference(host: &Host) -> Option<String> {
    let mut running = host.start();
    for total in [1, 2, 3, 17, 1_000, 100_001, 1 << 31, 1 << 40, 1 << 52] {
        for placement in PLACEMENTS {
            let scheme = Scheme::Fibonacci { total, placement };
            let Ok(plan) = scheme.plan() else { continue };
            let directions = directions(scheme);
            let mut launch = plan.launch_nearest().unwrap();
            launch.table = table(&directions);
            let given = running.launch(0, &launch, &(0..directions.len() as u64 / 3));
            for (direction, given) in directions.chunks_exact(3).zip(given.chunks_exact(2)) {
                let direction = [direction[0], direction[1], direction[2]];
                let right = plan.nearest(direction).unwrap_or(u64::MAX);
                if given != [right as u32, (right >> 32) as u32] {
                    return Some(format!("{scheme:?} {direction:?}: {given:?}, not {right}"));
                }
            }
        }
    }
    None
}

#[test]
fn the_nearest_point_is_that_of_the_definition() {
    let Some(host) = Host::compile("cuda-nearest", &[text()]) else { return };
    assert_eq!(difference(&host), None);
}

#[test]
fn what_is_no_direction_has_no_index() {
    let Some(host) = Host::compile("cuda-no-direction", &[text()]) else { return };
    let plan = Scheme::Fibonacci { total: 100, placement: Placement::Quadrature }.plan().unwrap();
    let mut launch = plan.launch_nearest().unwrap();
    for direction in
        [[0.0; 3], [f64::NAN, 1.0, 0.0], [0.0, f64::INFINITY, 0.0], [1.0, 0.0, f64::NAN]]
    {
        launch.table = table(&direction);
        assert_eq!(host.start().launch(0, &launch, &(0..1)), [u32::MAX; 2], "{direction:?}");
    }
}

#[test]
fn a_wrong_search_is_caught() {
    const WRONG: [(&str, &str); 6] = [
        ("*z = y + header.z", "*z = y"),
        ("squared == best.squared && number < best.index", "squared == best.squared"),
        ("seen.south ? westwards : eastwards", "eastwards"),
        ("found.second > found.estimate + around.doubt", "true"),
        ("place.at <= cap.last", "place.at < cap.last - 1.0"),
        ("square - EXCESS", "4.0 * square + 1.0"),
    ];
    for (number, (from, to)) in WRONG.into_iter().enumerate() {
        let right = text();
        assert!(right.text.contains(from), "the text does not say {from}");
        let wrong = Text { text: right.text.replace(from, to), ..right };
        let Some(host) = Host::compile(&format!("cuda-search-{number}"), &[wrong]) else { return };
        assert!(difference(&host).is_some(), "{from} as {to} passes");
    }
}
