//! What is allowed, what is refused, and with which words.

use sphere_math::healpix::Ordering;
use sphere_math::sampling::{Domain, Method, Placement, Scheme, Scramble};

use super::{SampleParameters, SchemeKind};
use crate::Coordinates;

fn job(text: &str) -> Result<crate::Job, super::ParameterError> {
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let pairs = rest.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    SampleParameters::parse(scheme, pairs)?.job()
}

#[test]
fn what_requests_mean() {
    let fibonacci = |total, placement| Scheme::Fibonacci { total, placement };
    let random = |seed, method| Scheme::Random { seed, method };
    let sobol = |domain, scramble| Scheme::Sobol { domain, scramble };
    let pixels = |order, ordering| Scheme::Pixels { order, ordering };
    let (sphere, cube) = (Domain::Sphere, |dimensions| Domain::Cube { dimensions });
    let table = [
        ("fibonacci count=10", fibonacci(10, Placement::Quadrature), 0..10),
        ("fibonacci count=0", fibonacci(1, Placement::Quadrature), 0..0),
        ("fibonacci count=10 start=5", fibonacci(15, Placement::Quadrature), 5..15),
        ("fibonacci total=100", fibonacci(100, Placement::Quadrature), 0..100),
        ("fibonacci total=100 start=90", fibonacci(100, Placement::Quadrature), 90..100),
        ("fibonacci total=100 start=100", fibonacci(100, Placement::Quadrature), 100..100),
        ("fibonacci count=2 total=9", fibonacci(9, Placement::Quadrature), 0..2),
        ("fibonacci count=10 placement=packing", fibonacci(10, Placement::Packing), 0..10),
        ("fibonacci count=10 placement=spacing", fibonacci(10, Placement::Spacing), 0..10),
        ("fibonacci count=2 placement=offset:0", fibonacci(2, Placement::Offset(0.0)), 0..2),
        ("disk count=1e3", Scheme::Disk { total: 1_000 }, 0..1_000),
        ("random count=1", random(0, Method::Cylinder), 0..1),
        (
            "random count=1 start=18446744073709551614 seed=18446744073709551615 method=ball",
            random(u64::MAX, Method::Ball),
            u64::MAX - 1..u64::MAX,
        ),
        ("sobol count=4", sobol(sphere, Scramble::None), 0..4),
        ("sobol count=4 dimensions=21201", sobol(cube(21_201), Scramble::None), 0..4),
        (
            "sobol count=4 scramble=owen randomisation=2",
            sobol(sphere, Scramble::Owen { seed: 0, randomisation: 2 }),
            0..4,
        ),
        (
            "sobol count=1 start=9223372036854775807 scramble=shift seed=5",
            sobol(sphere, Scramble::Shift { seed: 5, randomisation: 0 }),
            (1 << 63) - 1..1 << 63,
        ),
        ("pixels order=0", pixels(0, Ordering::Ring), 0..12),
        (
            "pixels order=29 start=3458764513820540927",
            pixels(29, Ordering::Ring),
            (3 << 60) - 1..3 << 60,
        ),
        ("pixels order=1 ordering=nested count=3", pixels(1, Ordering::Nested), 0..3),
    ];
    for (text, scheme, range) in table {
        let job = job(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((job.scheme(), job.range()), (&scheme, range), "{text}");
    }
}

/// Request, parameter at fault, code, words of the message.
#[rustfmt::skip]
const REFUSED: [(&str, &str, &str, &str); 38] = [
    ("spiral count=1", "scheme", "invalid_value", "one of fibonacci, disk, random"),
    ("fibonacci", "count", "missing_parameter", "fibonacci needs it"),
    ("sobol start=3", "count", "missing_parameter", "sobol needs it"),
    ("pixels count=3", "order", "missing_parameter", "pixels needs it"),
    ("fibonacci count=1 colour=red", "colour", "unknown_parameter", "there are count"),
    ("sobol count=1 order=3", "order", "parameter_not_for_scheme", "no parameter of sobol"),
    ("disk count=1 columns=xyz", "columns", "parameter_not_for_scheme", "of disk"),
    ("random count=1 total=5", "total", "parameter_not_for_scheme", "of random"),
    ("fibonacci count=1 count=1", "count", "duplicate_parameter", "given twice"),
    ("fibonacci count=ten", "count", "invalid_value", "count is 'ten'"),
    ("fibonacci count=-1", "count", "invalid_value", "a whole number from 0"),
    ("random count=1 seed=abc", "seed", "invalid_value", "seed is 'abc'"),
    ("random count=1 seed=18446744073709551616", "seed", "invalid_value", "from 0 to 18446744073709551615"),
    ("random count=1 method=box", "method", "invalid_value", "one of cylinder, disk, ball"),
    ("fibonacci count=0 total=0", "total", "out_of_range", "1 to 4503599627370496"),
    ("fibonacci count=1 total=4503599627370497", "total", "out_of_range", "total is 4503599627370497"),
    ("disk count=4503599627370497", "count", "past_the_end", "4503599627370496 points"),
    ("fibonacci count=11 total=10", "count", "past_the_end", "which has 10 points"),
    ("fibonacci start=11 total=10", "count", "past_the_end", "which has 10 points"),
    ("sobol count=1 start=9223372036854775808", "count", "past_the_end", "9223372036854775808 points"),
    ("random count=2 start=18446744073709551615", "count", "past_the_end", "18446744073709551615 + 2"),
    ("pixels order=0 start=13", "count", "past_the_end", "which has 12 points"),
    ("pixels order=0 count=13", "count", "past_the_end", "which has 12 points"),
    ("sobol count=1 dimensions=0", "dimensions", "out_of_range", "1 to 21201"),
    ("sobol count=1 dimensions=21202", "dimensions", "out_of_range", "dimensions is 21202"),
    ("sobol count=1 dimensions=1e12", "dimensions", "out_of_range", "1 to 21201"),
    ("sobol count=1 dimensions=2 columns=theta-phi", "columns", "angles_of_the_cube", "leave one out"),
    ("sobol count=1 seed=1", "seed", "needs_scramble", "shift or owen"),
    ("sobol count=1 scramble=none randomisation=1", "randomisation", "needs_scramble", "shift or owen"),
    ("pixels order=30", "order", "out_of_range", "0 to 29"),
    ("fibonacci count=2 placement=offset:nan", "placement", "out_of_range", "0 to 2^52"),
    ("fibonacci count=2 placement=offset:inf", "placement", "out_of_range", "0 to 2^52"),
    ("fibonacci count=2 placement=offset:-0.5", "placement", "out_of_range", "0 to 2^52"),
    ("fibonacci count=2 placement=offset:5e15", "placement", "out_of_range", "0 to 2^52"),
    ("fibonacci count=1 placement=offset:0", "placement", "out_of_range", "at least 2"),
    ("fibonacci count=1 placement=covering", "placement", "invalid_value", "packing, spacing, or offset:<e>"),
    ("fibonacci count=1 placement=offset:", "placement", "invalid_value", "offset:0.36"),
    ("fibonacci count=1 precision=f16", "precision", "invalid_value", "one of f64, f32"),
];

#[test]
fn what_is_refused_and_why() {
    for (text, parameter, code, words) in REFUSED {
        let error = job(text).expect_err(text);
        assert_eq!((error.parameter(), error.code()), (parameter, code), "{text}: {error}");
        assert!(error.to_string().contains(words), "{text}: {error}");
        assert!(error.to_string().contains(parameter), "{text} names it: {error}");
    }
}

#[test]
fn messages_do_not_repeat_what_a_stranger_sent_at_length() {
    let long = "9".repeat(100_000);
    let mut parameters = SampleParameters::new(SchemeKind::Random);
    assert!(parameters.set("seed", &long).unwrap_err().to_string().len() < 300);
    assert!(parameters.set(&long, "1").unwrap_err().to_string().len() < 300);
}

#[test]
fn columns_have_the_names_of_the_contract() {
    let table = [
        ("fibonacci count=1", "x,y,z"),
        ("disk count=1", "x,y"),
        ("sobol count=1 dimensions=3", "u0,u1,u2"),
        ("random count=1 columns=lonlat-deg", "longitude_deg,latitude_deg"),
        ("pixels order=2 columns=theta-phi", "theta_rad,phi_rad"),
    ];
    for (text, names) in table {
        let job = job(text).unwrap();
        assert_eq!(job.column_names().join(","), names, "{text}");
        assert_eq!(job.columns(), job.column_names().len(), "{text}");
        assert_eq!(job.native().coordinates(), Coordinates::Native);
    }
}

#[test]
fn parts_of_a_job_lie_inside_it() {
    let whole = job("disk total=100 start=10 count=50").unwrap();
    let table = [(10..60, true), (20..20, true), (59..60, true), (9..10, false), (60..61, false)];
    for (range, inside) in table {
        let part = whole.part(range.clone());
        assert_eq!(part.is_some(), inside, "{range:?}");
        assert!(part.is_none_or(|part| part.range() == range && part.scheme() == whole.scheme()));
    }
}

#[test]
fn a_job_travels_as_parameters() {
    for text in [
        "fibonacci count=10",
        "fibonacci count=0",
        "fibonacci count=10 start=5 total=4503599627370496 columns=theta-phi precision=f32",
        "fibonacci count=2 placement=offset:0.1",
        "disk count=7 total=9",
        "random count=1 start=18446744073709551614 seed=18446744073709551615 method=ball",
        "random count=5 columns=lonlat-deg",
        "sobol count=4",
        "sobol count=4 dimensions=5 scramble=owen seed=7 randomisation=3",
        "sobol count=4 scramble=shift columns=theta-phi",
        "pixels order=3 start=5 ordering=nested precision=f32",
    ] {
        let job = job(text).unwrap();
        let json = serde_json::to_string(&SampleParameters::from(&job)).unwrap();
        let read: SampleParameters = serde_json::from_str(&json).unwrap();
        assert_eq!(read.job().unwrap(), job, "{json}");
    }
}
