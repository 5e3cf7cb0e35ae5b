"""The Sobol sequence in 64-bit words, and the hash of its Owen scramble."""

from fractions import Fraction
import warnings
from functools import lru_cache
from importlib.resources import as_file, files

import numpy as np
import scipy
from scipy.stats import qmc

from .exact import MPMATH, by, csv, digits, from_pole
from .lattice import pseudo_random

DIMENSIONS = 21_201
CHOSEN = [0, 1, 2, 3, 4, 9, 15, 99, 1_110, 1_111, 5_000, 21_200]
INDICES = [0, 1, 2, 3, 7, 8, 100, 1_023, 1_024, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 32) + 1,
           1 << 52, 1 << 62, (1 << 63) - 1]
SCIPY = f"scipy {scipy.__version__}"


def directions(polynomial, initial):
    """v_1 .. v_64 of one dimension from scipy's polynomial (both end bits set) and m_1 .. m_s.

    m_i = 2 a_1 m_(i-1) + ... + 2^(s-1) a_(s-1) m_(i-s+1) + 2^s m_(i-s) + m_(i-s) over GF(2).
    JoeKuo2008, equation 2.
    """
    s = polynomial.bit_length() - 1
    m = list(initial[:s]) if s else [1] * 64
    for i in range(len(m), 64):
        number = m[i - s]
        for j in range(1, s + 1):
            if polynomial >> (s - j) & 1:
                number ^= m[i - j] << j
        m.append(number)
    return [number << (63 - i) for i, number in enumerate(m)]


def word(v, index):
    gray, sum_ = index ^ index >> 1, 0
    for i in range(64):
        if gray >> i & 1:
            sum_ ^= v[i]
    return sum_


@lru_cache
def load():
    """Directions of many dimensions, compared with scipy's own and with points it draws."""
    with as_file(files("scipy.stats") / "_sobol_direction_numbers.npz") as path:
        arrays = np.load(path)
        polynomials, initial = arrays["poly"].tolist(), arrays["vinit"].tolist()
    many = sorted({*range(1_200), *range(1_200, DIMENSIONS, 40), *CHOSEN})
    table = {d: directions(polynomials[d], initial[d]) for d in many}
    sampler = qmc.Sobol(DIMENSIONS, scramble=False, bits=64)
    for d in many:
        assert table[d] == sampler._sv[d].tolist()
    first = sampler.random(64)
    for index in range(64):
        for d in many:
            # Six bits are set at most: scipy's double is exact.
            assert word(table[d], index) == int(first[index, d] * 2.0**64)
    for index, dimensions in [(100, DIMENSIONS), (1_023, DIMENSIONS), (65_537, 100)]:
        # Its state, all 64 bits of it, is the point it drew last.
        sampler = qmc.Sobol(dimensions, scramble=False, bits=64)
        with warnings.catch_warnings(action="ignore"):
            sampler.random(index + 1)
        state = sampler._quasi.tolist()
        assert all(word(table[d], index) == state[d] for d in many if d < dimensions)
    return table


def sobol_scipy():
    table = load()
    rows = [(k, d, word(table[d], k)) for d in CHOSEN for k in INDICES]
    comment = by(SCIPY) + "'s Joe-Kuo D6 numbers (BSD-3-Clause): Gray-code order, 64-bit words;"
    return csv(comment + " dimension counts from 0", "index,dimension,word64", rows)


def sobol_points():
    table, rows = load(), []
    doubles = qmc.Sobol(2, scramble=False, bits=64).random(16)
    for k in range(16):
        w0, w1 = word(table[0], k), word(table[1], k)
        u0 = Fraction(w0 >> 11, 1 << 53)
        assert [float(u0), w1 / 2**64] == doubles[k].tolist()
        rows.append((k, *map(digits, from_pole(2 * u0, w1))))
    comment = by(SCIPY, MPMATH) + ": dimensions 0 and 1; z = 1 - 2 u0, turn = u1"
    return csv(comment, "index,x,y,z", rows)


def permute_nested(x, seed):
    """Vegdahl's form of the Laine-Karras hash between two bit reversals, mod 2^32."""
    mask = (1 << 32) - 1

    def reverse(number):
        return int(f"{number:032b}"[::-1], 2)

    x = reverse(x)
    x ^= x * 0x3D20ADEA & mask
    x = x + seed & mask
    x = x * (seed >> 16 | 1) & mask
    x ^= x * 0x05526C56 & mask
    x ^= x * 0x53A22864 & mask
    return reverse(x)


def owen_words():
    high = [w >> 32 for w in pseudo_random(64, 3)]
    edges = [0, 1, 1 << 31, 0x12345678, (1 << 32) - 1]
    pairs = [(x, seed) for x in edges for seed in edges] + list(zip(high[:32], high[32:]))
    for x, seed in pairs:
        for bit in range(32):
            changed = permute_nested(x, seed) ^ permute_nested(x ^ 1 << bit, seed)
            # Bit `bit` flips, and nothing above it: the permutation is nested.
            assert changed >> bit == 1
    rows = [[f"{n:08x}" for n in (x, seed, permute_nested(x, seed))] for x, seed in pairs]
    comment = "tools/oracles.py, Python integers: the nested permutation of 32-bit words of the"
    return csv(comment + " Owen scramble, hexadecimal", "x,seed,y", rows)
