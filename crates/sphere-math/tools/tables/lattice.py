"""The Fibonacci lattices on the sphere and in the disk, and the sine and cosine of a turn."""

from fractions import Fraction

from mpmath import mp

from .exact import MPMATH, TURN, by, cos_sin, csv, digits, from_pole, real

# 2^128 / phi^2, phi the golden ratio, rounded up.
GOLDEN = 0x61C8864680B583EA0C633F9FA31237CC
assert GOLDEN == int(mp.ceil(mp.ldexp(1, 128) / mp.phi**2))

COUNTS = [1, 2, 3, 10, 1_000, 1 << 32, 1 << 52]
OFFSETS = [0.0, 0.5, 0.36, 1.5, 10.0]


def turn(k):
    """High 64 bits of k times the golden turn; compared with the real number."""
    word = (k * GOLDEN >> 64) % TURN
    away = mp.frac(k / mp.phi**2 - mp.mpf(word) / TURN + mp.mpf(1) / 2) - mp.mpf(1) / 2
    # Truncation takes less than one unit of 2^-64; the constant adds k 2^-128, less than another.
    assert abs(away) < mp.ldexp(1, -64)
    return word


def pseudo_random(count, seed):
    """64-bit words: SplitMix64."""
    mask = TURN - 1
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        word = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & mask
        word = (word ^ word >> 27) * 0x94D049BB133111EB & mask
        yield word ^ word >> 31


def near(*centres, width=1):
    return [centre + step for centre in centres for step in range(-width, width + 1)]


def fibonacci_turns():
    powers = near(*(1 << bit for bit in (8, 12, 24, 31, 32, 33, 40, 48, 51, 52, 53, 62, 63)))
    chosen = {*range(18), 99, 4_095, 4_096, *powers, TURN - 2, TURN - 1, *pseudo_random(20, 1)}
    comment = by(MPMATH) + ": turn(k) = high 64 bits of k 0x61C8864680B583EA0C633F9FA31237CC"
    return csv(comment + " mod 2^128", "k,turn", [(k, turn(k)) for k in sorted(chosen)])


def indices(n):
    """First, last, next to the equator, and where 32 bits end."""
    centres = near(1, n // 2, n - 2) + near(1 << 32, n // 2 + (1 << 32)) + [n // 3, n // 7]
    return sorted({k for k in centres if 0 <= k < n})


def fibonacci_points():
    rows = []
    for n in COUNTS:
        for e in OFFSETS:
            if n - 1 + 2 * e == 0:
                continue
            for k in indices(n):
                offset = Fraction(e)
                u = 2 * (k + offset) / (n - 1 + 2 * offset)
                rows.append((n, repr(e), k, *map(digits, from_pole(u, turn(k)))))
    comment = by(MPMATH) + ": u = 2 (k + e) / (n - 1 + 2 e), z = 1 - u, at turn(k); e is the f64"
    return csv(comment, "n,e,k,x,y,z", rows)


def disk_points():
    rows = []
    for n in [1, 2, 3, 10, 1_000, 65_536, 1 << 32, 1 << 52]:
        for k in indices(n):
            radius = mp.sqrt(real(Fraction(2 * k + 1, 2 * n)))
            rows.append((n, k, *(digits(radius * part) for part in cos_sin(turn(k)))))
    return csv(by(MPMATH) + ": radius sqrt((k + 1/2) / n), at turn(k)", "n,k,x,y", rows)


def sincos_turns():
    eighths = [word % TURN for word in near(*(i << 61 for i in range(8)), width=2)]
    tiny = [1 << bit for bit in (2, 8, 10, 11, 12, 16, 24, 32, 40, 48, 53, 56, 60)]
    mirrored = [(-word) % TURN for word in tiny]
    chosen = sorted({*eighths, *tiny, *mirrored, *pseudo_random(300, 2)})
    rows = [(w, *map(digits, cos_sin(w))) for w in chosen]
    return csv(by(MPMATH) + ": of the angle 2 pi w / 2^64", "w,cos,sin", rows)
