"""A plain recomputation of all counters from the tables, by the specification and nothing of ours.

Sums are fractions, periods are the standard library's.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, TypeAlias

from aggregates import counters, exact
from shared.items import Item

Sums: TypeAlias = dict[tuple[Any, ...], tuple[int, Fraction, Fraction]]
"""(function, metric, kind, level, variant, group, time) to how many, their sum, their squares."""
Tables: TypeAlias = dict[str, list[Item]]


def recompute(tables: Tables) -> Sums:
    """Count everything."""
    sums: dict[tuple[Any, ...], list[Any]] = defaultdict(lambda: [0, Fraction(0), Fraction(0)])
    for (metric, target), rows in _rows(tables).items():
        for function, level, moments in _roles(tables, target):
            _count(sums, rows, (function, metric, level), moments)
    return {key: (n, s, q) for key, (n, s, q) in sums.items() if n or s or q}


def found(items: list[Item]) -> Sums:
    """Read the counters of all shards."""
    sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(dict)
    for item in items:
        _, counts, *names = item["key"]["S"].split("/")
        if counts == "counts":
            function, metric, kind, level, _ = (name.replace("%2F", "/") for name in names)
            for slot in counters.read(item):
                where = (function, metric, kind, level, item["variant"]["S"], slot.group)
                # A minute and an hour may begin together.
                at = (item["sort"]["S"][0], slot.begin)
                exact.add(sums[(*where, at)], slot.amounts)
    read = {}
    for key, amounts in sums.items():
        if amounts:
            n, total, squares, exponent = exact.moments(amounts)
            unit = Fraction(10) ** exponent
            read[key] = (n, total * unit, squares * unit * unit)
    return read


def _rows(tables: Tables) -> dict[tuple[str, str], list[tuple[str, str, Fraction]]]:
    rows: dict[tuple[str, str], list[tuple[str, str, Fraction]]] = defaultdict(list)
    for kind in ("boolean", "float"):
        for item in tables.get(kind, ()):
            [value] = item["value"].values()
            name, target = item["metric_name"]["S"], item["target_id"]["S"]
            rows[name, target].append(
                (
                    item["id"]["S"],
                    kind,
                    Fraction(str(value)) if kind == "float" else Fraction(int(value)),
                )
            )
    for item in tables.get("demonstration", ()):
        row = (item["id"]["S"], "demonstration", Fraction(0))
        rows["demonstration", item["inference_id"]["S"]].append(row)
    return {key: sorted(some) for key, some in rows.items()}


def _roles(tables: Tables, target: str) -> Iterator[tuple[str, str, dict[str, list[datetime]]]]:
    inferences = [one for one in tables.get("target", ()) if one["target_type"]["S"] == "inference"]
    for level, key in (("inference", "target_id"), ("episode", "episode_id")):
        functions: dict[str, dict[str, list[datetime]]] = {}
        for one in inferences:
            if one[key]["S"] == target:
                variants = functions.setdefault(one["function_name"]["S"], {})
                made = variants.setdefault(one["variant_name"]["S"], [])
                made.append(_moment(one["target_id"]["S"]))
        yield from ((function, level, variants) for function, variants in functions.items())


def _count(
    sums: dict[tuple[Any, ...], list[Any]],
    rows: list[tuple[str, str, Fraction]],
    names: tuple[str, str, str],
    moments: dict[str, list[datetime]],
) -> None:
    function, metric, level = names
    rows = [row for row in rows if level == "inference" or row[1] != "demonstration"]

    def add(kind: str, variant: str, group: str, time: datetime, unit: str, x: Fraction) -> None:
        minute = (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(minutes=1)
        key = (function, metric, kind, level, variant, group, (unit, minute))
        for place, amount in enumerate((1, x, x * x)):
            sums[key][place] += amount

    if len(moments) == 1:
        [variant] = moments
        for place, (id_, kind, x) in enumerate(rows):
            time = _moment(id_).replace(second=0, microsecond=0)
            for group, y in (("a", x), *([("x", rows[place - 1][2])] if place else [])):
                add(kind, variant, group, time, "h", y)
                add(kind, variant, group, time.replace(minute=0), "d", y)
    for _, kind, x in {kind: (id_, kind, x) for id_, kind, x in rows}.values():
        for variant, made in moments.items():
            for group, unit, periods in _periods(sorted(made)):
                for time in periods:
                    add(kind, variant, group, time, unit, x)


def _periods(made: list[datetime]) -> Iterator[tuple[str, str, set[datetime]]]:
    """Yield each group, and the times that it counts at."""
    minutes = [time.replace(second=0, microsecond=0) for time in made]
    days = [time.replace(hour=0, minute=0) for time in minutes]
    yield "l", "h", {*minutes}
    yield "l", "d", {time.replace(minute=0) for time in minutes}
    yield "d", "d", {*days}
    weeks = {day - timedelta(days=day.weekday()): day for day in reversed(days)}
    yield "w", "d", {*weeks.values()}
    months = {day.replace(day=1): day for day in reversed(days)}
    yield "m", "d", {*months.values()}
    yield "c", "d", {days[0]}


def _moment(id_: str) -> datetime:
    return datetime.fromtimestamp(int(id_[:8] + id_[9:13], 16) / 1000, UTC)
