"""The reads over many targets, from the tables' rows by the specification and nothing of ours.

Sums are fractions, periods are the standard library's.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from shared.items import Item

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LENGTHS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


class Row(NamedTuple):
    """Feedback that is stored."""

    id: str
    kind: str
    metric: str
    target: str
    value: Fraction

    @property
    def at(self) -> datetime:
        """When it was given."""
        return moment(self.id)


class Inference(NamedTuple):
    """An inference that is recorded."""

    id: str
    episode: str
    function: str
    variant: str


class Metric(NamedTuple):
    """A metric of the configuration."""

    kind: str
    level: str
    optimize: str


def moment(id_: str) -> datetime:
    """Read the time in an id."""
    return EPOCH + timedelta(milliseconds=int(id_[:8] + id_[9:13], 16))


def begin(window: str, at: datetime) -> datetime:
    """Give the beginning of the period that a moment lies in."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case "minute":
            return at.replace(second=0, microsecond=0)
        case "hour":
            return at.replace(minute=0, second=0, microsecond=0)
        case "week":
            return midnight - timedelta(days=midnight.weekday())
        case "month":
            return midnight.replace(day=1)
        case "cumulative":
            return EPOCH
    return midnight


def end(window: str, at: datetime) -> datetime:
    """Give the end of the period that a moment lies in: the beginning of the next."""
    start = begin(window, at)
    if window == "month":
        return begin(window, start + timedelta(days=31))
    return start + LENGTHS[window]


