"""The Earth's topography, cut to degree 60."""

from pathlib import Path

from .exact import csv

LMAX = 60


def topography(path):
    rows = [line.split() for line in Path(path).read_text().splitlines()]
    rows = [row for row in rows if row and int(row[0]) <= LMAX]
    assert [(int(row[0]), int(row[1])) for row in rows] == [
        (l, m) for l in range(LMAX + 1) for m in range(l + 1)
    ]
    comment = "The topography of the Earth to degree and order 60: real spherical harmonic "
    comment += "coefficients, 4-pi normalised, no Condon-Shortley phase, metres.\n"
    comment += "# From srtmp300.msl by M. Wieczorek, distributed with the examples of SHTOOLS, "
    comment += f"BSD-3-Clause; the rows of degree <= {LMAX}, unchanged."
    return csv(comment, "l,m,C,S", rows)
