"""What cannot be counted keeps nothing else from being counted, and ends in the queue."""

from typing import Any

import pytest

from aggregator import packing
from shared.items import Attribute, Item
from shared.telemetry import REFUSED
from tests.support.memory import cancelled
from tests.support.streams import to_record
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator import poison
from tests.unit.aggregator.history import HOUR, START
from tests.unit.aggregator.poison import Poison
from tests.unit.aggregator.stage import Killed, Stage
from tests.unit.conftest import Output

EPISODE = uuid(START, 1)
NEIGHBOUR = uuid(START, 2)
OTHER = uuid(START, 5)
MALFORMED: list[Any] = [
    {"eventSourceARN": "arn:aws:dynamodb:us-east-1:1:table/another/stream/1"},
    {"eventSourceARN": "nonsense"},
    {"eventSourceARN": None},
    {"dynamodb": {"SequenceNumber": "7"}},
    {"dynamodb": {"SequenceNumber": "7", "NewImage": {}}},
    {"dynamodb": {"SequenceNumber": "7", "NewImage": {"metric_name": {"S": "m"}}}},
    {"dynamodb": {"SequenceNumber": "7", "NewImage": {"metric_name": {"N": "1"}}}},
    {"dynamodb": {"SequenceNumber": "7", "NewImage": "nonsense"}},
]


@pytest.fixture
def stage() -> Stage:
    """Have an inference, so that something can be counted."""
    stage = Stage(1)
    stage.record(NEIGHBOUR, uuid(START, 3))
    stage.follow()
    return stage


@pytest.mark.parametrize("malformed", MALFORMED)
def test_a_record_that_is_none_is_named_and_others_are_counted(
    stage: Stage, malformed: dict[str, Any]
) -> None:
    """Whatever is wrong with it."""
    stage.vote(NEIGHBOUR, {"BOOL": True})
    [good] = stage.streams.records
    bad = {**to_record("boolean", {"NewImage": {}}, 7), **malformed}
    number = bad["dynamodb"]["SequenceNumber"]

    answer = stage.handle([bad, good])

    assert answer == {"batchItemFailures": [{"itemIdentifier": number}]}
    stage.check()


@pytest.mark.parametrize("bad", poison.POISONS, ids=poison.name)
@pytest.mark.parametrize("change", ["NewImage", "OldImage"])
def test_a_row_that_is_not_ours_stops_nothing(bad: Poison, change: str) -> None:
    """It is named, and all else is counted: it has left nothing that is unreadable.

    With a value that cannot be read, the target's other feedback on the metric is named as well,
    though it is counted. Taken away, it had none that anybody reads.
    """
    stage = Stage(1)
    stage.record(poison.INFERENCE, poison.EPISODE)
    stage.vote(poison.INFERENCE, {"BOOL": True}, 8)
    stage.follow()
    if change == "NewImage" and bad.is_storable:
        stage.tables.put_item(TableName=bad.table, Item=bad.row)
        stage.streams.records = []
    stage.vote(poison.INFERENCE, {"BOOL": True}, 9)
    stage.vote(poison.EPISODE, {"BOOL": False}, 10)
    good, stage.streams.records = stage.streams.records, []

    record = to_record(bad.table, {change: bad.row}, 1_000)

    answer = stage.handle([record, *good])

    named = [record]
    if bad.field == "value":  # which the record is not asked for
        named = [record, good[0]] if change == "NewImage" else []
    numbers = [one["dynamodb"]["SequenceNumber"] for one in named]
    assert answer == {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}
    stage.vote(poison.INFERENCE, {"BOOL": False}, 11)
    stage.vote(poison.EPISODE, {"BOOL": True}, 12)
    stage.record(OTHER, poison.EPISODE)
    stage.follow()
    assert stage.driver.queue == []
    if change == "NewImage" and bad.is_storable:
        stage.tables.delete(bad.table, bad.row)
    stage.check()


def test_a_row_that_has_lost_its_metric_meanwhile_stops_nothing(stage: Stage) -> None:
    """Its record still has it."""
    row = stage.vote(NEIGHBOUR, {"BOOL": True})
    rows = stage.tables.tables["boolean"]
    rows[NEIGHBOUR, row["id"]["S"]] = {**row}
    del rows[NEIGHBOUR, row["id"]["S"]]["metric_name"]
    stage.vote(NEIGHBOUR, {"BOOL": False}, 10)

    stage.follow()

    assert [one["dynamodb"]["NewImage"] for one in stage.driver.queue] == [row]
    del rows[NEIGHBOUR, row["id"]["S"]]
    stage.check()


