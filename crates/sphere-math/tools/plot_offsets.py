"""Draws docs/images/offsets.png from docs/data/offsets.csv. Needs matplotlib."""

import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[3]


def main():
    text = (ROOT / "docs/data/offsets.csv").read_text().splitlines()
    rows = list(csv.DictReader(line for line in text if not line.startswith("#")))
    column = lambda name: [float(row[name]) for row in rows]
    n = column("n")

    figure, (smallest, mean, hole) = plt.subplots(3, 1, sharex=True, figsize=(8, 9), dpi=110)
    smallest.semilogx(n, column("best_smallest"), color="0.7", lw=5, label="the best of all offsets")
    smallest.semilogx(n, column("packing_smallest"), label="packing")
    smallest.semilogx(n, column("ladder_smallest"), "--", lw=1, label="the ladder copied everywhere")
    smallest.semilogx(n, column("half_smallest"), label="quadrature (1/2)")
    smallest.axhline(3.3525, color="k", lw=0.7, ls=":")
    smallest.set_ylim(3.0, 3.4)
    smallest.set_ylabel("smallest distance · √n")
    smallest.legend(loc="center right", fontsize=8)

    best = column("best_mean")
    for name, style in (("spacing", "C3-"), ("half", "C2-"), ("packing", "C0-")):
        loss = [100 * (1 - value / top) for value, top in zip(column(f"{name}_mean"), best)]
        label = {"half": "quadrature (1/2)"}.get(name, name)
        mean.loglog(n, [max(value, 1e-5) for value in loss], style, label=label)
    mean.set_ylabel("mean distance: % below the best")
    mean.set_ylim(1e-4, 10)
    mean.legend(loc="upper right", fontsize=8)

    for name, style, label in (
        ("packing", "C0-", "packing"),
        ("ladder", "C1--", "the ladder"),
        ("half", "C2-", "quadrature (1/2)"),
    ):
        hole.semilogx(n, column(f"{name}_hole"), style, label=label)
    hole.set_ylabel("pole to first point / √(4π/n)")
    hole.set_xlabel("n")
    hole.legend(loc="upper left", fontsize=8)
    for axes in (smallest, mean, hole):
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(ROOT / "docs/images/offsets.png")


main()
