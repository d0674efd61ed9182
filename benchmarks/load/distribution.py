"""How long answers took: their distribution, by concurrency and kind."""

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks.load.caller import Run

QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
ALL = "all"


def by_kind(run: Run) -> dict[str, list[float]]:
    """Return the milliseconds of all posts and of each kind, sorted; frequent kinds come first."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for kind, seconds in run.took:
        kinds[ALL].append(seconds * 1_000)
        kinds[kind].append(seconds * 1_000)
    return {kind: sorted(kinds[kind]) for kind in sorted(kinds, key=lambda one: -len(kinds[one]))}


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest that so large a share does not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1]


def table(run: Run) -> str:
    """Draw a run's distribution, in milliseconds."""
    head = f"{f'concurrency {run.concurrency}':16}{'requests':>10}{'a second':>10}"
    lines = [head + "".join(f"{f'{name} ms':>10}" for name in QUANTILES)]
    for kind, ordered in by_kind(run).items():
        cells = [f"{quantile(ordered, share):10.1f}" for share in QUANTILES.values()]
        rate = len(ordered) / run.seconds
        lines.append(f"  {kind:14}{len(ordered):10,}{rate:10.1f}{''.join(cells)}")
    return "\n".join(lines)


def summary(run: Run) -> dict[str, Any]:
    """Return what is drawn of a run, for a JSON file."""
    kinds = by_kind(run)
    return {
        "concurrency": run.concurrency,
        "rate": len(run.took) / run.seconds,
        "milliseconds": kinds[ALL],
        "kinds": {
            kind: {name: quantile(ordered, share) for name, share in QUANTILES.items()}
            for kind, ordered in kinds.items()
        },
    }