@pytest.mark.parametrize("value", [None, {"S": "yes"}, {"N": "1"}])
def test_a_row_without_its_value_goes_to_the_queue(stage: Stage, value: Attribute | None) -> None:
    """Its neighbour in the batch, and on the same target, is counted."""
    row = stage.vote(NEIGHBOUR, value)
    stage.vote(NEIGHBOUR, {"BOOL": True}, 10)

    stage.follow()

    assert row in [one["dynamodb"]["NewImage"] for one in stage.driver.queue]
    del stage.tables.tables["boolean"][row["target_id"]["S"], row["id"]["S"]]
    stage.check()


def test_what_lies_beside_such_a_row_is_counted_though_another_environment_comes_first(
    stage: Stage,
) -> None:
    """At once: nobody brings it again, where a rebuild counts."""
    row = stage.vote(NEIGHBOUR, None)
    stage.vote(NEIGHBOUR, {"BOOL": True}, 10)
    records, stage.streams.records = stage.streams.records, []
    came = list[int]()

    def rival(number: int, parameters: dict[str, Any]) -> None:
        if "TransactItems" in parameters and not came:
            came.append(number)
            stage.vote(NEIGHBOUR, {"BOOL": False}, 11)
            later, stage.streams.records = stage.streams.records, []
            assert stage.handle(later) == {"batchItemFailures": []}

    stage.client.before = rival
    stage.handle(records)

    assert came
    del stage.tables.tables["boolean"][row["target_id"]["S"], row["id"]["S"]]
    stage.check()


@pytest.mark.parametrize(("hours", "fits"), [(300, True), (3_500, False)])
def test_an_episode_over_many_hours_is_counted_as_long_as_it_fits(
    stage: Stage, hours: int, *, fits: bool
) -> None:
    """In several transactions; if it does not, its neighbours are."""
    stage.tables.page = hours
    for hour in range(hours):
        stage.record(uuid(START + hour * HOUR, hour + 100), EPISODE)
    records, stage.streams.records = stage.streams.records, []
    stage.handle(records)
    row = stage.vote(EPISODE, {"BOOL": True})
    stage.vote(NEIGHBOUR, {"BOOL": True}, 10)

    stage.follow()

    assert bool(stage.driver.queue) is not fits
    if not fits:
        del stage.tables.tables["boolean"][row["target_id"]["S"], row["id"]["S"]]
    stage.check()


def test_an_item_that_is_refused_is_found_among_its_transaction_s(stage: Stage) -> None:
    """The others are moved one by one."""
    stage.record(OTHER, uuid(START, 4))
    stage.follow()
    stage.vote(NEIGHBOUR, {"BOOL": True}, 10)
    row = stage.vote(OTHER, {"BOOL": True}, 11)

    def refuse(_number: int, parameters: dict[str, Any]) -> None:
        puts = [one["Put"]["Item"] for one in parameters.get("TransactItems", ()) if "Put" in one]
        if OTHER in [item["sort"]["S"] for item in puts]:
            raise cancelled(["ValidationError"] * len(parameters["TransactItems"]))

    stage.client.before = refuse
    answer = stage.handle(stage.streams.records)

    assert answer is not None
    assert len(answer["batchItemFailures"]) == 1
    del stage.tables.tables["boolean"][row["target_id"]["S"], row["id"]["S"]]
    stage.check()


def test_a_target_that_cannot_be_read_keeps_no_other_from_being_counted(stage: Stage) -> None:
    """A vote on it is named."""
    target: Item = {"target_id": {"S": OTHER}, "target_type": {"S": "inference"}}
    stage.tables.tables["target"][OTHER, ""] = target
    row = stage.vote(OTHER, {"BOOL": True}, 11)
    stage.vote(NEIGHBOUR, {"BOOL": True}, 10)

    answer = stage.handle(stage.streams.records)

    assert answer is not None
    assert len(answer["batchItemFailures"]) == 1
    del stage.tables.tables["target"][OTHER, ""]
    del stage.tables.tables["boolean"][row["target_id"]["S"], row["id"]["S"]]
    stage.check()


@pytest.mark.parametrize("has", ["metric_name", "value"])
def test_a_row_that_cannot_be_read_keeps_no_inference_from_being_counted(
    stage: Stage, has: str
) -> None:
    """Its own record, which came before, is named."""
    row = stage.vote(EPISODE, {"BOOL": False}, 12)
    stage.tables.put_item(
        TableName="boolean", Item={name: row[name] for name in ("target_id", "id", has)}
    )
    stage.streams.records = []
    stage.vote(EPISODE, {"BOOL": True}, 13)
    stage.record(OTHER, EPISODE)

    assert stage.handle(stage.streams.records) == {"batchItemFailures": []}

    del stage.tables.tables["boolean"][EPISODE, row["id"]["S"]]
    stage.check()


