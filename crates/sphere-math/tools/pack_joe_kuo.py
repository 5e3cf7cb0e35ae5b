#!/usr/bin/env python3
"""Pack the Joe-Kuo D6 direction numbers into src/sampling/sobol/joe_kuo.bin.

    pack_joe_kuo.py                    write the file, print its sha256 and the table of degrees
    pack_joe_kuo.py --check            decode the file and compare every value with scipy's
    pack_joe_kuo.py --check --text F   ... and with F, Joe and Kuo's text file or its first rows

Needs numpy and scipy, whose copy of the table is the source. JOE_KUO.md beside the packed file
states layout, origin and licence. The decoder shares no code with the packer.
"""

import argparse
import hashlib
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

PACKED = Path(__file__).resolve().parents[1] / "src/sampling/sobol/joe_kuo.bin"
DIMENSIONS = 21_201


def scipy_rows():
    """(s, a, [m_1 .. m_s]) of dimensions 2 to 21,201: the columns of Joe and Kuo's text file."""
    with as_file(files("scipy.stats") / "_sobol_direction_numbers.npz") as path:
        arrays = np.load(path)
        polynomials, initial = arrays["poly"].tolist(), arrays["vinit"].tolist()
    assert len(polynomials) == len(initial) == DIMENSIONS
    rows = []
    for polynomial, numbers in zip(polynomials[1:], initial[1:]):
        s = polynomial.bit_length() - 1
        assert polynomial & 1 and not any(numbers[s:]), "nothing beyond the degree"
        rows.append((s, (polynomial ^ (1 << s)) >> 1, numbers[:s]))
    return rows


def text_rows(path):
    """The same from the columns d, s, a, m_i of a text file with one header line."""
    lines = Path(path).read_text().splitlines()[1:]
    rows = [[int(field) for field in line.split()] for line in lines if line.strip()]
    assert [row[0] for row in rows] == list(range(2, len(rows) + 2)), "dimensions in order"
    return [(s, a, numbers) for _, s, a, *numbers in rows]


def pack(rows):
    """The stream of bits, first bit first, as bytes."""
    bits = []

    def put(number, width):
        assert 0 <= number < 1 << width
        bits.extend(number >> place & 1 for place in range(width))

    for s, a, numbers in rows:
        put(a, s - 1)
        for i, m in enumerate(numbers, start=1):
            assert m & 1 and len(numbers) == s
            put((m - 1) // 2, i - 1)
    return np.packbits(np.array(bits, np.uint8), bitorder="little").tobytes(), len(bits)


def degree_counts(rows):
    """How many dimensions have degree 1, 2, ...; the degrees do not decrease."""
    degrees = [s for s, _, _ in rows]
    assert degrees == sorted(degrees)
    return [degrees.count(s) for s in range(1, max(degrees) + 1)]


def phi_over_degree(s):
    """The number of primitive polynomials of degree s over GF(2), phi(2^s - 1) / s."""
    order = rest = (1 << s) - 1
    phi, prime = order, 2
    while rest > 1:
        if rest % prime == 0:
            phi -= phi // prime
            while rest % prime == 0:
                rest //= prime
        prime += 1
    return phi // s


def decode(data):
    """(s, a, [m_i]) from the bytes: one big integer, consumed by masks.

    The degrees come from theory: every primitive polynomial in order of degree, as far as the
    dimensions reach.
    """
    rows, at = [], 0

    def take(width):
        nonlocal at
        first, last = at // 8, (at + width + 7) // 8
        word = int.from_bytes(data[first:last], "little") >> at % 8
        at += width
        return word % (1 << width)

    s = 1
    while len(rows) < DIMENSIONS - 1:
        for _ in range(min(phi_over_degree(s), DIMENSIONS - 1 - len(rows))):
            a = take(s - 1)
            rows.append((s, a, [2 * take(i) + 1 for i in range(s)]))
        s += 1
    assert len(data) == (at + 7) // 8 and take(-at % 8) == 0, "not a byte more, padded with zeros"
    return rows


def describe(data, bits, counts):
    print(f"{len(data)} bytes, {bits} bits, sha256 {hashlib.sha256(data).hexdigest()}")
    print("degree: dimensions")
    for s, count in enumerate(counts, start=1):
        print(f"{s:6}: {count}")
    print(f"const DIMENSIONS_OF_DEGREE: [u32; {len(counts)}] = {counts};")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments.add_argument("--text", help="a file with the columns d, s, a, m_i to compare with")
    given = arguments.parse_args()
    rows = scipy_rows()
    data, bits = pack(rows)
    if given.check:
        stored = PACKED.read_bytes()
        assert decode(stored) == rows, "the packed file differs from scipy's arrays"
        assert stored == data, "the packed file is not what this tool writes"
        print(f"{len(rows)} dimensions are scipy's")
    else:
        PACKED.write_bytes(data)
    if given.text:
        text = text_rows(given.text)
        assert text == rows[: len(text)], "the text file differs from scipy's arrays"
        print(f"{len(text)} dimensions are the text file's")
    describe(data, bits, degree_counts(rows))


if __name__ == "__main__":
    main()
