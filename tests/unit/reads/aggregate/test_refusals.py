"""What is refused, in which order, and in whose words."""

from pathlib import Path
from typing import Any

import pytest

from reads.aggregate.keys import INFERENCE_COUNT, METRICS, PERFORMANCES, ROUTES, TIMESERIES
from tests.support.memory import Memory
from tests.unit.reads.aggregate.plain import Metric
from tests.unit.reads.aggregate.stage import Reads, catalog

SERIES = {"function_name": "f", "metric_name": "flag", "time_window": "day", "max_periods": "3"}
METRICS_KNOWN = {
    "flag": Metric("boolean", "inference", "max"),
    "score": Metric("float", "episode", "min"),
}


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    """Read empty tables."""
    return Reads(Memory(), catalog(tmp_path, METRICS_KNOWN))


def _without(name: str) -> dict[str, str]:
    return {key: value for key, value in SERIES.items() if key != name}


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        *((_without(name), "missing_field", f"missing field `{name}`") for name in SERIES),
        *(
            ({**SERIES, "max_periods": text}, "invalid_field", "max_periods: ")
            for text in ("", "-1", "1.5", "4294967296", "1,1", "x")
        ),
        *(
            ({**SERIES, "time_window": text}, "invalid_field", "time_window: ")
            for text in ("", "Day", "year", "day,day")
        ),
        *(
            ({**SERIES, "rows": text}, "invalid_field", "rows: expected one of `all`, `latest`")
            for text in ("", "All", "first", "all,latest")
        ),
        (
            {**SERIES, "time_window": "cumulative", "max_periods": "x"},
            "invalid_field",
            "max_periods: ",
        ),
        (
            {**SERIES, "time_window": "cumulative"},
            "unsupported_time_window",
            "Cumulative time window is not supported for feedback timeseries",
        ),
    ],
)
def test_a_series_that_cannot_be_asked_for_is_refused(
    reads: Reads, query: dict[str, str], code: str, said: str
) -> None:
    """By the parameter that is wrong, before anything is read."""
    status, answer = reads.get(TIMESERIES, query)

    assert (status, answer["code"]) == (400, code)
    assert answer["error"].startswith(said)
    assert reads.tables.calls == []


def test_no_variants_have_no_series_whatever_the_window(reads: Reads) -> None:
    """As on TensorZero's Postgres."""
    query = {**SERIES, "time_window": "cumulative", "variant_names": " ,"}

    assert reads.get(TIMESERIES, query) == (200, {"timeseries": []})
    assert reads.tables.calls == []


PERFORMANCE = {"metric_name": "flag", "time_window": "day"}


@pytest.mark.parametrize(
    ("function", "query", "refusal"),
    [
        ("nope", {**PERFORMANCE, "time_window": "x"}, (400, "invalid_field", "time_window: ")),
        ("nope", {"metric_name": "x"}, (400, "missing_field", "missing field `time_window`")),
        ("nope", {"time_window": "day"}, (400, "missing_field", "missing field `metric_name`")),
        (
            "nope",
            {**PERFORMANCE, "metric_name": "x", "variant_name": "x"},
            (404, "unknown_function", "Unknown function: nope"),
        ),
        (
            "f",
            {**PERFORMANCE, "metric_name": "demonstration", "variant_name": "x"},
            (404, "unknown_metric", "Unknown metric: demonstration"),
        ),
        (
            "f",
            {**PERFORMANCE, "variant_name": ""},
            (404, "unknown_variant", "Unknown variant: "),
        ),
        (
            "tensorzero::default",
            {**PERFORMANCE, "variant_name": "a"},
            (404, "unknown_variant", "Unknown variant: a"),
        ),
    ],
)
def test_performances_of_what_is_unknown_are_refused(
    reads: Reads, function: str, query: dict[str, str], refusal: tuple[int, str, str]
) -> None:
    """In TensorZero's order."""
    status, answer = reads.get(PERFORMANCES, query, function=function)

    assert (status, answer["code"]) == refusal[:2]
    assert answer["error"].startswith(refusal[2])


def test_the_default_function_is_known_and_has_no_variants(reads: Reads) -> None:
    """Whatever the configuration says."""
    function = "tensorzero::default"
    assert reads.get(PERFORMANCES, PERFORMANCE, function=function) == (200, {"performances": []})


def test_metrics_of_an_unknown_function_are_refused(reads: Reads) -> None:
    """Of an unknown variant, there are none."""
    none: dict[str, list[Any]] = {"metrics": [], "episode_metrics": []}
    query = {"variant_name": "?", "level": "all"}
    status, answer = reads.get(METRICS, {}, function="nope")

    assert (status, answer["error"]) == (404, "Unknown function: nope")
    assert reads.get(METRICS, query, function="f") == (200, none)


def test_the_metrics_of_a_level_that_is_none_are_refused(reads: Reads) -> None:
    """Before the function is looked up."""
    status, answer = reads.get(METRICS, {"level": "episode"}, function="nope")

    assert (status, answer["code"]) == (400, "invalid_field")
    assert answer["error"].startswith("level: expected one of `inference`, `all`")


@pytest.mark.parametrize(
    ("path", "query", "refusal"),
    [
        (("nope", "x"), {"threshold": "1_0"}, (400, "invalid_field", "threshold: expected a num")),
        (("nope", "x"), {"threshold": ""}, (400, "invalid_field", "threshold: ")),
        (("nope", "x"), {"threshold": "0x1"}, (400, "invalid_field", "threshold: ")),
        (("nope", "x"), {}, (404, "unknown_function", "Unknown function: nope")),
        (("f", "comment"), {}, (404, "unknown_metric", "Unknown metric: comment")),
    ],
)
def test_counts_of_what_is_unknown_are_refused(
    reads: Reads, path: tuple[str, str], query: dict[str, str], refusal: tuple[int, str, str]
) -> None:
    """The threshold first."""
    function, metric = path
    status, answer = reads.get(INFERENCE_COUNT, query, function=function, metric=metric)

    assert (status, answer["code"]) == refusal[:2]
    assert answer["error"].startswith(refusal[2])


@pytest.mark.parametrize("route", ROUTES)
def test_a_token_reads_none_of_it(reads: Reads, route: str) -> None:
    """Not even of its own targets."""
    token: dict[str, Any] = {
        "credential": "token",
        "key_id": "k",
        "author": "ada",
        "targets": [],
        "metrics": [],
        "once": False,
        "read": True,
    }

    status, answer = reads.send(route, requestContext={"authorizer": {"lambda": token}})

    assert (status, answer["code"]) == (403, "not_granted")