def test_an_inference_whose_listing_is_too_large_is_named_and_others_are_listed(
    stage: Stage,
) -> None:
    """Its names fill an item."""
    stage.record(OTHER, EPISODE)
    large: Item = {
        **stage.tables.tables["target"][OTHER, ""],
        "target_id": {"S": uuid(START, 6)},
        "variant_name": {"S": "v" * (400 * 1024 - 60)},
    }
    stage.history.publish(large)

    answer = stage.handle(stage.streams.records)

    assert answer is not None
    assert len(answer["batchItemFailures"]) == 1
    listed = [sort for key, sort in stage.tables.tables["aggregate"] if "/inferences/" in key]
    assert OTHER in listed


def test_what_is_pending_and_cannot_be_stored_keeps_no_other_from_being_counted(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stays pending, and its record is named."""
    monkeypatch.setattr(packing, "MAX_WRITES", 2)
    stage.record(OTHER, EPISODE)
    stage.follow()

    def die(number: int, _parameters: dict[str, Any]) -> None:
        if "TransactWriteItems" in stage.tables.calls and number:
            raise Killed

    stage.tables.calls.clear()
    stage.vote(OTHER, {"BOOL": True}, 11)
    stage.client.before = die
    assert stage.handle(stage.streams.records) is None

    def refuse(_number: int, parameters: dict[str, Any]) -> None:
        puts = [one["Put"]["Item"] for one in parameters.get("TransactItems", ()) if "Put" in one]
        if OTHER in [item["sort"]["S"] for item in puts]:
            raise cancelled(["ValidationError"] * len(parameters["TransactItems"]))

    stage.client.before = refuse
    stage.vote(NEIGHBOUR, {"BOOL": True}, 10)
    answer = stage.handle(stage.streams.records)

    assert answer is not None
    assert len(answer["batchItemFailures"]) == 1
    stage.client.before = lambda _number, _parameters: None
    stage.follow()
    stage.check()


def test_feedback_that_has_another_metric_now_counts_for_that_one(stage: Stage) -> None:
    """Taken away and written again, by hand, in one batch."""
    row = stage.vote(NEIGHBOUR, {"BOOL": True}, 10)
    stage.follow()
    stage.tables.delete("boolean", {name: row[name] for name in ("target_id", "id")})
    stage.tables.put_item(TableName="boolean", Item={**row, "metric_name": {"S": "n"}})

    assert stage.handle(stage.streams.records) == {"batchItemFailures": []}

    stage.check()


@pytest.mark.parametrize("removed", [False, True])
def test_feedback_that_is_replaced_within_a_batch_counts_as_it_is_now(
    stage: Stage, *, removed: bool
) -> None:
    """It is known already, and only its first record, or its last, says that it is new."""
    row = stage.vote(NEIGHBOUR, {"BOOL": True}, 10)
    records = [*stage.streams.records]
    stage.follow()
    if removed:
        records = []
        stage.tables.delete("boolean", {name: row[name] for name in ("target_id", "id")})
    stage.vote(NEIGHBOUR, {"BOOL": False}, 10)

    answer = stage.handle([*records, *stage.streams.records])

    assert answer == {"batchItemFailures": []}

    stage.check()


def test_a_row_that_cannot_be_read_leaves_nothing(stage: Stage) -> None:
    """A target without other feedback is not remembered."""
    stage.vote(NEIGHBOUR, None)

    stage.follow()

    assert not any("/votes/" in key for key, _ in stage.tables.tables["aggregate"])


def test_what_is_not_counted_is_told(output: Output) -> None:
    """As the alarm's recipe looks for it: a line with the reason, and a count."""
    stage = Stage(1)

    stage.handle([to_record("boolean", {"NewImage": {}}, 7)])

    [counted], [line] = output()
    assert counted[REFUSED] == [1]
    assert line.items() >= {"code": "not_counted", "reason": "Malformed"}.items()


def test_an_inference_whose_episode_s_votes_cannot_be_moved_is_named(stage: Stage) -> None:
    """It has been listed, but the votes count as before."""
    stage.record(OTHER, EPISODE)
    stage.vote(EPISODE, {"BOOL": True}, 10)
    stage.follow()
    stage.record(uuid(START, 6), EPISODE, variant="b")
    [inference] = stage.streams.records

    def refuse(_number: int, parameters: dict[str, Any]) -> None:
        if "TransactItems" in parameters:
            raise cancelled(["ValidationError"] * len(parameters["TransactItems"]))

    stage.client.before = refuse
    answer = stage.handle([inference])

    number = inference["dynamodb"]["SequenceNumber"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": number}]}
