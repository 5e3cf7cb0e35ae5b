//! `sphere-peers REPORT [PYTHON]`: runs other libraries beside Sphere, prints the rates, and adds them
//! to REPORT, a JSON file. With the PYTHON that has scipy, that runs as well.

use std::env;
use std::error::Error;

mod on_sphere;
mod owen;
mod race;
mod report;
mod scipy;
mod sequences;

/// The build decides what the peers may use of the processor; Sphere finds out where it runs.
const BUILD: &str = if cfg!(target_feature = "avx2") { "native" } else { "portable" };

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or("usage: sphere-peers REPORT [PYTHON]")?;
    let mut scipy = arguments.next().map(|python| scipy::Scipy::start(&python)).transpose()?;
    let mut report = report::Report::open(path.as_ref())?;
    for dimensions in [2, 8, 16, 64] {
        report.add(sequences::race(dimensions, 1 << 20, 1, scipy.as_mut())?)?;
    }
    report.add(sequences::race(8, 1 << 10, 200, scipy.as_mut())?)?;
    report.add(owen::race()?)?;
    report.add(on_sphere::race()?)
}
