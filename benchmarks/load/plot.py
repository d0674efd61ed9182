"""Draws the distribution: `.tools/load/bin/python -m benchmarks.load.plot RESULTS.json PLOT.svg`.

It runs in an environment of its own, with Matplotlib and nothing else of ours.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl  # type: ignore[import-not-found]  # only where this runs
from matplotlib import pyplot as plt
from matplotlib.ticker import (  # type: ignore[import-not-found]
    LogLocator,
    NullFormatter,
    StrMethodFormatter,
)

COLOURS = ("#0b6e99", "#d9730d")
MARKS = {"p50": "o", "p90": "s", "p99": "D", "p99.9": "^"}
APART = 0.3
"""How far the lines of one kind are from each other, in rows."""
STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 9,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "svg.hashsalt": "load",  # the same results are the same file
}


def draw(results: list[dict[str, Any]], into: Path) -> None:
    """Draw all requests on the left, and each kind on the right."""
    mpl.rcParams.update(STYLE)
    figure, axes = plt.subplots(1, 2, figsize=(12, 5.6), layout="constrained")
    whole(axes[0], results)
    kinds(axes[1], results)
    for one in axes:
        one.set(xscale="log", xlabel="milliseconds until the answer")
        one.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        one.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
        one.xaxis.set_minor_formatter(NullFormatter())
        one.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=len(MARKS))
    figure.savefig(into, metadata={"Date": None} if into.suffix == ".svg" else None)


def whole(axes: plt.Axes, results: list[dict[str, Any]]) -> None:
    """Draw which share of all requests took longer than so long."""
    for result, colour in zip(results, COLOURS, strict=False):
        ordered = result["milliseconds"]
        share = [100 * (1 - place / len(ordered)) for place in range(len(ordered))]
        label = f"concurrency {result['concurrency']}: {result['rate']:.0f} requests a second"
        axes.step(ordered, share, where="post", color=colour, label=label)
    axes.set(title="Share of requests that took longer", yscale="log")
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g} %"))


def kinds(axes: plt.Axes, results: list[dict[str, Any]]) -> None:
    """Draw where each kind's quantiles are."""
    names = [*dict.fromkeys(name for result in results for name in result["kinds"])]
    for place, (result, colour) in enumerate(zip(results, COLOURS, strict=False)):
        there = [name for name in names if name in result["kinds"]]
        rows = [names.index(name) + APART * (place - 0.5) for name in there]
        quantiles = [result["kinds"][name] for name in there]
        axes.hlines(
            rows,
            [one["p50"] for one in quantiles],
            [one["p99.9"] for one in quantiles],
            color=colour,
            linewidth=1,
        )
        for name, mark in MARKS.items():
            label = None if place else name
            points = [one[name] for one in quantiles]
            axes.plot(points, rows, mark, color=colour, markersize=4.5, label=label)
    axes.set(title="Each kind", yticks=range(len(names)), yticklabels=names)
    axes.invert_yaxis()


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]))
