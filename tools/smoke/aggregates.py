"""Checks of what is answered from aggregates: each route, and that a vote is soon counted."""

import time
from typing import Any
from urllib.parse import urlencode

from tools.http import Unexpected
from tools.smoke.check import Check, NotAsked
from tools.smoke.run import FUNCTION, Run

PATIENCE = 30.0
"""Seconds that the aggregator is given to count a vote, the first of a cold start."""


def _needs_aggregates(run: Run) -> None:
    if not run.stack.aggregates:
        raise NotAsked("Aggregates is off")


def _metric(run: Run) -> str:
    """Name a metric whose feedback is counted. Raises NotAsked where there is none."""
    _needs_aggregates(run)
    if not run.configuration["observability"]:
        raise NotAsked("gateway.observability.enabled is false")
    if (metric := run.metrics.get(("boolean", "inference"))) is None:
        raise NotAsked("the configuration has no boolean metric of the level inference")
    return metric


def _get(run: Run, path: str, key: str, **query: object) -> Any:  # noqa: ANN401 - JSON
    answer = run.call.send("GET", f"{path}?{urlencode(query)}").expect(200)
    if key not in answer.body:
        raise Unexpected(f"{path}: no {key} in {answer.text[:200]}")
    return answer.body[key]


def _routes(run: Run) -> None:
    metric, of_function = _metric(run), f"/internal/functions/{FUNCTION}"
    window: dict[str, object] = {"metric_name": metric, "time_window": "day"}
    _get(run, f"{of_function}/metrics", "metrics")
    _get(run, f"{of_function}/variant_performances", "performances", **window)
    _get(run, f"{of_function}/inference_count/{metric}", "inference_count")
    window |= {"function_name": FUNCTION, "max_periods": 1}
    _get(run, "/internal/feedback/timeseries", "timeseries", **window)
    query = {"function_name": FUNCTION, "limit": 1}
    listed = run.call.post("/v1/inferences/list_inferences", query).expect(200).body
    if "inferences" not in listed:
        raise Unexpected(f"no inferences in {listed}")


def _counted(run: Run) -> str:
    metric, target = _metric(run), run.record()["inference_id"]
    before = _number(run, metric)
    run.call.feedback(metric_name=metric, inference_id=target, value=True).expect(200)
    began = time.monotonic()
    while _number(run, metric) <= before:
        if time.monotonic() > began + PATIENCE:
            raise Unexpected(f"a vote on {metric} is not counted after {PATIENCE:.0f} s")
        time.sleep(0.2)
    return f"after {time.monotonic() - began:.1f} s"


def _number(run: Run, metric: str) -> int:
    """Count the feedback that the aggregates have."""
    metrics = _get(run, f"/internal/functions/{FUNCTION}/metrics", "metrics")
    return sum(one["feedback_count"] for one in metrics if one["metric_name"] == metric)


CHECKS = [
    Check("Variants are compared from aggregates", _routes),
    Check("A vote is counted within seconds", _counted),
]
