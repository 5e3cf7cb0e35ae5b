"""Uniform random rotations: a unit quaternion from two Philox blocks, and Rodrigues' formula."""

from fractions import Fraction

from mpmath import mp

from .exact import MPMATH, by, cos_sin, csv, digits, real
from .random import MASK, philox4x32

STREAM = 5
SEEDS = [0, 1, (1 << 40) + 3, (1 << 64) - 1]
NUMBERS = [0, 1, 15, (1 << 32) + 5, (1 << 64) - 1]


def matrix(seed, number):
    """Shoemake1992: x, y = sqrt(1 - u) (sin, cos); z, w = sqrt(u) (sin, cos)."""
    words = []
    for block in (0, 1):
        counter = [number & MASK, number >> 32, block, STREAM]
        w0, w1, w2, w3 = philox4x32(counter, [seed & MASK, seed >> 32])
        words += [w1 << 32 | w0, w3 << 32 | w2]
    u = real(Fraction(words[0] >> 11, 1 << 53))
    (cos1, sin1), (cos2, sin2) = cos_sin(words[1]), cos_sin(words[2])
    x, y, z = mp.sqrt(1 - u) * sin1, mp.sqrt(1 - u) * cos1, mp.sqrt(u) * sin2
    cross = mp.matrix([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation = mp.eye(3) + 2 * mp.sqrt(u) * cos2 * cross + 2 * cross * cross
    assert abs(mp.det(rotation) - 1) < mp.mpf(10) ** -100
    return rotation


def rotations():
    names = ",".join(f"m{i}{j}" for i in range(3) for j in range(3))
    rows = [
        [seed, number, *(digits(c) for c in matrix(seed, number))]
        for seed in SEEDS
        for number in NUMBERS
    ]
    return csv(f"Uniform random rotations, row after row: {by(MPMATH)}", f"seed,number,{names}", rows)
