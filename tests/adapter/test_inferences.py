"""Recording inferences, through the handler, in a real (emulated) table."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from inferences.store import DynamoInferences, InferenceConflict
from shared import uuids
from shared.clock import Clock
from tests.adapter.conftest import Connect
from tests.adapter.test_outages import INFERENCE
from tests.support.handlers import RECORD, RECORD_BATCH, compose
from tests.support.loopback import failure, serve
from tests.unit.fakes import Invocation, catalog

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Post: TypeAlias = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]
Stored: TypeAlias = Callable[[str], dict[str, Any] | None]


@pytest.fixture
def post(client: "DynamoDBClient", tables: dict[str, str]) -> Post:
    """Send a body to the handler."""
    handler = compose(client, tables, catalog(), Clock())[RECORD]

    def send(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reply = handler({"body": json.dumps(body)}, Invocation())
        return reply["statusCode"], json.loads(reply["body"])

    return send


@pytest.fixture
def stored(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> Stored:
    """Read what is stored under an id."""

    def read(target_id: str) -> dict[str, Any] | None:
        key: Any = {"target_id": {"S": target_id}}
        answer = dynamodb.get_item(TableName=tables["target"], Key=key, ConsistentRead=True)
        return answer.get("Item")

    return read


def _inference(**fields: Any) -> dict[str, Any]:
    new = {"inference_id": uuids.new(), "episode_id": uuids.new()}
    return {**new, "function_name": "f", "variant_name": "v", **fields}


def test_an_inference_and_its_episode_are_recorded(post: Post, stored: Stored) -> None:
    """The answer has both ids."""
    inference = _inference(output=[{"type": "text", "text": ""}])

    status, body = post(inference)

    ids = {name: inference[name] for name in ("inference_id", "episode_id")}
    assert (status, body) == (200, ids)
    assert stored(ids["inference_id"]) == {
        "target_id": {"S": ids["inference_id"]},
        "target_type": {"S": "inference"},
        "episode_id": {"S": ids["episode_id"]},
        "function_name": {"S": "f"},
        "variant_name": {"S": "v"},
        "output": {"S": '[{"text":"","type":"text"}]'},
    }
    assert stored(ids["episode_id"]) == {
        "target_id": {"S": ids["episode_id"]},
        "target_type": {"S": "episode"},
    }


def test_recording_again_is_harmless(post: Post) -> None:
    """At the same moment too, and whichever spelling the ids have; so is a second inference."""
    inference = _inference(output_schema={"a": 1, "b": 2}, output={"a": 1})
    respelled = {**inference, "inference_id": inference["inference_id"].upper()}
    reordered = {**inference, "output_schema": {"b": 2, "a": 1}}
    second = _inference(episode_id=inference["episode_id"])
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, [inference, respelled, reordered] * 5 + [second]))

    assert {status for status, _ in answers} == {200}


@pytest.mark.parametrize(
    "change",
    [
        {"function_name": "other"},
        {"variant_name": "other"},
        {"output": {}},
        {"episode_id": "0192c4a0-7e00-7000-8000-00000000e001"},
    ],
)
def test_an_inference_is_never_overwritten(
    post: Post, stored: Stored, change: dict[str, Any]
) -> None:
    """Other content under its id is a conflict that names it."""
    inference = _inference()
    post(inference)
    before = stored(inference["inference_id"])

    status, body = post({**inference, **change})

    assert status == 409
    assert body == {
        "error": f"Inference ID: {inference['inference_id']} is already recorded, "
        "with other content",
        "code": "inference_conflict",
    }
    assert stored(inference["inference_id"]) == before


def test_an_id_is_of_one_thing(post: Post, stored: Stored) -> None:
    """An inference's is no episode's, nor the other way round."""
    inference = _inference()
    post(inference)

    as_episode = _inference(episode_id=inference["inference_id"])
    as_inference = _inference(inference_id=inference["episode_id"])

    assert post(as_episode)[1]["code"] == "inference_conflict"
    assert post(as_episode)[1]["error"].startswith("Episode ID: ")
    assert post(as_inference)[1]["code"] == "inference_conflict"
    assert stored(as_episode["inference_id"]) is None


def test_an_episode_that_cannot_be_recorded_keeps_its_inference_from_being(
    connect_to: Connect,
) -> None:
    """Whoever finds an inference finds its episode too."""
    conflict = failure("ConditionalCheckFailedException", Item={"target_type": {"S": "inference"}})

    with serve(conflict) as loopback, pytest.raises(InferenceConflict):
        DynamoInferences(connect_to(loopback.endpoint), "t").record(INFERENCE)

    assert [call["Item"]["target_type"]["S"] for _, call in loopback.calls] == ["episode"]


def test_an_inference_of_more_than_400_kb_is_not_recorded(post: Post, stored: Stored) -> None:
    """Nor is its episode."""
    inference = _inference(output="x" * 409_600)

    status, body = post(inference)

    assert (status, body["code"]) == (413, "item_too_large")
    assert stored(inference["inference_id"]) is None
    assert stored(inference["episode_id"]) is None


@pytest.fixture
def post_batch(client: "DynamoDBClient", tables: dict[str, str]) -> Callable[..., Any]:
    """Send a batch to the handler; return its status and its answer."""
    handler = compose(client, tables, catalog(), Clock())[RECORD_BATCH]

    def send(body: Any, left: int = 28_000) -> tuple[int, Any]:
        request = {"routeKey": RECORD_BATCH, "body": json.dumps(body)}
        reply = handler(request, Invocation(milliseconds_left=left))
        return reply["statusCode"], json.loads(reply["body"])

    return send


def test_each_element_of_a_batch_is_answered_as_if_it_were_alone(
    post: Post, post_batch: Callable[..., Any], stored: Stored
) -> None:
    """Recorded, recorded before, in conflict, of the wrong shape; in the order of the elements."""
    before, first = _inference(), _inference(output={"b": 1, "a": [2]})
    second = _inference(episode_id=first["episode_id"])
    other = {**first, "variant_name": "other"}
    unknown = _inference(foo=1)
    post(before)

    status, answers = post_batch([first, before, other, second, unknown, 5])

    assert status == 200
    assert [answer["status"] for answer in answers] == [200, 200, 409, 200, 400, 400]
    codes = [answer.get("code") for answer in answers]
    assert codes[2:] == ["inference_conflict", None, "unknown_field", "invalid_field"]
    for answer, inference in zip(answers, (first, before, other, second), strict=False):
        ids = {name: inference[name] for name in ("inference_id", "episode_id")}
        assert answer["status"] == 409 or answer == {"status": 200, **ids}
    assert stored(first["inference_id"]) == stored(other["inference_id"])
    assert all(stored(one["inference_id"]) for one in (first, before, second))
    assert stored(unknown["inference_id"]) is None
    assert post_batch([first, second])[1] == [answers[0], answers[3]]


def test_a_batch_without_time_left_is_answered(post_batch: Callable[..., Any]) -> None:
    """What could not be recorded is to be sent again, and says so."""
    assert post_batch([]) == (200, [])
    assert post_batch([5] * 101)[0] == 413

    status, [answer] = post_batch([_inference()], left=600)

    assert (status, answer["status"], answer["code"]) == (200, 503, "storage_unavailable")


GIVEN = {
    "additional_tools": [{"type": "function", "name": "t", "parameters": {}, "strict": False}],
    "allowed_tools": ["t"],
    "tool_choice": {"specific": "t"},
    "parallel_tool_calls": False,
    "output_schema": {"type": "object"},
    "output": {"raw": "{}", "parsed": {}},
}


@pytest.mark.parametrize("fields", [{}, GIVEN, *({name: one} for name, one in GIVEN.items())])
def test_an_inference_is_read_back_as_it_was_recorded(
    client: "DynamoDBClient", tables: dict[str, str], post: Post, fields: dict[str, Any]
) -> None:
    """Its body, to be recorded again; an episode is no inference."""
    route = "GET /internal/inferences/{inference_id}"
    handler = compose(client, tables, catalog(), Clock())[route]
    inference = _inference(**fields)
    assert post(inference)[0] == 200

    def get(inference_id: str) -> tuple[int, Any]:
        reply = handler(
            {"routeKey": route, "pathParameters": {"inference_id": inference_id}}, Invocation()
        )
        return reply["statusCode"], json.loads(reply["body"])

    assert get(inference["inference_id"].upper()) == (200, {"inference": inference})
    for other in (inference["episode_id"], uuids.new()):
        status, body = get(other)
        assert (status, body["code"]) == (404, "inference_not_found")
