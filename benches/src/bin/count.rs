//! Runs a case over and over, for a program that counts instructions.
//!
//! `count cases` names the cases, `count drawn` those of the flame graphs, `count levels` the
//! instruction sets of this processor.

use std::env;
use std::error::Error;
use std::io::{self, Write};

use sphere_benches::{Work, case, cases};
use sphere_math::sampling::SampleError;
use sphere_math::simd::SimdLevel;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut out = io::stdout();
    match words[..] {
        ["cases"] => cases().iter().try_for_each(|case| writeln!(out, "{}", case.name))?,
        ["drawn"] => {
            let mut drawn = cases().into_iter().filter(|case| case.is_drawn);
            drawn.try_for_each(|case| writeln!(out, "{}", case.name))?;
        }
        ["levels"] => {
            SimdLevel::available().iter().try_for_each(|level| writeln!(out, "{level}"))?;
        }
        [name, level, points, repeats] => {
            let mut work = case(name)?.ready(level.parse()?, points.parse()?)?;
            for _ in 0..repeats.parse::<u32>()? {
                once(&mut work)?;
            }
        }
        _ => return Err("usage: count cases | drawn | levels | CASE LEVEL POINTS REPEATS".into()),
    }
    Ok(())
}

/// What a profile of one run begins and ends with: a function that is there to be named.
#[inline(never)]
fn once(work: &mut Work) -> Result<(), SampleError> {
    work()
}