def back(window: str, at: datetime, periods: int) -> datetime:
    """Give the moment so many periods earlier, or the first of all."""
    if window != "month":
        is_before_all = periods > (at - EPOCH) / LENGTHS[window]
        return EPOCH if is_before_all else at - periods * LENGTHS[window]
    months = max(12 * at.year + at.month - 1 - periods, 12 * 1970)
    return at.replace(year=months // 12, month=months % 12 + 1)


def spelled(at: datetime) -> str:
    """Spell a whole second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Plain:
    """All rows, all inferences, and the configuration."""

    rows: list[Row]
    inferences: list[Inference]
    metrics: Mapping[str, Metric]
    by_episode: dict[str, list[Inference]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort everything by id."""
        self.rows.sort()
        self.inferences.sort()
        for one in self.inferences:
            self.by_episode.setdefault(one.episode, []).append(one)

    @classmethod
    def of(cls, tables: Mapping[str, Iterable[Item]], metrics: Mapping[str, Metric]) -> "Plain":
        """Read the tables."""
        rows = [
            Row(
                item["id"]["S"],
                kind,
                item["metric_name"]["S"],
                item["target_id"]["S"],
                Fraction(str(int(value) if kind == "boolean" else value)),
            )
            for kind in ("boolean", "float")
            for item in tables.get(kind, ())
            for value in item["value"].values()
        ]
        rows += [
            Row(
                item["id"]["S"],
                "demonstration",
                "demonstration",
                item["inference_id"]["S"],
                Fraction(0),
            )
            for item in tables.get("demonstration", ())
        ]
        inferences = [
            Inference(
                *(
                    item[name]["S"]
                    for name in ("target_id", "episode_id", "function_name", "variant_name")
                )
            )
            for item in tables.get("target", ())
            if item["target_type"]["S"] == "inference"
        ]
        return cls(rows, inferences, metrics)

    def variant(self, function: str, target: str) -> str | None:
        """Give the variant whose a target's feedback is in a series; None if it is nobody's."""
        as_inference = {one.variant for one in self.inferences if one.id == target}
        if as_inference:
            own = [one for one in self.inferences if one.id == target]
            return own[0].variant if own[0].function == function else None
        variants = {
            one.variant for one in self.by_episode.get(target, ()) if one.function == function
        }
        return variants.pop() if len(variants) == 1 else None

    def latest(self, metric: str, kind: str, target: str) -> Row | None:
        """Give the latest feedback of a kind on a target."""
        found = [
            row for row in self.rows if (row.metric, row.kind, row.target) == (metric, kind, target)
        ]
        return found[-1] if found else None

    def timeseries(
        self,
        function: str,
        metric: str,
        window: str,
        periods: int,
        variants: set[str] | None,
        latest: bool,
    ) -> list[dict[str, Any]]:
        """Give the points of a series."""
        counted: dict[str, list[Row]] = {}
        for row in self.rows:
            variant = self.variant(function, row.target)
            wanted = variant is not None and (variants is None or variant in variants)
            if wanted and row.metric == metric and row.kind != "demonstration":
                counted.setdefault(variant or "", []).append(row)
        ends = {end(window, row.at) for rows in counted.values() for row in rows}
        if not ends:
            return []
        first = back(window, max(ends), periods)
        points = []
        for variant, rows in counted.items():
            for at in {end(window, row.at) for row in rows}:
                if at >= first:
                    some = [row for row in rows if row.at < at]
                    if latest:
                        some = list({row.target: row for row in some}.values())
                    points.append((at, variant, _point([row.value for row in some])))
        return [
            {"period_end": spelled(at), "variant_name": variant, **point}
            for at, variant, point in sorted(points, key=lambda point: point[:2])
        ]

    def performances(
        self, function: str, metric: str, window: str, variant: str | None
    ) -> list[dict[str, Any]]:
        """Give the performances of variants."""
        kind, level, _ = self.metrics[metric]
        values: dict[tuple[datetime, str], dict[str, Fraction]] = {}
        for one in self.inferences:
            if one.function == function and variant in {None, one.variant}:
                target = one.id if level == "inference" else one.episode
                row = self.latest(metric, kind, target)
                if row is not None:
                    bucket = values.setdefault((begin(window, moment(one.id)), one.variant), {})
                    bucket[target] = row.value
        return [
            {"period_start": spelled(at), "variant_name": name, **_performance([*some.values()])}
            for (at, name), some in sorted(values.items())
        ]

    def function_metrics(self, function: str, variant: str | None) -> dict[str, Any]:
        """Give the metrics of a function, and those of its episodes."""
        own = [one for one in self.inferences if one.function == function]
        inferences = {one.id: [one.variant] for one in own}
        episodes: dict[str, list[str]] = {}
        for one in own:
            episodes.setdefault(one.episode, []).append(one.variant)
        return {
            "metrics": self._counted(function, inferences, variant),
            "episode_metrics": self._counted(function, episodes, variant),
        }

    def _counted(
        self, function: str, targets: Mapping[str, list[str]], variant: str | None
    ) -> list[dict[str, Any]]:
        counted: dict[str, int] = {}
        for row in self.rows:
            variants = {*targets.get(row.target, ())}
            if variants and variant in {None, *variants}:
                counted[row.metric] = counted.get(row.metric, 0) + (len(variants) == 1)
        types = {"demonstration": "demonstration"}
        types |= {name: one.kind for name, one in self.metrics.items()}
        return [
            {"function_name": function, "metric_name": name}
            | ({"metric_type": types[name]} if name in types else {})
            | {"feedback_count": number}
            for name, number in sorted(counted.items())
        ]

    def inference_count(self, function: str, metric: str, threshold: float) -> dict[str, int]:
        """Count inferences with feedback, and with good feedback."""
        kind, level, optimize = (
            ("demonstration", "inference", "max")
            if metric == "demonstration"
            else self.metrics[metric]
        )
        every = good = 0
        for one in self.inferences:
            row = self.latest(metric, kind, one.id if level == "inference" else one.episode)
            if one.function == function and row is not None:
                every += 1
                beyond = float(row.value) > threshold
                if kind == "demonstration":
                    good += 1
                elif kind == "boolean":
                    good += bool(row.value) == (optimize == "max")
                else:
                    below = float(row.value) < threshold
                    good += beyond if optimize == "max" else below
        return {"feedback_count": every, "inference_count": good}

    def listed(self, body: Mapping[str, Any]) -> Iterator[Inference]:
        """Yield all inferences that a list has, in its order."""
        source = body.get("output_source", "inference")
        found = [
            one
            for one in self.inferences
            if body.get("function_name") in {None, one.function}
            and body.get("variant_name") in {None, one.variant}
            and body.get("episode_id") in {None, one.episode}
            and (source != "demonstration" or self.latest("demonstration", "demonstration", one.id))
            and ("filters" not in body or self._passes(body["filters"], one))
        ]
        found.reverse()
        for term in reversed(body.get("order_by", ())):
            falls = term["direction"] == "descending"
            if term["by"] == "timestamp":
                found.sort(key=lambda one: one.id, reverse=falls)
                continue
            kind, level, _ = self.metrics[term["name"]]
            with_value: list[tuple[Fraction, Inference]] = []
            without: list[Inference] = []
            for one in found:
                row = self.latest(
                    term["name"], kind, one.id if level == "inference" else one.episode
                )
                if row is None:
                    without.append(one)
                else:
                    with_value.append((-row.value if falls else row.value, one))
            # Where values are the same, they stay in the earlier order.
            with_value.sort(key=lambda pair: pair[0])
            found = [*(one for _, one in with_value), *without]
        yield from found

    def _passes(self, filter_: Mapping[str, Any], one: Inference) -> bool:
        match filter_["type"]:
            case "and":
                passes = all(self._passes(child, one) for child in filter_["children"])
            case "or":
                passes = any(self._passes(child, one) for child in filter_["children"])
            case "not":
                passes = not self._passes(filter_["child"], one)
            case "demonstration_feedback":
                row = self.latest("demonstration", "demonstration", one.id)
                passes = (row is not None) == filter_["has_demonstration"]
            case "time":
                than = datetime.fromisoformat(filter_["time"])
                passes = _compared(filter_["comparison_operator"], moment(one.id), than)
            case _:
                passes = self._value_passes(filter_, one)
        return passes

    def _value_passes(self, filter_: Mapping[str, Any], one: Inference) -> bool:
        kind, level, _ = self.metrics[filter_["metric_name"]]
        target = one.id if level == "inference" else one.episode
        row = self.latest(filter_["metric_name"], kind, target)
        if row is None:
            return False
        operator = filter_.get("comparison_operator", "=")
        return _compared(operator, float(row.value), float(filter_["value"]))


def _compared(operator: str, left: Any, right: Any) -> bool:
    passes: bool = {
        "<": left < right,
        "<=": left <= right,
        "=": left == right,
        ">=": left >= right,
        ">": left > right,
        "!=": left != right,
    }[operator]
    return passes


def _moments(values: list[Fraction]) -> tuple[float, float | None]:
    """Give the mean and the sample variance."""
    mean = sum(values) / Fraction(len(values))
    if len(values) == 1:
        return float(mean), None
    return float(mean), float(sum((x - mean) ** 2 for x in values) / (len(values) - 1))


def _point(values: list[Fraction]) -> dict[str, Any]:
    n = len(values)
    mean, variance = _moments(values)
    point: dict[str, Any] = {"mean": mean, "variance": variance, "count": n, "alpha": 0.05}
    if variance is None:
        return point | {"cs_lower": None, "cs_upper": None}
    l_alpha = -2 * math.log(0.05)
    rho = math.sqrt((l_alpha + math.log(l_alpha) + 1) / 100)
    root = math.sqrt(n * variance * rho**2 + 1) / (n * rho)
    margin = root * math.sqrt(math.log((n * variance * rho**2 + 1) / 0.05**2))
    return point | {"cs_lower": mean - margin, "cs_upper": mean + margin}


def _performance(values: list[Fraction]) -> dict[str, Any]:
    mean, variance = _moments(values)
    shown: dict[str, Any] = {"count": len(values), "avg_metric": mean}
    if variance is not None:
        shown["stdev"] = math.sqrt(variance)
        shown["ci_error"] = 1.96 * math.sqrt(variance) / math.sqrt(len(values))
    return shown
