#!/usr/bin/env python3
"""Draw what examples/convergence.rs measures, and fit the slopes.

    plot_convergence.py CSV [PNG]    PNG is docs/images/convergence.png unless given

Prints the table of slopes of docs/integration.md. Needs numpy and matplotlib.
"""

import csv
import sys
from collections import defaultdict
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

PNG = Path(__file__).resolve().parents[3] / "docs/images/convergence.png"
# Title, and the least error shown.
PROBLEMS = {
    "smooth": ("sphere, smooth: exp(a·v)", 1e-16),
    "bump": ("sphere, bump: exp(10 a·v)", 1e-11),
    "peak": ("sphere, peak: exp(10,000 a·v), 0.6° wide", 1e-15),
    "edge": ("sphere, edge: 1 in a cap of 68°", 1e-6),
    "g of 2": ("square: Sobol's g of 2 coordinates", 1e-9),
    "g of 8": ("cube: Sobol's g of 8 coordinates", 1e-7),
}
# Colour, marker; Okabe and Ito's colours differ for every kind of eye.
SCHEMES = {
    "random": ("#000000", "."),
    "sobol plain": ("#E69F00", "v"),
    "sobol shift": ("#CC79A7", "^"),
    "sobol owen": ("#D55E00", "s"),
    "pixels": ("#009E73", "D"),
    "fibonacci": ("#0072B2", "o"),
    "design": ("#56B4E9", "*"),
}
# Slopes are fitted from 2^10 points on. A peak has none: what decides is whether points hit it.
FIRST = 1_000
SLOPES = [problem for problem in PROBLEMS if problem != "peak"]


def series(path):
    measured = defaultdict(list)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            place = row["problem"], row["scheme"]
            measured[place].append((int(row["count"]), float(row["rms_error"])))
    return {place: np.array(points).T for place, points in measured.items()}


def slope(count, error):
    count, error = np.array(count), np.array(error)
    kept = (count >= FIRST) & (error > 0)
    if kept.sum() < 3:
        return None
    return np.polyfit(np.log(count[kept]), np.log(error[kept]), 1)[0]


def references(axes, count):
    """Lines that fall as these powers of n, to compare slopes with; on the first lies chance."""
    for power, name in ((-0.5, "n^{-1/2}"), (-0.75, "n^{-3/4}"), (-1, "n^{-1}"), (-1.5, "n^{-3/2}")):
        axes.plot(count, count**power, color="0.72", linewidth=0.8, linestyle="--", zorder=0)
        axes.annotate(
            f"${name}$", (count[-1], count[-1] ** power), color="0.3", fontsize=10,
            xytext=(4, 0), textcoords="offset points", va="center", annotation_clip=True,
        )  # fmt: skip


def draw(measured, png):
    figure, panels = pyplot.subplots(2, 3, figsize=(15, 10.5), layout="constrained", sharex=True)
    lines = {}
    for axes, (problem, (title, least)) in zip(panels.flat, PROBLEMS.items()):
        references(axes, np.array([2.0**4, 2.0**20]))
        for scheme, (colour, marker) in SCHEMES.items():
            if (problem, scheme) in measured:
                count, error = measured[problem, scheme]
                shown = error > 0
                (lines[scheme],) = axes.plot(
                    count[shown], error[shown], color=colour, marker=marker, markersize=5.5,
                    linewidth=1.4,
                )  # fmt: skip
        axes.set(xscale="log", yscale="log", xlim=(3, 8e6), ylim=(least, 2))
        axes.set_title(title, fontsize=13)
        axes.set_xticks([10.0**k for k in range(1, 7)])
        axes.grid(color="0.92")
        axes.set_axisbelow(True)
    panels[1, 1].annotate(
        "plain and shift: exact\nfrom 32 points", (32, 4e-9), xytext=(8, 0), fontsize=10,
        textcoords="offset points", color=SCHEMES["sobol shift"][0],
    )  # fmt: skip
    for axes in panels[-1]:
        axes.set_xlabel("points n", fontsize=12)
    for axes in panels[:, 0]:
        axes.set_ylabel("rms error / standard deviation of the function", fontsize=12)
    figure.legend(
        [lines[scheme] for scheme in SCHEMES], SCHEMES, loc="outside lower center",
        ncols=len(SCHEMES), fontsize=13, frameon=False,
    )  # fmt: skip
    png.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(png, dpi=100, metadata={"Software": None})


def table(measured):
    print(f"| scheme | {' | '.join(SLOPES)} |\n| --- |{' --- |' * len(SLOPES)}")
    for scheme in SCHEMES:
        fits = [slope(*measured.get((problem, scheme), ([], []))) for problem in SLOPES]
        if any(fits):
            cells = ["" if fit is None else f"{fit:.2f}" for fit in fits]
            print(f"| {scheme} | {' | '.join(cells)} |")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    measured = series(sys.argv[1])
    draw(measured, Path(sys.argv[2]) if len(sys.argv) == 3 else PNG)
    table(measured)


if __name__ == "__main__":
    main()
