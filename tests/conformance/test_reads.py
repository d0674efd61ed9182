"""What TensorZero answers to reads, or better: judged over real tables, after its own history."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.replay import DOCUMENT, MILLISECOND, Ids, Replay

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in DOCUMENT["cases"]}
AGGREGATES = (
    "/internal/functions/",
    "/internal/feedback/timeseries",
    "/v1/inferences/list_inferences",
)
"""What begins so is not there yet."""
API_GATEWAYS = {"http/trailing-slash"}
"""Refused before anything of ours is asked: only the status is the contract."""
DEPARTURES = {"http/delete": "API Gateway answers 404, without the header: docs/compatibility.md"}


def _marked(case: dict[str, Any]) -> Any:
    request = case["request"]
    aggregate = isinstance(request.get("query"), str) or request.get("path", "").startswith(
        AGGREGATES
    )
    marks = [pytest.mark.xfail(reason="an aggregate", strict=True)] if aggregate else []
    if case["id"] in DEPARTURES:
        marks.append(pytest.mark.xfail(reason=DEPARTURES[case["id"]], strict=True))
    return pytest.param(case, id=case["id"], marks=marks)


@pytest.fixture(scope="module")
def replay(
    dynamodb: "DynamoDBClient",
    tables: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Replay:
    """Compile the configurations, over the template's tables."""
    return Replay(dynamodb, tables, tmp_path_factory.mktemp("configurations"))


@pytest.mark.parametrize("case", [_marked(case) for case in CASES.values()])
def test_a_read_is_answered_as_by_tensorzero_or_better(
    case: dict[str, Any], replay: Replay
) -> None:
    """Every row, in its order; where TensorZero's answer is a defect, the better one."""
    ids, request = replay.ids(case.get("history")), case["request"]
    wanted = case.get("better") or case["expect"]
    assert isinstance(request.get("query", {}), dict), "an internal query, which has no route"

    if "walk" in request:
        assert [*replay.walk(request["walk"], ids)] == ids.filled(wanted["pages"])
        return
    answer = replay.send(request, ids)

    assert answer.status == wanted["status"], answer
    if case["id"] in API_GATEWAYS:
        assert answer.body == {"message": "Not Found"}
    elif answer.status != 200:
        _compare_refusal(answer.body, wanted)
    elif "ids" in wanted:
        assert [row["id"] for row in answer.body["feedback"]] == ids.filled(wanted["ids"])
    else:
        assert _plain(answer.body) == _plain(ids.filled(wanted["body"]))
        times = zip(_times(answer.body), _times(wanted["body"]), strict=True)
        assert all(abs(ours - recorded) <= MILLISECOND for ours, recorded in times)


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
