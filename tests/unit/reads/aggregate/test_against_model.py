"""Every read over many targets against a plain model, after any history."""

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reads.aggregate.keys import (
    INFERENCE_COUNT,
    METRICS,
    PERFORMANCES,
    TIMESERIES,
)
from tests.unit.reads.aggregate.plain import EPOCH, Plain
from tests.unit.reads.aggregate.stage import Scene, scene

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOWS = ["minute", "hour", "day", "week", "month"]
PERIODS = ["0", "1", "2", "10", "300", "100000", "2147483648", "4294967295"]
METRIC_NAMES = ["flag", "score", "both", "both", "unknown"]
REQUESTS = 12
"""How many requests of each route follow on a history."""
SEEDS = range(60)


@pytest.fixture(params=SEEDS, scope="module")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Play each history once."""
    return scene(request.param, tmp_path_factory.mktemp("configuration"))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Choose by chance, the same in every run."""
    return random.Random(request.node.name)  # noqa: S311


def test_a_series_is_the_models(played: Scene, chance: random.Random) -> None:
    """Of all feedback, and of the latest of each target."""
    for _ in range(REQUESTS):
        function, metric = chance.choice(["f", "g/h", "nope"]), chance.choice(METRIC_NAMES)
        window, periods = chance.choice(WINDOWS), chance.choice(PERIODS)
        variants = chance.choice([None, None, "a", "b,a", " b , ,nope", "", ", "])
        rows = chance.choice([None, "all", "latest"])
        query = {
            "function_name": function,
            "metric_name": metric,
            "time_window": window,
            "max_periods": periods,
            **({} if variants is None else {"variant_names": variants}),
            **({} if rows is None else {"rows": rows}),
        }
        named = None if variants is None else {*variants.replace(" ", "").split(",")} - {""}
        wanted = played.plain.timeseries(
            function, metric, window, int(periods), named, rows == "latest"
        )

        assert played.reads.get(TIMESERIES, query) == (200, {"timeseries": _close(wanted)}), query


def test_performances_are_the_models(played: Scene, chance: random.Random) -> None:
    """Of the latest feedback of each target, at the time of its inferences."""
    for _ in range(REQUESTS):
        function, metric = chance.choice(["f", "g/h", "quiet"]), chance.choice(_known(played.plain))
        window, variant = chance.choice([*WINDOWS, "cumulative"]), chance.choice([None, None, "a"])
        query = {"metric_name": metric, "time_window": window}
        query |= {} if variant is None else {"variant_name": variant}
        wanted = played.plain.performances(function, metric, window, variant)

        answer = played.reads.get(PERFORMANCES, query, function=function)
        assert answer == (200, {"performances": _close(wanted)}), query


def test_metrics_are_the_models(played: Scene) -> None:
    """Every feedback on the function's inferences, and that on its episodes."""
    for function in ("f", "g/h", "quiet"):
        for variant in (None, "a", "b", "", "nope"):
            query = {} if variant is None else {"variant_name": variant}
            wanted = played.plain.function_metrics(function, variant)

            both = played.reads.get(METRICS, {**query, "level": "all"}, function=function)
            assert both == (200, wanted)
            del wanted["episode_metrics"]
            assert played.reads.get(METRICS, query, function=function) == (200, wanted)


def test_counts_are_the_models(played: Scene) -> None:
    """Of inferences that have feedback, and good feedback."""
    for function in ("f", "g/h"):
        for metric in (*_known(played.plain), "demonstration"):
            for threshold in (None, "0.5", "-1", "1e20", "+.5E-1", "NaN", "-inf"):
                query = {} if threshold is None else {"threshold": threshold}
                wanted = played.plain.inference_count(function, metric, float(threshold or 0))

                answer = played.reads.get(INFERENCE_COUNT, query, function=function, metric=metric)
                assert answer == (200, wanted), (metric, query)


