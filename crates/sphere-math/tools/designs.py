#!/usr/bin/env python3
"""Find spherical designs and write them to src/designs/table.rs.

    designs.py            search, polish in 60 digits, write the table
    designs.py --check    take the points of the table and compute their residuals in 60 digits

Needs numpy and mpmath. A set with the symmetry of the tetrahedron's 12 rotations (even changes of
sign, cyclic shifts of the coordinates) integrates every polynomial as it integrates its average over
the group, and those averages are polynomials in xyz, x^4 + y^4 + z^4 and
(x^2 - y^2)(y^2 - z^2)(z^2 - x^2). So a set of degree t has to meet one equation for each product of
them of degree up to t, t^2/24 or so, where one without symmetry has t^2: HardinSloane1996.

The means of these products over the sphere are rational. Levenberg's method finds a root from random
generators, Newton's in 60 digits makes it exact. Of several roots the one is kept whose nearest two
points are farthest apart.
"""

import argparse
import re
from fractions import Fraction
from functools import cache
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp

mp.dps = 60
TABLE = Path(__file__).resolve().parents[1] / "src/designs/table.rs"
# Degree: orbits of 12 points. The sizes that Hardin and Sloane found, or the next multiple of 12.
ORBITS = {
    7: 2, 8: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 8, 14: 9, 15: 10,
    16: 12, 17: 13, 18: 15, 19: 17, 20: 18, 21: 20,
}  # fmt: skip
ROOTS, STARTS = 8, 2_000


