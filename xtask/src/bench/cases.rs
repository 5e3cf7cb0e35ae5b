//! What is compared.

/// A scheme with the parameters that matter for its speed.
#[derive(Debug)]
pub(crate) struct Case {
    /// Its name in every fragment, where the precision may follow: `fibonacci-f64`.
    pub(crate) name: &'static str,
    /// Its name on the page.
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    /// What `sphere sample`, `bench` and `quality` are told.
    pub(crate) arguments: &'static str,
    /// What `sphere quality` is told besides: about 4,096 points.
    pub(crate) quality: &'static str,
}

/// What the points are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Directions,
    Disk,
    Cube,
}

const fn case(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    arguments: &'static str,
    quality: &'static str,
) -> Case {
    Case { name, label, kind, arguments, quality }
}

const SOME: &str = "--count 4096";

/// Every scheme, and every variant that has a kernel of its own.
#[rustfmt::skip]
pub(crate) const CASES: [Case; 13] = [
    case("fibonacci", "Fibonacci lattice", Kind::Directions, "fibonacci", SOME),
    case("pixels-ring", "HEALPix, ring", Kind::Directions, "pixels --ordering ring", "--order 4"),
    case("pixels-nested", "HEALPix, nested", Kind::Directions, "pixels --ordering nested", "--order 4"),
    case("sobol-sphere", "Sobol on the sphere", Kind::Directions, "sobol", SOME),
    case("random-cylinder", "random, cylinder", Kind::Directions, "random --method cylinder", SOME),
    case("random-disk", "random, disk", Kind::Directions, "random --method disk", SOME),
    case("random-ball", "random, ball", Kind::Directions, "random --method ball", SOME),
    case("disk", "Fibonacci in the disk", Kind::Disk, "disk", SOME),
    case("sobol-2", "Sobol, 2 dimensions", Kind::Cube, "sobol --dimensions 2", SOME),
    case("sobol-8", "Sobol, 8 dimensions", Kind::Cube, "sobol --dimensions 8", SOME),
    case("sobol-64", "Sobol, 64 dimensions", Kind::Cube, "sobol --dimensions 64", SOME),
    case("sobol-4-shift", "Sobol, 4, shifted", Kind::Cube, "sobol --dimensions 4 --scramble shift", SOME),
    case("sobol-4-owen", "Sobol, 4, Owen", Kind::Cube, "sobol --dimensions 4 --scramble owen", SOME),
];
