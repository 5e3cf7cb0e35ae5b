"""Philox4x32-10 and the three methods of random directions."""

from fractions import Fraction

from mpmath import mp

from .exact import MPMATH, by, csv, digits, from_pole, real

MASK = (1 << 32) - 1
BALL, DISK, CYLINDER = range(3)
SEEDS = [0, 1, 42, (1 << 64) - 1]
INDICES = [*range(10), (1 << 32) - 1, 1 << 32, 1 << 52, (1 << 64) - 1]

# Random123, kat_vectors, philox4x32 10: counter, key, output.
KNOWN_ANSWERS = """
00000000 00000000 00000000 00000000  00000000 00000000  6627e8d5 e169c58d bc57ac4c 9b00dbd8
ffffffff ffffffff ffffffff ffffffff  ffffffff ffffffff  408f276d 41c83b0e a20bc7c6 6d5451fd
243f6a88 85a308d3 13198a2e 03707344  a4093822 299f31d0  d16cfe09 94fdcceb 5001e420 24126ea1
"""


def philox4x32(counter, key):
    """Ten rounds. Salmon2011."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        left, right = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (right >> 32) ^ c1 ^ k0, right & MASK, (left >> 32) ^ c3 ^ k1, left & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return [c0, c1, c2, c3]


def philox_random123():
    rows = [line.split() for line in KNOWN_ANSWERS.split("\n") if line]
    for row in rows:
        numbers = [int(field, 16) for field in row]
        assert philox4x32(numbers[:4], numbers[4:6]) == numbers[6:]
    comment = "The published known answers of Random123 (kat_vectors, philox4x32 10), hexadecimal"
    return csv(comment, "ctr0,ctr1,ctr2,ctr3,key0,key1,out0,out1,out2,out3", rows)


def signed(word):
    return word - (1 << 32) if word >> 31 else word


def ball(words):
    x, y, z = (signed(word) | 1 for word in words[:3])
    norm = x * x + y * y + z * z
    if not 1 << 22 <= norm <= 1 << 62:
        return None
    return [real(coordinate) / mp.sqrt(norm) for coordinate in (x, y, z)]


def disk(words):
    for pair in (words[:2], words[2:]):
        a, b = (Fraction(signed(word), 1 << 31) for word in pair)
        s = a * a + b * b
        if 0 < s <= 1:
            return [real(2 * a) * mp.sqrt(real(1 - s)), real(2 * b) * mp.sqrt(real(1 - s)),
                    real(1 - 2 * s)]
    return None


def cylinder(words):
    top = (words[0] | words[1] << 32) >> 11
    return from_pole(Fraction(2 * top + 1, 1 << 53), words[2] | words[3] << 32)


METHODS = {"ball": (BALL, ball), "disk": (DISK, disk), "cylinder": (CYLINDER, cylinder)}


def row(seed, index, name):
    method, lift = METHODS[name]
    for attempt in range(64):
        counter = [index & MASK, index >> 32, attempt, method]
        words = philox4x32(counter, [seed & MASK, seed >> 32])
        point = lift(words)
        if point:
            assert abs(sum(part * part for part in point) - 1) < mp.mpf(10) ** -100
            w01, w23 = words[0] | words[1] << 32, words[2] | words[3] << 32
            return (seed, index, name, attempt, w01, w23, *map(digits, point))
    raise AssertionError("64 blocks rejected")


def random_points():
    rows = [row(s, i, name) for name in METHODS for s in SEEDS for i in INDICES]
    comment = by(MPMATH) + ": w01 and w23 are the accepted block, low word first; the disk method"
    comment += " takes the first of the pairs (w0 w1), (w2 w3) that lies in the disk"
    return csv(comment, "seed,index,method,attempt,w01,w23,x,y,z", rows)
