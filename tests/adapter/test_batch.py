"""Batches through the handler, in real (emulated) tables: what is answered 200 is there."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from feedback.kinds.registry import KINDS
from shared import uuids
from shared.items import Item
from tests.support.handlers import BATCH, compose
from tests.unit.fakes import Invocation, ManualTime, catalog

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FUNCTIONS = {"functions": {"chat": {"type": "chat", "tools": []}}, "tools": {}}
Answers: TypeAlias = list[dict[str, Any]]
Send: TypeAlias = Callable[..., Answers]
Stored: TypeAlias = Callable[[str], dict[str, tuple[str, Item]]]


@pytest.fixture
def send(client: "DynamoDBClient", tables: dict[str, str], tmp_path: Path) -> Send:
    """Send a batch to the handler; no wait takes time."""
    (tmp_path / "functions.json").write_text(json.dumps(FUNCTIONS))
    clock = ManualTime(time.time()).clock()
    handler = compose(client, tables, catalog(folder=tmp_path), clock)[BATCH]

    def post(batch: list[dict[str, Any]], *, atomic: bool = False) -> Any:
        query = {"atomic": json.dumps(atomic)}
        event = {"body": json.dumps(batch), "queryStringParameters": query}
        return json.loads(handler(event, Invocation())["body"])

    return post


@pytest.fixture
def inference(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> str:
    """Record one."""
    texts = {"target_id": uuids.new(), "target_type": "inference", "function_name": "chat"}
    item = {name: {"S": text} for name, text in {**texts, "output": "{}"}.items()}
    dynamodb.put_item(TableName=tables["target"], Item=item)
    return texts["target_id"]


@pytest.fixture
def stored(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> Stored:
    """Read what is stored of a target: by id, where, and the item."""

    def read(target: str) -> dict[str, tuple[str, Item]]:
        found: dict[str, tuple[str, Item]] = {}
        for name, kind in KINDS.items():
            pages: Any = dynamodb.get_paginator("query").paginate(
                TableName=tables[name],
                KeyConditionExpression=f"{kind.key} = :target",
                ExpressionAttributeValues={":target": {"S": target}},
                ConsistentRead=True,
            )
            found |= {item["id"]["S"]: (name, item) for page in pages for item in page["Items"]}
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


def test_what_is_answered_200_is_stored_and_nothing_else(
    send: Send, stored: Stored, inference: str
) -> None:
    """Each in its table, whatever is refused beside it; elements with one key are one."""
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


@pytest.mark.parametrize("keyed", [0, 1, 2], ids=["plain", "mixed", "keyed"])
def test_a_hundred_elements_are_stored(
    send: Send, stored: Stored, inference: str, keyed: int
) -> None:
    """In order, each under the id that is answered in its place."""
    keys = [inference + str(number) if number % 2 < keyed else None for number in range(100)]
    batch = [_comment(inference, str(number), key) for number, key in enumerate(keys)]

    ids = _ids(send(batch))

    found = {id_: item["value"]["S"] for id_, (_, item) in stored(inference).items()}
    assert found == {id_: str(number) for number, id_ in enumerate(ids)}


def test_an_atomic_batch_with_a_refused_element_leaves_nothing_behind(
    send: Send, stored: Stored, inference: str
) -> None:
    """No row, and no key: corrected, it can be sent again with the same ones."""
    batch = [_element(inference), _element(inference, inference), _element(inference, value=1)]

    assert [answer["status"] for answer in send(batch, atomic=True)] == [424, 424, 400]
    assert stored(inference) == {}

    ids = _ids(send(batch[:2], atomic=True))
    assert {*stored(inference)} == {*ids}


def test_more_than_a_transaction_takes_is_stored_unless_it_is_atomic(
    send: Send, stored: Stored, inference: str
) -> None:
    """4 MB: then nothing is, and the batch as a whole is refused."""
    batch = [_comment(inference, "x" * 400_000, f"{inference}{number}") for number in range(11)]

    refused: Any = send(batch, atomic=True)
    assert refused["code"] == "batch_too_large"
    assert stored(inference) == {}

    assert {*_ids(send(batch))} == {*stored(inference)}