def test_lists_are_the_models(played: Scene, chance: random.Random) -> None:
    """Filtered, in any order, in parts."""
    for _ in range(2 * REQUESTS):
        body = _list(played.plain, chance)
        wanted = [one.id for one in played.plain.listed(body)]
        first = body.get("offset", 0)

        status, answer = played.reads.list(body)
        assert status == 200, answer
        assert [row["inference_id"] for row in answer["inferences"]] == wanted[
            first : first + body.get("limit", 20)
        ], body
        assert "next" not in answer


def test_a_walk_through_a_list_meets_each_inference_once(
    played: Scene, chance: random.Random
) -> None:
    """In both directions."""
    body = {"function_name": "f", "filters": _filter(played.plain, chance, 2)}
    wanted = [one.id for one in played.plain.listed(body)]
    for direction, start in (("before", "f" * 32), ("after", "0" * 32)):
        met: list[str] = []
        cursor, limit = start, chance.randrange(1, 9)
        while page := _page(played, {**body, direction: cursor, "limit": limit}):
            met = [*met, *page] if direction == "before" else [*page, *met]
            cursor = page[-1] if direction == "before" else page[0]
        assert met == wanted, body


def _page(played: Scene, body: dict[str, Any]) -> list[str]:
    status, answer = played.reads.list(body)
    assert status == 200, answer
    return [row["inference_id"] for row in answer["inferences"]]


def _list(plain: Plain, chance: random.Random) -> dict[str, Any]:
    body: dict[str, Any] = {}
    inferences = plain.inferences
    if chance.random() < 0.8 or not inferences:
        body["function_name"] = chance.choice(["f", "g/h", "quiet"])
    if inferences and (not body or chance.random() < 0.2):
        body["episode_id"] = chance.choice(inferences).episode
    draws: dict[str, Callable[[], Any]] = {
        "variant_name": lambda: chance.choice(["a", "b", "nope"]),
        "limit": lambda: chance.choice([0, 1, 3, 1_000, 4_294_967_295]),
        "offset": lambda: chance.choice([0, 1, 5]),
        "output_source": lambda: chance.choice(["none", "inference", "demonstration"]),
        "order_by": lambda: [_term(plain, chance) for _ in range(chance.randrange(3))],
        "filters": lambda: _filter(plain, chance, 3),
    }
    return body | {name: draw() for name, draw in draws.items() if chance.random() < 0.4}


def _term(plain: Plain, chance: random.Random) -> dict[str, str]:
    direction = chance.choice(["ascending", "descending"])
    name = chance.choice([None, *_known(plain)])
    by = {"by": "timestamp"} if name is None else {"by": "metric", "name": name}
    return {**by, "direction": direction}


def _filter(plain: Plain, chance: random.Random, depth: int) -> dict[str, Any]:
    operator = chance.choice(["<", "<=", "=", ">", ">=", "!="])
    match chance.randrange(6 if depth else 3):
        case 0:
            name = chance.choice(_known(plain))
            if plain.metrics[name].kind == "boolean":
                value = chance.random() < 0.5
                return {"type": "boolean_metric", "metric_name": name, "value": value}
            number = chance.choice([0, 1, 0.5, -1.0, 3])
            of = {"type": "float_metric", "metric_name": name, "value": number}
            return {**of, "comparison_operator": operator}
        case 1:
            has = chance.random() < 0.5
            return {"type": "demonstration_feedback", "has_demonstration": has}
        case 2:
            time = "2026-03-01T00:00:00Z"
            if plain.inferences:
                id_ = chance.choice(plain.inferences).id
                at = int(id_[:8] + id_[9:13], 16) + chance.choice([0, 0, 0.5])
                time = _rfc3339(at)
            return {"type": "time", "time": time, "comparison_operator": operator}
        case 3:
            return {"type": "not", "child": _filter(plain, chance, depth - 1)}
    children = [_filter(plain, chance, depth - 1) for _ in range(chance.randrange(3))]
    return {"type": chance.choice(["and", "or"]), "children": children}


def _rfc3339(milliseconds: float) -> str:
    return (EPOCH + timedelta(milliseconds=milliseconds)).isoformat()


def _known(plain: Plain) -> list[str]:
    return sorted(plain.metrics)


def _close(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            name: pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in rows
    ]
