"""HEALPix pixel centres in both orderings, each derived twice and compared with healpy."""

from fractions import Fraction
from math import isqrt

import healpy
from mpmath import mp

from .exact import MPMATH, by, csv, digits, real
from .lattice import pseudo_random

ORDERS = [0, 1, 2, 5, 13, 20, 29]


def centre_on_ring(nside, i, j):
    """Pixel j = 1, 2, ... of ring i: its height and its longitude in turns. Gorski2005, 4 to 9.

    In the belt the longitude is (pi / 2 Nside) (j - s / 2). With s = (i - Nside + 1) mod 2, as
    usually written, every other ring begins one pixel late; the faces demand s = 2 instead of 0.
    """
    mirrored = 4 * nside - i
    if min(i, mirrored) < nside:
        short = min(i, mirrored)
        u = Fraction(short * short, 3 * nside * nside)
        return (1 - u if i < nside else u - 1), Fraction(2 * j - 1, 8 * short)
    shift = 1 + (i - nside) % 2
    return Fraction(2 * (2 * nside - i), 3 * nside), Fraction(2 * j - shift, 8 * nside)


def ring_length(nside, i):
    return 4 * min(i, 4 * nside - i, nside)


def first_on_ring(nside, i):
    if i <= nside:
        return 2 * i * (i - 1)
    if i <= 3 * nside:
        return 2 * nside * (nside - 1) + 4 * nside * (i - nside)
    return 12 * nside * nside - 2 * (4 * nside - i) * (4 * nside - i + 1)


def ring_of(nside, pixel):
    """(i, j) of a RING pixel."""
    cap, pixels = 2 * nside * (nside - 1), 12 * nside * nside
    if pixel < cap:
        i = (1 + isqrt(1 + 2 * pixel)) // 2
    elif pixel < pixels - cap:
        i = nside + (pixel - cap) // (4 * nside)
    else:
        i = 4 * nside - (1 + isqrt(2 * (pixels - pixel) - 1)) // 2
    j = pixel - first_on_ring(nside, i) + 1
    assert 1 <= j <= ring_length(nside, i)
    return i, j


def centre_on_face(order, pixel):
    """A NESTED pixel's height and longitude in turns, from the plane that the faces tile.

    In the plane a face is a square on its corner with diagonals 1: ix runs to the north-east, iy
    to the north-west, a quarter turn is 1 wide, and the caps are |Y| > 1/2: the
    projection of Calabretta and Roukema (2007).
    """
    face, inside = divmod(pixel, 1 << 2 * order)
    ix = sum((inside >> 2 * bit & 1) << bit for bit in range(order))
    iy = sum((inside >> 2 * bit + 1 & 1) << bit for bit in range(order))
    row, column = divmod(face, 4)
    a, b = Fraction(2 * ix + 1, 2 << order), Fraction(2 * iy + 1, 2 << order)
    x = column + (Fraction(0) if row == 1 else Fraction(1, 2)) + (a - b) / 2
    y = Fraction(1 - row, 2) + (a + b - 1) / 2
    if abs(y) <= Fraction(1, 2):
        return Fraction(4, 3) * y, x / 4 % 1
    sigma, middle = 2 - 2 * abs(y), column + Fraction(1, 2)
    z = 1 - sigma * sigma / 3
    return (z if y > 0 else -z), (middle + (x - middle) / sigma) / 4


def ring_number(nside, z, turns):
    """The RING pixel whose centre this is."""
    if 3 * abs(z) > 2:
        short = isqrt(int((1 - abs(z)) * 3 * nside * nside))
        i = short if z > 0 else 4 * nside - short
    else:
        i = int(2 * nside - z * Fraction(3 * nside, 2))
    start = centre_on_ring(nside, i, 1)
    assert start[0] == z
    step = (turns - start[1]) * ring_length(nside, i)
    assert step.denominator == 1
    return first_on_ring(nside, i) + int(step)


def direction(z, turns):
    radius, longitude = mp.sqrt(real((1 - z) * (1 + z))), real(2 * turns)
    return radius * mp.cospi(longitude), radius * mp.sinpi(longitude), real(z)


def chosen(order, nested):
    """First, last, ring and face seams, the bounds of caps and belt, and some at random."""
    nside, pixels = 1 << order, 12 << 2 * order
    if order < 2:
        return range(pixels)
    rings = [1, 2, nside // 2, nside - 1, nside, nside + 1, 2 * nside - 1, 2 * nside]
    seams = [first_on_ring(nside, i) for i in [*rings, *(4 * nside - i for i in rings)]]
    if nested:
        seams = [face << 2 * order for face in range(12)] + [seams[-1], seams[len(seams) // 2]]
    wanted = {0, 1, pixels - 2, pixels - 1, *seams, *(seam - 1 for seam in seams)}
    wanted |= {word % pixels for word in pseudo_random(10, order)}
    return sorted(pixel for pixel in wanted if 0 <= pixel < pixels)


def healpix_centres():
    rows = []
    for order in ORDERS:
        nside = 1 << order
        for ordering in ("ring", "nested"):
            nested = ordering == "nested"
            for pixel in chosen(order, nested):
                if nested:
                    centre = centre_on_face(order, pixel)
                    ring = ring_number(nside, *centre)
                    assert centre == centre_on_ring(nside, *ring_of(nside, ring))
                    assert ring == healpy.nest2ring(nside, pixel)
                else:
                    ring = pixel
                    centre = centre_on_ring(nside, *ring_of(nside, ring))
                    assert centre == centre_on_face(order, int(healpy.ring2nest(nside, ring)))
                point = direction(*centre)
                for ours, theirs in zip(point, healpy.pix2vec(nside, pixel, nest=nested)):
                    assert abs(ours - mp.mpf(float(theirs))) < 1e-14
                rows.append((order, ordering, pixel, ring, *map(digits, point)))
    comment = by(MPMATH, f"healpy {healpy.__version__}") + ": from the formulas of Gorski2005;"
    comment += " healpy agrees to 1e-14; ring is the RING number of the same pixel"
    return csv(comment, "order,ordering,pixel,ring,x,y,z", rows)
