"""Batches through the handler, in real (emulated) tables: what is said to be stored is there."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from batch.api import build
from batch.service import BatchService
from batch.writer import DynamoBatchWriter
from feedback.lookup import DynamoLookup
from shared import uuids
from shared.clock import Clock
from shared.endpoint import Handler
from shared.items import Item
from tests.adapter.conftest import Connect
from tests.adapter.loopback import Answer, serve
from tests.unit.fakes import Invocation, ManualTime, catalog

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LOGICAL_IDS = {
    "boolean": "BooleanMetricFeedback",
    "float": "FloatMetricFeedback",
    "comment": "CommentFeedback",
    "demonstration": "DemonstrationFeedback",
    "evaluation_human_feedback": "EvaluationHumanFeedback",
    "idempotency": "Idempotency",
}
FUNCTIONS = {"functions": {"chat": {"type": "chat", "tools": []}}, "tools": {}}
Answers: TypeAlias = list[dict[str, Any]]
Send: TypeAlias = Callable[..., Answers]
Stored: TypeAlias = Callable[[str], dict[str, tuple[str, Item]]]


def _handler(
    client: "DynamoDBClient", names: dict[str, str], clock: Clock, **switches: Any
) -> Handler:
    lookup = DynamoLookup(client, names["targets"], names["idempotency"])
    writer = DynamoBatchWriter(client, names, clock.sleep)
    return build(BatchService(catalog(**switches), lookup, writer, 7, clock))


def _post(handler: Handler, batch: list[dict[str, Any]], *, atomic: bool = False) -> Any:
    query = {"atomic": json.dumps(atomic)}
    event = {"body": json.dumps(batch), "queryStringParameters": query}
    return json.loads(handler(event, Invocation())["body"])


@pytest.fixture
def send(dynamodb: "DynamoDBClient", tables: dict[str, str], tmp_path: Path) -> Send:
    """Send a batch to the handler; its client checks every parameter, and no wait takes time."""
    (tmp_path / "functions.json").write_text(json.dumps(FUNCTIONS))
    names = {name: tables[logical_id] for name, logical_id in LOGICAL_IDS.items()}
    names["targets"] = tables["Target"]
    clock = ManualTime(time.time()).clock()
    handler = _handler(dynamodb, names, clock, folder=tmp_path)
    return lambda batch, **query: _post(handler, batch, **query)


@pytest.fixture
def inference(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> str:
    """Record one."""
    id_ = uuids.new()
    texts = {
        "target_id": id_,
        "target_type": "inference",
        "function_name": "chat",
        "output": "{}",
    }
    item = {name: {"S": text} for name, text in texts.items()}
    dynamodb.put_item(TableName=tables["Target"], Item=item)
    return id_


@pytest.fixture
def stored(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> Stored:
    """Read what is stored of a target: by id, where, and the item."""

    def read(target: str) -> dict[str, tuple[str, Item]]:
        found: dict[str, tuple[str, Item]] = {}
        for kind in ("boolean", "float", "comment", "demonstration"):
            key = "inference_id" if kind == "demonstration" else "target_id"
            pages: Any = dynamodb.get_paginator("query").paginate(
                TableName=tables[LOGICAL_IDS[kind]],
                KeyConditionExpression=f"{key} = :target",
                ExpressionAttributeValues={":target": {"S": target}},
                ConsistentRead=True,
            )
            found |= {item["id"]["S"]: (kind, item) for page in pages for item in page["Items"]}
        return found

    return read


def _element(target: str, key: str | None = None, **changes: Any) -> dict[str, Any]:
    keyed = {} if key is None else {"idempotency_key": key}
    return {"metric_name": "liked", "value": True, "inference_id": target, **keyed, **changes}


def _comment(target: str, text: str, key: str | None = None) -> dict[str, Any]:
    return _element(target, key, metric_name="comment", value=text)


def _ids(answers: Answers) -> list[str]:
    assert {answer["status"] for answer in answers} <= {200}
    return [answer["feedback_id"] for answer in answers]


def _label(target: str, datapoint: str, **changes: Any) -> dict[str, Any]:
    tags = {
        "tensorzero::datapoint_id": datapoint,
        "tensorzero::evaluator_inference_id": target,
        "tensorzero::human_feedback": "true",
    }
    return _element(target, internal=True, tags=tags, **changes)


def test_what_is_said_to_be_stored_is_and_nothing_else(
    send: Send, stored: Stored, inference: str
) -> None:
    """Each in its table, whatever is refused beside it; a key's twins are one."""
    answers = send(
        [
            _element(inference),
            _element(inference, metric_name="distance", value=0.5),
            _comment(inference, "é\x00"),
            _element(inference, metric_name="demonstration", value="Hello."),
            _element(inference, value=1),
            _element(uuids.new()),
            _element(inference, dryrun=True),
            _element(inference, inference + "a"),
            _element(inference, inference + "a"),
            _comment(inference, "text", inference + "b"),
        ]
    )

    assert [answer["code"] for answer in answers[4:6]] == ["invalid_value", "target_not_found"]
    ids = _ids(answers[:4] + answers[6:])
    found = stored(inference)
    tables = ["boolean", "float", "comment", "demonstration", None, "boolean", "boolean", "comment"]
    assert [found.get(id_, (None, {}))[0] for id_ in ids] == tables
    assert len(found) == 6
    assert ids[5] == ids[6]
    assert found[ids[2]][1]["value"] == {"S": "é\x00"}


