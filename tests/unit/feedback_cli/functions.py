"""An API in memory that knows functions: what they have been given, in the shapes of TensorZero."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import httpx

from feedback_cli.connection import KEY
from tests.support.environment import environment
from tests.unit.feedback_cli.server import served

LENGTHS = {"week": 7 * 86_400, "day": 86_400, "hour": 3_600, "minute": 60}
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[31m\u202e"


def start(window: str, moment: datetime) -> datetime:
    """Return when the period of a moment begins."""
    if window == "month":
        return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    length = timedelta(seconds=LENGTHS[window])
    return moment - (moment - MONDAY) % length


def end(window: str, moment: datetime) -> datetime:
    """Return when it ends."""
    begin = start(window, moment)
    if window == "month":
        return start(window, begin + timedelta(days=32))
    return begin + timedelta(seconds=LENGTHS[window])


Vote = tuple[datetime, str, float]
"""When, on which variant, and the value."""


def series(votes: Iterable[Vote], window: str, max_periods: int) -> list[dict[str, Any]]:
    """Answer a time series, without its margins' formula."""
    ordered = sorted(votes)
    if not ordered:
        return []
    sums: dict[str, list[float]] = {}
    points: dict[tuple[datetime, str], dict[str, Any]] = {}
    for moment, variant, value in ordered:
        values = sums.setdefault(variant, [])
        values.append(value)
        mean, period_end = sum(values) / len(values), end(window, moment)
        margin = None if len(values) == 1 else 1 / len(values)
        points[period_end, variant] = {
            "period_end": period_end.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "variant_name": variant,
            "mean": mean,
            "variance": None if margin is None else 0.1,
            "count": len(values),
            "alpha": 0.05,
            "cs_lower": None if margin is None else mean - margin,
            "cs_upper": None if margin is None else mean + margin,
        }
    last = max(points)[0]
    if window == "month":
        return [points[key] for key in sorted(points)]
    first = last - max_periods * timedelta(seconds=LENGTHS[window])
    return [points[key] for key in sorted(points) if key[0] >= first]


@dataclass
class Functions:
    """The API: one function, `draft`, and its metrics."""

    types: dict[str, str | None] = field(default_factory=dict)
    """Of each metric of inferences that is listed; None: it is not configured any longer."""
    votes: dict[str, list[Vote]] = field(default_factory=dict)
    """By metric; each is on a target of its own."""
    inferences: list[dict[str, str]] = field(default_factory=list)
    comments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The feedback on each target."""
    of_episodes: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    """Of each metric of episodes that is listed, the type and the count."""
    requests: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        self.requests.append(f"{request.method} {request.url.raw_path.decode()}")
        parts = [unquote(part) for part in request.url.raw_path.decode().split("?")[0].split("/")]
        match parts[1:]:
            case ["internal", "functions", name, what]:
                return self._function(name, what, request.url.params)
            case ["internal", "feedback", target]:
                return self._feedback(target, request.url.params)
            case ["v1", "inferences", "list_inferences"]:
                limit = json.loads(request.content)["limit"]
                return httpx.Response(200, json={"inferences": self.inferences[:limit]})
        return httpx.Response(404, json={"message": "Not Found"})

    def _function(self, name: str, what: str, query: httpx.QueryParams) -> httpx.Response:
        if name != "draft":
            return _unknown("function", name)
        if what == "metrics":
            return httpx.Response(200, json=self._metrics(query.get("level")))
        return self._performances(query["metric_name"])

    def _feedback(self, target: str, query: httpx.QueryParams) -> httpx.Response:
        if target != "timeseries":
            return httpx.Response(200, json={"feedback": self.comments.get(target, [])})
        votes = self.votes.get(query["metric_name"], [])
        points = series(votes, query["time_window"], int(query["max_periods"]))
        return httpx.Response(200, json={"timeseries": points})

    def _metrics(self, level: str | None) -> dict[str, Any]:
        assert level == "all"
        counted = {name: (kind, len(self.votes.get(name, []))) for name, kind in self.types.items()}
        return {
            "metrics": [_listed(name, *one) for name, one in counted.items()],
            "episode_metrics": [_listed(name, *one) for name, one in self.of_episodes.items()],
        }

    def _performances(self, metric: str) -> httpx.Response:
        if metric not in self.votes or self.types.get(metric, "float") is None:
            return _unknown("metric", metric)
        values: dict[str, list[float]] = {}
        for _, variant, value in self.votes[metric]:
            values.setdefault(variant, []).append(value)
        rows = [
            {
                "period_start": "1970-01-01T00:00:00Z",
                "variant_name": variant,
                "count": len(values[variant]),
                "avg_metric": sum(values[variant]) / len(values[variant]),
                **({"stdev": 1.0, "ci_error": 0.25} if len(values[variant]) > 1 else {}),
            }
            for variant in sorted(values)
        ]
        return httpx.Response(200, json={"performances": rows})


def _listed(metric: str, kind: str | None, count: int) -> dict[str, Any]:
    return {
        "function_name": "draft",
        "metric_name": metric,
        **({} if kind is None else {"metric_type": kind}),
        "feedback_count": count,
    }


def _unknown(what: str, name: str) -> httpx.Response:
    body = {"error": f"Unknown {what}: {name}", "code": f"unknown_{what}"}
    return httpx.Response(404, json=body)


@contextmanager
def asked(
    answer: Callable[[httpx.Request], httpx.Response], around: Mapping[str, str]
) -> Iterator[str]:
    """Serve an API that the command's environment names; yield the URL."""
    with ExitStack() as stack:
        url = stack.enter_context(served(answer))
        stack.enter_context(environment({**around, "FEEDBACK_URL": url, KEY: "sk-t0-key"}))
        yield url
