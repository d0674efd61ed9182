"""What TensorZero answers to reads, or better: judged over real tables, after its own history."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.replay import DOCUMENT, MILLISECOND, Answer, Ids, Replay, Replayed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in DOCUMENT["cases"]}
API_GATEWAYS = {"http/trailing-slash", "http/delete"}
"""Refused before anything of ours is asked: docs/compatibility.md."""
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
    elif case["id"] in API_GATEWAYS:
        answer = replay.send(request, history)
        assert (answer.status, answer.body) == (404, {"message": "Not Found"})
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


def test_the_cases_that_need_no_history_have_none_of_its_ids() -> None:
    """Or they would be answered by chance."""
    for case in CASES.values():
        if "history" not in case:
            assert Ids().filled(case["request"]) == case["request"], case["id"]