@pytest.mark.parametrize("atomic", [False, True])
def test_a_label_is_stored_with_its_metric(
    dynamodb: "DynamoDBClient",
    tables: dict[str, str],
    send: Send,
    stored: Stored,
    inference: str,
    atomic: bool,
) -> None:
    """Both under the id that is told."""
    datapoint = uuids.new()

    [id_] = _ids(send([_label(inference, datapoint)], atomic=atomic))

    key: Any = {"datapoint_id": {"S": datapoint}, "feedback_id": {"S": id_}}
    label = dynamodb.get_item(TableName=tables["EvaluationHumanFeedback"], Key=key)["Item"]
    assert label["value"] == {"S": "true"}
    assert set(stored(inference)) == {id_}


@pytest.mark.parametrize("keyed", [0, 1, 2], ids=["plain", "mixed", "keyed"])
def test_a_hundred_elements_are_stored(
    send: Send, stored: Stored, inference: str, keyed: int
) -> None:
    """In order, each under the id that is told in its place."""
    keys = [inference + str(number) if number % 2 < keyed else None for number in range(100)]
    batch = [_comment(inference, str(number), key) for number, key in enumerate(keys)]

    ids = _ids(send(batch))

    found = {id_: item["value"]["S"] for id_, (_, item) in stored(inference).items()}
    assert found == {id_: str(number) for number, id_ in enumerate(ids)}


@pytest.mark.parametrize("atomic", [False, True])
def test_a_batch_that_is_sent_again_stores_only_what_has_no_key(
    send: Send, stored: Stored, inference: str, atomic: bool
) -> None:
    """What has one is told the same id again."""
    batch = [_element(inference, inference), _element(inference)]

    first, second = (_ids(send(batch, atomic=atomic)) for _ in range(2))

    assert first[0] == second[0]
    assert set(stored(inference)) == {*first, *second}
    assert len({*first, *second}) == 3


def test_an_atomic_batch_with_a_refused_element_leaves_nothing_behind(
    send: Send, stored: Stored, inference: str
) -> None:
    """No row, and no key: mended, it can be sent again with the same ones."""
    batch = [_element(inference), _element(inference, inference), _element(inference, value=1)]

    statuses = [answer["status"] for answer in send(batch, atomic=True)]
    assert statuses == [424, 424, 400]
    assert stored(inference) == {}

    ids = _ids(send(batch[:2], atomic=True))
    assert set(stored(inference)) == {*ids}


