"""What TensorZero answers to reads, or better: judged over real tables, after its own history."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.conformance.replay import DOCUMENT, MILLISECOND, Answer, Ids, Replay, Replayed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in DOCUMENT["cases"]}
ROUNDED = {"mean", "variance", "cs_lower", "cs_upper"}
"""Numbers of 32 bits, in TensorZero."""
BY_VARIANT = {"time_window": "month", "max_periods": "4294967295"}
"""The series whose last points are what the query by variant answers, which has no route."""


@pytest.fixture(scope="module")
def replay(
    dynamodb: "DynamoDBClient",
    tables: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Replay:
    """Compile the configurations, over the template's tables."""
    return Replay(dynamodb, tables, tmp_path_factory.mktemp("configurations"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_read_is_answered_as_by_tensorzero_or_better(
    case: dict[str, Any], replay: Replay
) -> None:
    """Every row, in its order; where TensorZero's answer is a defect, the better one."""
    history, request = replay.history(case.get("history")), case["request"]
    wanted = case.get("better") or case["expect"]

    if "walk" in request:
        assert [*replay.walk(request["walk"], history)] == history.ids.filled(wanted["pages"])
    elif request.get("query") == "feedback_by_variant":
        last = _by_variant(replay, history, request["args"])
        assert last == {row["variant_name"]: _close(row) for row in wanted["body"]}
    elif not replay.has_route(request, history):
        # API Gateway refuses it before anything of ours is asked: docs/compatibility.md
        assert wanted["status"] in {404, 405}
        assert replay.send(request, history) == Answer(404, {"message": "Not Found"})
    else:
        _compare(replay.send(request, history), history.ids.filled(wanted))


def _compare(answer: Answer, wanted: dict[str, Any]) -> None:
    assert answer.status == wanted["status"], answer
    if answer.status != 200:
        _compare_refusal(answer.body, wanted)
    elif "ids" in wanted:
        assert [row["id"] for row in answer.body["feedback"]] == wanted["ids"]
    elif "inference_ids" in wanted:
        rows = answer.body["inferences"]
        assert [row["inference_id"] for row in rows] == wanted["inference_ids"]
        if "timestamps" in wanted:
            assert [row["timestamp"] for row in rows] == wanted["timestamps"]
    else:
        assert _plain(answer.body) == _plain(_close(wanted["body"]))
        times = zip(_times(answer.body), _times(wanted["body"]), strict=True)
        assert all(abs(ours - recorded) <= MILLISECOND for ours, recorded in times)


BOTH_LEVELS = {
    name: case
    for name, case in CASES.items()
    if case["request"].get("path", "").endswith("/metrics") and "clickhouse" in case
}


@pytest.mark.parametrize("case", BOTH_LEVELS.values(), ids=BOTH_LEVELS)
def test_the_metrics_of_episodes_are_those_of_clickhouse(
    case: dict[str, Any], replay: Replay
) -> None:
    """TensorZero has them there, among those of inferences."""
    query = {**case["request"].get("query", {}), "level": "all"}
    answer = replay.send({**case["request"], "query": query}, replay.history(case["history"]))

    rows = [*answer.body["metrics"], *answer.body["episode_metrics"]]
    ordered = sorted(rows, key=lambda row: row["metric_name"])
    assert ordered == case["clickhouse"]["body"]["metrics"]


LATEST = {name: case for name, case in CASES.items() if "latest_only" in case}


@pytest.mark.parametrize("case", LATEST.values(), ids=LATEST)
def test_a_series_of_the_latest_feedback_is_the_models(
    case: dict[str, Any], replay: Replay
) -> None:
    """Of each target, at each period's end: an answer that TensorZero does not have."""
    history, request = replay.history(case["history"]), case["request"]
    latest = {**request, "query": {**request["query"], "rows": "latest"}}

    answer = replay.send(latest, history)

    wanted = case["latest_only"]["timeseries"]
    assert [{name: row[name] for name in wanted[0]} for row in answer.body["timeseries"]] == [
        _close(row) for row in wanted
    ]


def _by_variant(
    replay: Replay, history: Replayed, arguments: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Give the last point of each variant, as far as the query by variant answers it."""
    path = "/internal/feedback/timeseries"
    request = {"method": "GET", "path": path, "query": {**arguments, **BY_VARIANT}}
    rows = replay.send(request, history).body["timeseries"]
    names = ("variant_name", "mean", "variance", "count")
    return {row["variant_name"]: {name: row[name] for name in names} for row in rows}


def _close(body: Any) -> Any:
    """Compare numbers as exactly as they were recorded; `null` is none."""
    if isinstance(body, list):
        return [_close(entry) for entry in body]
    if not isinstance(body, dict):
        return pytest.approx(body, rel=1e-9) if isinstance(body, float) else body
    return {
        name: pytest.approx(value, rel=2e-5, abs=1e-300)
        if name in ROUNDED and value is not None
        else _close(value)
        for name, value in body.items()
    }


def _compare_refusal(refusal: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert refusal["code"]
    assert refusal["error"]
    if wanted["match"] == "exact":
        assert refusal["error"] == wanted["error"]
    elif wanted["match"] == "shape":
        assert all(text in refusal["error"] for text in wanted.get("mentions", ()))


def _plain(body: Any) -> Any:
    """Leave aside how a demonstration's JSON is written, and times, which are compared apart."""
    if isinstance(body, list):
        return [_plain(entry) for entry in body]
    if not isinstance(body, dict):
        return body
    plain = {name: _plain(value) for name, value in body.items() if name != "timestamp"}
    if "inference_id" in body and isinstance(body.get("value"), str):
        plain["value"] = json.loads(body["value"])
    return plain


def _times(body: Any) -> list[datetime]:
    rows = body.get("feedback", ())
    return [datetime.fromisoformat(row["timestamp"]) for row in rows if "timestamp" in row]


FUNCTION = "/internal/functions/chat_fn"
TARGET = "/internal/feedback/0192c4a0-7e00-7000-8000-000000000001"
PARAMETERS = {
    TARGET: {"limit": "3"},
    f"{TARGET}/demonstrations": {"limit": "3", "before": "0192c4a0-7e00-7000-8000-000000000001"},
    "/internal/feedback/timeseries": {
        "function_name": "chat_fn",
        "metric_name": "float_inf",
        "time_window": "day",
        "max_periods": "1",
        "variant_names": "a,b",
        "rows": "all",
    },
    f"{FUNCTION}/variant_performances": {
        "metric_name": "float_inf",
        "time_window": "week",
        "variant_name": "a",
    },
    f"{FUNCTION}/metrics": {"variant_name": "a"},
    f"{FUNCTION}/inference_count/float_inf": {"threshold": "1"},
}
"""Those of each route that has any."""


@pytest.mark.parametrize(
    ("path", "name"), [(path, name) for path, query in PARAMETERS.items() for name in query]
)
def test_a_parameter_that_is_given_twice_is_refused(path: str, name: str, replay: Replay) -> None:
    """Though API Gateway makes one value of both; others may be given so, for nobody reads them."""
    query = [*PARAMETERS[path].items(), (name, PARAMETERS[path][name])]
    _assert_given_twice(replay, path, urlencode(query), name)

    once = urlencode([*PARAMETERS[path].items(), ("other", "1"), ("other", "2")])
    answer = replay.send({"method": "GET", "path": path, "raw_query": once}, replay.history("vp"))
    assert answer.status == 200, answer


def _assert_given_twice(replay: Replay, path: str, raw_query: str, name: str) -> None:
    request = {"method": "GET", "path": path, "raw_query": raw_query}
    answer = replay.send(request, replay.history("vp"))

    assert (answer.status, answer.body["code"]) == (400, "invalid_field"), answer
    assert answer.body["error"].startswith(f"{name}: expected once, found ")


def test_a_metric_may_have_slashes_in_its_name(replay: Replay) -> None:
    """Where it is a part of the path, as a client escapes it."""
    path = f"{FUNCTION}/inference_count/weird-name.1:a%2Fb"
    answer = replay.send({"method": "GET", "path": path}, replay.history("names"))

    assert answer == Answer(200, {"feedback_count": 1, "inference_count": 1})


def test_the_cases_that_need_no_history_have_none_of_its_ids() -> None:
    """Or they would be answered by chance."""
    for case in CASES.values():
        if "history" not in case:
            assert Ids().filled(case["request"]) == case["request"], case["id"]
