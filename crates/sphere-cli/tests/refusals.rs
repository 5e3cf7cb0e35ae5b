//! What users get wrong: status 2, a message that names it, nothing written.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::Sphere;

/// Arguments after `sphere`, and words of the message.
#[rustfmt::skip]
const REFUSED: [(&str, &[&str]); 51] = [
    ("", &["Usage"]),
    ("simple", &["simple"]),
    ("sample", &["SCHEME"]),
    ("sample spiral --count 5", &["SCHEME", "fibonacci", "pixels"]),
    ("sample fibonacci", &["count is missing"]),
    ("sample fibonacci --count ten", &["count is 'ten'", "whole number"]),
    ("sample fibonacci --count -5", &["count is '-5'"]),
    ("sample fibonacci --count 1.5", &["count is '1.5'"]),
    ("sample fibonacci --count 1e20", &["count is '1e20'", "18446744073709551615"]),
    ("sample fibonacci --count 5 --count 6", &["--count"]),
    ("sample fibonacci --count 5 --colour red", &["--colour"]),
    ("sample fibonacci --count 11 --total 10", &["start + count", "10 points"]),
    ("sample fibonacci --start 11 --total 10", &["start + count", "10 points"]),
    ("sample fibonacci --count 0 --total 0", &["total is 0", "2^52"]),
    ("sample fibonacci --count 1 --total 4503599627370497", &["total", "2^52"]),
    ("sample disk --count 1e17", &["start + count", "4503599627370496"]),
    ("sample fibonacci --count 5 --placement covering", &["placement", "quadrature, packing, spacing"]),
    ("sample fibonacci --count 5 --placement offset:nan", &["placement offset is NaN", "0 to 2^52"]),
    ("sample fibonacci --count 5 --placement offset:inf", &["placement offset is inf", "0 to 2^52"]),
    ("sample fibonacci --count 5 --placement offset:-1", &["placement", "0 to 2^52"]),
    ("sample fibonacci --count 5 --placement offset:half", &["placement is 'offset:half'"]),
    ("sample fibonacci --count 1 --placement offset:0", &["placement", "at least 2"]),
    ("sample fibonacci --count 5 --seed 1", &["seed is no parameter of fibonacci"]),
    ("sample random --count 5 --seed one", &["seed is 'one'", "whole number"]),
    ("sample random --count 5 --seed -1", &["seed is '-1'"]),
    ("sample random --count 5 --method box", &["--method", "cylinder", "ball"]),
    ("sample random --count 5 --total 10", &["total is no parameter of random"]),
    ("sample random --count 5 --start 18446744073709551615", &["start + count"]),
    ("sample sobol --count 5 --order 3", &["order is no parameter of sobol", "dimensions"]),
    ("sample sobol --count 5 --dimensions 0", &["dimensions is 0", "21201"]),
    ("sample sobol --count 5 --dimensions 21202", &["dimensions is 21202", "21201"]),
    ("sample sobol --count 5 --dimensions 2 --columns theta-phi", &["columns", "dimensions"]),
    ("sample sobol --count 5 --scramble lms", &["--scramble", "owen"]),
    ("sample sobol --count 5 --seed 3", &["seed", "scramble"]),
    ("sample sobol --count 2 --start 9223372036854775807", &["start + count", "9223372036854775808"]),
    ("sample pixels", &["order is missing"]),
    ("sample pixels --order 30", &["order is 30", "0 to 29"]),
    ("sample pixels --order 2 --count 193", &["start + count", "192 points"]),
    ("sample pixels --order 2 --ordering spiral", &["--ordering", "nested"]),
    ("sample disk --count 5 --columns lonlat-deg", &["columns is no parameter of disk"]),
    ("sample random --count 5 --precision f16", &["--precision", "f32"]),
    ("sample random --count 5 --format xlsx", &["--format", "npy"]),
    ("sample random --count 5 -o points.txt", &["output is points.txt", "--format"]),
    ("sample random --count 5 --plot points.jpg", &["plot is points.jpg", "FILE.png"]),
    ("sample random --count 5 --plot a.png --format npy", &["format", "-o FILE"]),
    ("sample random --count 5 --format raw -o a.png --plot a.png", &["same file"]),
    ("sample random --count 5 --threads 0", &["threads is '0'", "1 to 1024"]),
    ("sample random --count 5 --threads 1025", &["threads", "1024"]),
    ("sample random --count 5 --numa on", &["--numa", "auto, off"]),
    ("sample random --count 5 --numa -1", &["--numa"]),
    ("serve --numa 0,1", &["--numa", "auto, off"]),
];

#[test]
fn arguments_that_cannot_be() {
    let sphere = Sphere::new();
    for (words, expected) in REFUSED {
        for output in ["", " -o out.csv"] {
            // Where the arguments have an output of their own, once is enough.
            let words = if words.contains(".png") || words.contains("-o") {
                words.to_string()
            } else if words.starts_with("sample ") {
                format!("{words}{output}")
            } else {
                words.to_string()
            };
            let run = sphere.run(&words);
            assert_eq!(run.status, Some(2), "{words}: {}", run.stderr);
            assert!(run.stdout.is_empty(), "{words}");
            for part in expected {
                assert!(run.stderr.contains(part), "{words}: {part:?} is not in {}", run.stderr);
            }
            assert!(sphere.files().is_empty(), "{words}: wrote {:?}", sphere.files());
        }
    }
}
