#!/usr/bin/env python3
"""Write the reference tables of tests/data, computed independently of the Rust code.

    oracles.py                             write the tables
    oracles.py --check                     compute them again and compare; write nothing
    oracles.py --topography srtmp300.msl   do the Earth's topography too, from SHTOOLS' file

Needs numpy, scipy, healpy and mpmath. Where two of them can compute the same thing, or one of them
what is worked out here from the definition, a table is written only if they agree.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from tables import earth, healpix, lattice, random, rotation, sobol  # noqa: E402

DATA = Path(__file__).resolve().parents[1] / "tests/data"
TABLES = {
    "fibonacci_turns.csv": lattice.fibonacci_turns,
    "fibonacci_points.csv": lattice.fibonacci_points,
    "disk_points.csv": lattice.disk_points,
    "sincos_turns.csv": lattice.sincos_turns,
    "philox_random123.csv": random.philox_random123,
    "random_points.csv": random.random_points,
    "rotations.csv": rotation.rotations,
    "sobol_scipy.csv": sobol.sobol_scipy,
    "sobol_points.csv": sobol.sobol_points,
    "owen_words.csv": sobol.owen_words,
    "healpix_centres.csv": healpix.healpix_centres,
}


def rows(text):
    """All but the comments, which name versions of tools."""
    return [line for line in text.splitlines() if not line.startswith("#")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments.add_argument("--topography", metavar="FILE", help="srtmp300.msl of SHTOOLS")
    given = arguments.parse_args()
    tables = dict(TABLES)
    if given.topography:
        tables["earth_topography_lmax60.csv"] = lambda: earth.topography(given.topography)
    different = []
    for name, table in tables.items():
        text = table()
        path = DATA / name
        if not given.check:
            path.write_text(text)
        elif not path.exists() or rows(path.read_text()) != rows(text):
            different.append(name)
        print(f"{name}: {len(rows(text)) - 1} rows, {len(text)} bytes")
    if different:
        sys.exit(f"not what is computed now: {', '.join(different)}")


if __name__ == "__main__":
    main()