@pytest.mark.parametrize("atomic", [False, True])
def test_the_same_batch_at_the_same_moment_is_stored_once(
    send: Send, stored: Stored, inference: str, atomic: bool
) -> None:
    """Whoever comes second is answered by the first."""
    batch = [_comment(inference, str(number), f"{inference}{number}") for number in range(10)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _ids(send(batch, atomic=atomic)), range(16)))

    assert len({tuple(ids) for ids in answers}) == 1
    assert set(stored(inference)) == {*answers[0]}


def test_keys_with_other_requests_at_the_same_moment_are_each_stored_once(
    send: Send, stored: Stored, inference: str
) -> None:
    """The faster one stores; the other is refused, and what is beside it is not."""
    batches = [
        [_comment(inference, who, inference), _comment(inference, who)] for who in "abcdefgh"
    ]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, batches))

    statuses = [[answer["status"] for answer in some] for some in answers]
    assert sorted(statuses) == [[200, 200]] + [[422, 200]] * 7
    told = {answer["feedback_id"] for some in answers for answer in some if "feedback_id" in answer}
    assert set(stored(inference)) == told
    assert len(told) == 9


def test_more_than_a_transaction_takes_is_stored_unless_it_is_atomic(
    send: Send, stored: Stored, inference: str
) -> None:
    """4 MB: then nothing is, and the batch as a whole is told so."""
    batch = [_comment(inference, "x" * 400_000, f"{inference}{number}") for number in range(11)]

    refused: Any = send(batch, atomic=True)
    assert refused["code"] == "batch_too_large"
    assert stored(inference) == {}

    ids = _ids(send(batch))
    assert set(stored(inference)) == {*ids}


NAMED = {**{name: name for name in LOGICAL_IDS}, "targets": "targets"}
TARGET = "0192c4a0-7e00-7000-8000-000000000001"


def _calls(
    connect_to: Connect, batch: list[dict[str, Any]], **switches: bool
) -> list[tuple[str, dict[str, Any]]]:
    """Send a batch on a recorded inference; give the calls that DynamoDB got."""
    recorded = {"target_id": {"S": TARGET}, "target_type": {"S": "inference"}}
    found = json.dumps({"Responses": {"targets": [recorded]}})
    with serve(Answer(body=found)) as loopback:
        handler = _handler(connect_to(loopback.endpoint), NAMED, ManualTime().clock(), **switches)
        answers = _post(handler, batch)
    assert {answer["status"] for answer in answers} <= {200}
    return loopback.calls


def test_all_targets_and_keys_are_read_in_one_call(connect_to: Connect) -> None:
    """A target once, however many metrics it is given; and all is written in two."""
    batch = [_element(TARGET), _comment(TARGET, "text"), _element(TARGET, "k")]

    calls = _calls(connect_to, batch)

    assert [operation for operation, _ in calls] == [
        "BatchGetItem",
        "BatchWriteItem",
        "TransactWriteItems",
    ]
    asked = calls[0][1]["RequestItems"]
    assert asked["targets"]["Keys"] == [{"target_id": {"S": TARGET}}]
    assert len(asked["idempotency"]["Keys"]) == 1


@pytest.mark.parametrize(
    ("batch", "operations"),
    [
        ([_element(TARGET)], ["BatchWriteItem"]),
        ([_element(TARGET, "k")], ["BatchGetItem", "TransactWriteItems"]),
        ([_element(TARGET, dryrun=True)], []),
        ([], []),
    ],
)
def test_without_target_validation_only_keys_are_read(
    connect_to: Connect, batch: list[dict[str, Any]], operations: list[str]
) -> None:
    """And where there is none, nothing."""
    calls = _calls(connect_to, batch, target_validation=False)

    assert [operation for operation, _ in calls] == operations
