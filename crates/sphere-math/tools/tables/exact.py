"""Exact rationals in, 40 digits out."""

from fractions import Fraction

import mpmath
from mpmath import mp

# 180 digits: enough for 40 correct ones after any cancellation in these tables.
mp.prec = 600
TURN = 1 << 64


def real(value):
    """An int, float or Fraction, correctly rounded to the working precision."""
    value = Fraction(value)
    return mp.mpf(value.numerator) / value.denominator


def digits(value):
    """40 significant digits, read by any parser of floating-point numbers."""
    return mp.nstr(mp.mpf(value), 40)


def cos_sin(turn):
    """Of a whole number of 2^-64 turns; exact at the quarters."""
    half_turns = real(Fraction(2 * turn, TURN))
    return mp.cospi(half_turns), mp.sinpi(half_turns)


def from_pole(u, turn):
    """The direction with z = 1 - u, u a rational in [0, 2], at a longitude in turns of 2^-64."""
    radius = mp.sqrt(real(u * (2 - u)))
    cos, sin = cos_sin(turn)
    return radius * cos, radius * sin, real(1 - u)


def csv(comment, header, rows):
    """The text of a table; `comment` is one line that says where the numbers are from."""
    lines = [f"# {comment}", header, *(",".join(str(field) for field in row) for row in rows)]
    return "\n".join(lines) + "\n"


def by(*tools):
    """Provenance: this tool and the versions of those it used."""
    return "tools/oracles.py with " + ", ".join(tools)


MPMATH = f"mpmath {mpmath.__version__}"
