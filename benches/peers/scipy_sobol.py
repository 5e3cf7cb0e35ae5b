"""Draws Sobol points with scipy as often as it is asked to.

Reads lines `DIMENSIONS POINTS REPEATS` and answers each with the seconds that this took; the first
answer is the version. An engine is made once and set back each time.
"""

import sys
import time
from functools import cache

import scipy
from scipy.stats import qmc


@cache
def engine(dimensions):
    return qmc.Sobol(dimensions, scramble=False)


print(scipy.__version__, flush=True)
for line in sys.stdin:
    dimensions, points, repeats = map(int, line.split())
    sobol = engine(dimensions)
    begun = time.perf_counter()
    for _ in range(repeats):
        sobol.reset()
        sobol.random(points)
    print(time.perf_counter() - begun, flush=True)