def products(degree):
    """(a, b, c) of the products (xyz)^a (x^4 + y^4 + z^4)^b (...)^c of degree 1 to `degree`."""
    every = [
        (a, b, c)
        for c in (0, 1)
        for b in range(degree // 4 + 1)
        for a in range(degree // 3 + 1)
        if 0 < 3 * a + 4 * b + 6 * c <= degree
    ]
    return sorted(every, key=lambda p: (3 * p[0] + 4 * p[1] + 6 * p[2], p))


def times(left, right):
    product = {}
    for (i, j, k), c in left.items():
        for (l, m, n), d in right.items():
            power = (i + l, j + m, k + n)
            product[power] = product.get(power, 0) + c * d
    return product


# As polynomials: exponents of x, y, z to coefficients.
FOURTH = {(4, 0, 0): 1, (0, 4, 0): 1, (0, 0, 4): 1}
SIXTH = times(
    times({(2, 0, 0): 1, (0, 2, 0): -1}, {(0, 2, 0): 1, (0, 0, 2): -1}),
    {(0, 0, 2): 1, (2, 0, 0): -1},
)


@cache
def expanded(b, c):
    if c:
        return times(expanded(b, c - 1), SIXTH)
    return times(expanded(b - 1, 0), FOURTH) if b else {(0, 0, 0): 1}


def double_factorial(odd):
    return 1 if odd < 2 else odd * double_factorial(odd - 2)


@cache
def mean(a, b, c):
    """Of a product over the sphere: the mean of x^2i y^2j z^2k is
    (2i - 1)!! (2j - 1)!! (2k - 1)!! / (2i + 2j + 2k + 1)!!, and 0 where an exponent is odd."""
    total = Fraction(0)
    for power, coefficient in expanded(b, c).items():
        power = [exponent + a for exponent in power]
        if all(exponent % 2 == 0 for exponent in power):
            above = 1
            for exponent in power:
                above *= double_factorial(exponent - 1)
            total += Fraction(coefficient * above, double_factorial(sum(power) + 1))
    return total


def rational(value):
    return mp.mpf(value.numerator) / value.denominator


def orthonormal(chosen):
    """Rows that turn the products less their means into orthonormal polynomials."""
    gram = mp.matrix(len(chosen))
    for i, p in enumerate(chosen):
        for j, q in enumerate(chosen):
            both = mean(*(u + v for u, v in zip(p, q)))
            gram[i, j] = rational(both - mean(*p) * mean(*q))
    return mpmath.inverse(mpmath.cholesky(gram))


def with_gradients(x, y, z, chosen):
    """Each product and its gradient, for numbers of any kind."""
    f3, f4 = x * y * z, x**4 + y**4 + z**4
    u, v, w = x * x - y * y, y * y - z * z, z * z - x * x
    f6 = u * v * w
    g3 = (y * z, x * z, x * y)
    g4 = (4 * x**3, 4 * y**3, 4 * z**3)
    g6 = (2 * x * v * (w - u), 2 * y * w * (u - v), 2 * z * u * (v - w))
    values, gradients = [], []
    for a, b, c in chosen:
        p3, p4, p6 = f3**a, f4**b, f6**c
        values.append(p3 * p4 * p6)
        gradients.append([
            (a * f3 ** (a - 1) * d3 * p4 * p6 if a else 0 * d3)
            + (b * f4 ** (b - 1) * d4 * p3 * p6 if b else 0 * d4)
            + (c * d6 * p3 * p4 if c else 0 * d6)
            for d3, d4, d6 in zip(g3, g4, g6)
        ])  # fmt: skip
    return values, gradients


def tangents(point):
    """Two unit vectors across a direction and each other."""
    least = int(np.argmin(np.abs(np.array(point, dtype=float))))
    axis = [int(i == least) for i in range(3)]
    first = cross(point, axis)
    length = sum(c * c for c in first) ** (mp.mpf(1) / 2) if is_mp(point) else np.linalg.norm(first)
    first = [c / length for c in first]
    return first, cross(point, first)


def is_mp(point):
    return isinstance(point[0], mp.mpf)


def cross(u, v):
    return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]


class Search:
    """Roots in double precision."""

    def __init__(self, degree, orbits):
        self.chosen, self.orbits = products(degree), orbits
        self.basis = np.array(orthonormal(self.chosen).tolist(), dtype=float)
        self.means = np.array([float(mean(*p)) for p in self.chosen])

    def residual(self, points):
        values, gradients = with_gradients(*points.T, self.chosen)
        across = np.array([tangents(point) for point in points])
        jacobian = np.einsum("eck,ktc->ekt", np.array(gradients), across)
        jacobian = self.basis @ jacobian.reshape(len(self.chosen), -1) / self.orbits
        return self.basis @ (np.mean(values, axis=1) - self.means), jacobian, across

    def from_start(self, points):
        """A root near `points`, or None where Levenberg's method stops short of one."""
        damping = 1e-2
        residual, jacobian, across = self.residual(points)
        for _ in range(300):
            norm = np.linalg.norm(residual)
            if norm < 1e-10:
                return points
            normal = jacobian.T @ jacobian
            step = np.linalg.solve(normal + damping * np.eye(len(normal)), -jacobian.T @ residual)
            moved = points + np.einsum("kt,ktc->kc", step.reshape(-1, 2), across)
            moved /= np.linalg.norm(moved, axis=1)[:, None]
            trial = self.residual(moved)
            if np.linalg.norm(trial[0]) < norm:
                points, (residual, jacobian, across) = moved, trial
                damping /= 5
            elif damping < 1e6:
                damping *= 3
            else:
                return None
        return None

    def best(self, generator):
        found = []
        for _ in range(STARTS):
            start = generator.standard_normal((self.orbits, 3))
            root = self.from_start(start / np.linalg.norm(start, axis=1)[:, None])
            if root is not None:
                found.append(root)
            if len(found) == ROOTS:
                break
        return max(found, key=separation) if found else None


def orbit(x, y, z):
    """The 12 directions, as src/designs/mod.rs orders them."""
    signs = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
    shifted = [(x, y, z), (y, z, x), (z, x, y)]
    return [[s * c for s, c in zip(sign, point)] for point in shifted for sign in signs]


def separation(points):
    every = np.array([image for point in points for image in orbit(*point)])
    cosines = every @ every.T - 3 * np.eye(len(every))
    return np.arccos(np.clip(cosines.max(), -1, 1))


def errors(points, chosen):
    """What the means over the points miss, and their Jacobian, in 60 digits."""
    error, jacobian = mp.matrix(len(chosen), 1), mp.matrix(len(chosen), 2 * len(points))
    across = [tangents(point) for point in points]
    for k, point in enumerate(points):
        values, gradients = with_gradients(*point, chosen)
        for e, (value, gradient) in enumerate(zip(values, gradients)):
            error[e] += value / len(points)
            for t in (0, 1):
                slope = sum(g * c for g, c in zip(gradient, across[k][t]))
                jacobian[e, 2 * k + t] = slope / len(points)
    for e, p in enumerate(chosen):
        error[e] -= rational(mean(*p))
    return error, jacobian, across


def polish(points, degree):
    """Newton's method; the shortest step where there are more unknowns than equations, least squares
    where there are fewer. It takes a digit in three steps at a double root (degree 9 has one)."""
    chosen = products(degree)
    basis = orthonormal(chosen)
    points = [normalised([mp.mpf(float(c)) for c in point]) for point in points]
    for _ in range(100):
        error, jacobian, across = errors(points, chosen)
        error, jacobian = basis * error, basis * jacobian
        if mpmath.norm(error, mp.inf) < mp.mpf(10) ** -45:
            return points
        rows, columns = jacobian.rows, jacobian.cols
        if rows <= columns:
            step = jacobian.T * mpmath.lu_solve(jacobian * jacobian.T, -error)
        else:
            step = mpmath.lu_solve(jacobian.T * jacobian, -jacobian.T * error)
        for k, point in enumerate(points):
            first, second = across[k]
            moved = [p + step[2 * k] * f + step[2 * k + 1] * s
                     for p, f, s in zip(point, first, second)]  # fmt: skip
            points[k] = normalised(moved)
    return None


def normalised(point):
    length = mp.sqrt(sum(c * c for c in point))
    return [c / length for c in point]


HEADER = """\
//! table: generators of spherical designs, found and polished in 60 digits by `tools/designs.py`.

/// The degree of each, and one direction of each of its orbits of 12.
#[rustfmt::skip]
pub(super) const FOUND: &[(u32, &[[f64; 3]])] = &[
"""


def write():
    text = HEADER
    for degree, orbits in ORBITS.items():
        root = Search(degree, orbits).best(np.random.default_rng(degree))
        exact = polish(root, degree) if root is not None else None
        if exact is None:
            raise SystemExit(f"degree {degree}: none found with {orbits} orbits")
        degrees = np.degrees(separation(np.array(exact, dtype=float)))
        print(f"degree {degree}: {12 * orbits} points, separation {degrees:.2f} deg", flush=True)
        text += f"    ({degree}, &[\n"
        for point in exact:
            text += f"        [{', '.join(repr(float(c)) for c in point)}],\n"
        text += "    ]),\n"
    TABLE.write_text(text + "];\n")


def check():
    """The points as f64 has them: each must meet its equations to what 53 bits allow."""
    designs = re.findall(r"\((\d+), &\[(.*?)\n    \]\)", TABLE.read_text(), re.DOTALL)
    assert [int(degree) for degree, _ in designs] == list(ORBITS)
    for degree, rows in designs:
        points = [[mp.mpf(float(c)) for c in row.split(",")]
                  for row in re.findall(r"\[([^\[\]]+)\]", rows)]  # fmt: skip
        assert len(points) == ORBITS[int(degree)]
        chosen = products(int(degree))
        error = orthonormal(chosen) * errors([normalised(p) for p in points], chosen)[0]
        worst = float(mpmath.norm(error, mp.inf))
        print(f"degree {degree}: {12 * len(points)} points, residual {worst:.1e}")
        assert worst < 1e-15


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--check", action="store_true", help="verify the table, write nothing")
    check() if arguments.parse_args().check else write()


if __name__ == "__main__":
    main()
