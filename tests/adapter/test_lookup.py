"""Targets and keys that are looked up at once: in few calls, each read once, what is left again."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from feedback.lookup import BatchRead, DynamoLookup
from feedback.model import Level, Record, Target
from shared import uuids
from shared.dynamodb import StorageUnavailable
from shared.items import Item
from tests.adapter.conftest import Connect
from tests.adapter.loopback import Answer, Loopback, failure, running, serve
from tests.unit.fakes import uuid7

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_790_000_000
ALL = ("function_name", "tool_params", "output_schema", "output")


def _inference(number: int) -> Target:
    return Target(Level.INFERENCE, uuid7(NOW, number))


def _episode(number: int) -> Target:
    return Target(Level.EPISODE, uuid7(NOW, number))


@dataclass
class Tables(Loopback):
    """Two tables, of which a call may be given so many items at most."""

    targets: dict[str, Item] = field(default_factory=dict)
    claims: dict[str, Item] = field(default_factory=dict)
    most: int = 100

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Give what is asked for of what there is; leave over what is too much."""
        super().take(operation, parameters)
        asked = parameters["RequestItems"]
        found: dict[str, list[Item]] = {}
        left: dict[str, Any] = {}
        room = self.most
        for table, part in asked.items():
            keys, rest = part["Keys"][:room], part["Keys"][room:]
            room -= len(keys)
            items = self.targets if table == "T" else self.claims
            ids = [next(iter(key.values()))["S"] for key in keys]
            found[table] = [items[id_] for id_ in ids if id_ in items]
            if rest:
                left[table] = {**part, "Keys": rest}
        return Answer(body=json.dumps({"Responses": found, "UnprocessedKeys": left}))

    @property
    def asked(self) -> list[list[str]]:
        """Which keys each call asked for."""
        return [
            [next(iter(key.values()))["S"] for part in parts.values() for key in part["Keys"]]
            for parts in (parameters["RequestItems"] for _, parameters in self.calls)
        ]


def _recorded(*targets: Target, **attributes: str) -> dict[str, Item]:
    return {
        target.id: {
            "target_id": {"S": target.id},
            "target_type": {"S": target.level.value},
            **{name: {"S": text} for name, text in attributes.items()},
        }
        for target in targets
    }


def _claimed(*keys: str) -> dict[str, Item]:
    return {key: {"key": {"S": key}, "feedback_id": {"S": f"of {key}"}} for key in keys}


def _lookup(connect_to: Connect, loopback: Loopback) -> DynamoLookup:
    return DynamoLookup(connect_to(loopback.endpoint), "T", "C")


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"target_type": {"S": "inference"}, "output": {"S": "{}"}}, Record(output="{}")),
        ({"target_type": {"S": "inference"}}, Record()),
        ({"target_type": {"S": "episode"}}, None),
        (None, None),
    ],
)
def test_one_target_is_read_by_itself(
    connect_to: Connect, item: Item | None, found: Record | None
) -> None:
    """Strongly consistent, and no more than what is needed; not if it is of another level."""
    body = json.dumps({"Item": item} if item else {})

    with serve(Answer(body=body)) as loopback:
        record = _lookup(connect_to, loopback).get(_inference(1), ("output",))

    assert record == found
    assert loopback.calls == [
        (
            "GetItem",
            {
                "TableName": "T",
                "Key": {"target_id": {"S": _inference(1).id}},
                "ConsistentRead": True,
                "ProjectionExpression": "#target_type,#output",
                "ExpressionAttributeNames": {"#target_type": "target_type", "#output": "output"},
            },
        )
    ]


def test_targets_and_keys_are_read_in_one_call(connect_to: Connect) -> None:
    """Strongly consistent, and of a target's record no more than what is needed of any."""
    one, other, missing = _inference(1), _episode(2), _inference(3)
    question = BatchRead({one: ("output",), other: (), missing: ("function_name",)}, ["k", "free"])

    with running(Tables(targets=_recorded(one, other), claims=_claimed("k"))) as loopback:
        _lookup(connect_to, loopback).read(question)

    assert question.records == {one: Record(), other: Record()}
    assert question.claimed == _claimed("k")
    [(operation, parameters)] = loopback.calls
    assert operation == "BatchGetItem"
    assert parameters["RequestItems"] == {
        "C": {"Keys": [{"key": {"S": "k"}}, {"key": {"S": "free"}}], "ConsistentRead": True},
        "T": {
            "Keys": [{"target_id": {"S": target.id}} for target in (one, other, missing)],
            "ConsistentRead": True,
            "ProjectionExpression": "#target_id,#target_type,#function_name,#output",
            "ExpressionAttributeNames": {
                "#target_id": "target_id",
                "#target_type": "target_type",
                "#function_name": "function_name",
                "#output": "output",
            },
        },
    }


def test_a_question_for_nothing_calls_nobody(connect_to: Connect) -> None:
    """It is answered."""
    with running(Tables()) as loopback:
        _lookup(connect_to, loopback).read(BatchRead({}))

    assert loopback.calls == []


@pytest.mark.parametrize(
    ("targets", "keys", "sizes"),
    [(1, 0, [1]), (0, 1, [1]), (50, 50, [100]), (51, 50, [100, 1]), (100, 100, [100, 100])],
)
def test_a_call_reads_a_hundred_items(
    connect_to: Connect, targets: int, keys: int, sizes: list[int]
) -> None:
    """And what is beyond is another call."""
    sought = [_inference(number) for number in range(targets)]
    claimed = _claimed(*map(str, range(keys)))
    question = BatchRead(dict.fromkeys(sought, ()), list(claimed))

    with running(Tables(targets=_recorded(*sought), claims=claimed)) as loopback:
        _lookup(connect_to, loopback).read(question)

    assert [len(ids) for ids in loopback.asked] == sizes
    assert question.records == dict.fromkeys(sought, Record())
    assert question.claimed == claimed


def test_an_id_at_both_levels_is_read_once_and_found_at_its_own(connect_to: Connect) -> None:
    """DynamoDB takes no key twice; and an episode's id is no inference's."""
    inference = _inference(1)
    question = BatchRead({Target(Level.EPISODE, inference.id): (), inference: ("output",)})

    with running(Tables(targets=_recorded(inference, output="{}"))) as loopback:
        _lookup(connect_to, loopback).read(question)

    assert loopback.asked == [[inference.id]]
    assert question.records == {inference: Record(output="{}")}


def test_each_target_is_given_what_was_asked_of_it(connect_to: Connect) -> None:
    """Though the call asks the same of all."""
    one, other = _inference(1), _inference(2)
    question = BatchRead({one: ("output",), other: ("function_name", "tool_params")})
    recorded = _recorded(one, other, output="{}", function_name="f")

    with running(Tables(targets=recorded)) as loopback:
        _lookup(connect_to, loopback).read(question)

    assert question.records == {one: Record(output="{}"), other: Record(function_name="f")}


def test_what_dynamodb_leaves_over_is_asked_for_again_and_nothing_else(connect_to: Connect) -> None:
    """It is not missing: nobody knows yet. What was found stays found."""
    sought = [_inference(number) for number in range(60)]
    claimed = _claimed(*map(str, range(60)))
    question = BatchRead(dict.fromkeys(sought, ()), list(claimed))

    with running(Tables(targets=_recorded(*sought), claims=claimed, most=40)) as loopback:
        lookup, congested = _lookup(connect_to, loopback), 0
        while question.pending is None or question.pending:
            try:
                lookup.read(question)
            except StorageUnavailable as refusal:
                congested += refusal.congested

    assert (len(loopback.calls), congested) == (4, 2)
    asked = [id_ for ids in loopback.asked for id_ in ids]
    assert [len(ids) for ids in loopback.asked] == [100, 20, 60, 20]
    assert {*asked[:120]} == {*claimed, *(target.id for target in sought)}
    assert question.records == dict.fromkeys(sought, Record())
    assert question.claimed == claimed
    parts = [parameters["RequestItems"].get("T") for _, parameters in loopback.calls]
    assert all(part is None or "ProjectionExpression" in part for part in parts)


@pytest.mark.usefixtures("short_pauses")
def test_a_question_goes_on_where_an_outage_interrupted_it(connect_to: Connect) -> None:
    """What was read is not read again."""
    sought = [_inference(number) for number in range(101)]
    first = {"Responses": {"T": list(_recorded(*sought[:100]).values())}}
    second = {"Responses": {"T": list(_recorded(sought[100]).values())}}
    question = BatchRead(dict.fromkeys(sought, ()))
    broken = failure("InternalServerError", 500)

    with serve(
        Answer(body=json.dumps(first)), *[broken] * 3, Answer(body=json.dumps(second))
    ) as loopback:
        lookup = _lookup(connect_to, loopback)
        with pytest.raises(StorageUnavailable) as caught:
            lookup.read(question)
        lookup.read(question)

    assert not caught.value.congested
    assert question.records == dict.fromkeys(sought, Record())
    assert [len(call["RequestItems"]["T"]["Keys"]) for _, call in loopback.calls] == [
        100,
        1,
        1,
        1,
        1,
    ]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_mistake_of_ours_escapes_at_once(connect_to: Connect, code: str) -> None:
    """It is no outage, and nothing is held for missing."""
    with serve(failure(code)) as loopback, pytest.raises(ClientError, match=code):
        _lookup(connect_to, loopback).read(BatchRead({_inference(1): ()}))

    assert len(loopback.calls) == 1


@pytest.mark.parametrize(
    ("expiry", "taken"),
    [
        ({}, True),
        ({"expires_at": {"N": str(NOW + 1)}}, True),
        ({"expires_at": {"N": str(NOW)}}, False),
    ],
)
def test_a_claim_counts_until_it_has_expired(expiry: Item, taken: bool) -> None:
    """Though DynamoDB may have it for days; what has no expiry is taken for good."""
    item = {**_claimed("k")["k"], **expiry}
    question = BatchRead({}, ["k"], claimed={"k": item})

    assert question.claim("k", NOW) == (item if taken else None)
    assert question.claim("other", NOW) is None


def test_what_was_stored_is_found(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> None:
    """In real (emulated) tables: each at its level, with what is asked for, and more than 100."""
    lookup = DynamoLookup(dynamodb, tables["Target"], tables["Idempotency"])
    texts = {name: f"{{{name}}}" for name in ALL}
    sought = [Target(Level.INFERENCE, uuids.new()) for _ in range(60)]
    keys = [uuids.new() for _ in range(60)]
    for item in _recorded(*sought, **texts, variant_name="v").values():
        dynamodb.put_item(TableName=lookup.targets, Item=item)
    for item in _claimed(*keys).values():
        dynamodb.put_item(TableName=lookup.claims, Item=item)
    missing = Target(Level.INFERENCE, uuids.new())
    question = BatchRead({**dict.fromkeys(sought, ALL), missing: ()}, [*keys, "free"])

    lookup.read(question)

    assert question.records == dict.fromkeys(sought, Record(**texts))
    assert question.claimed == _claimed(*keys)
