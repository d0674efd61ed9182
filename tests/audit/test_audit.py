"""The auditor: it finds nothing where all is well, and each way in which it may not be."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import pytest

from tests.audit.audit import RULES, audit
from tests.audit.ledger import Outcome, Request, read

TARGET = "0192c4a0-7e00-7000-8000-000000000001"
ID, OTHER = "0192c4a0-7e00-7000-8000-00000000000a", "0192c4a0-7e00-7000-8000-00000000000b"
STORED, REFUSED, FAILED, NOTHING = Outcome(200, ID), Outcome(400), Outcome(503), Outcome()
VERDICT = {
    "tensorzero::datapoint_id": "d",
    "tensorzero::evaluator_inference_id": "e",
    "tensorzero::human_feedback": "true",
}

Item: TypeAlias = dict[str, Any]
Tables: TypeAlias = dict[str, list[Item]]


def body(name: str = "1", **changes: object) -> dict[str, Any]:
    """Ask for feedback on an inference."""
    return {
        "metric_name": "liked",
        "value": True,
        "inference_id": TARGET,
        "tags": {"request": name},
        **changes,
    }


def labelled(name: str = "1") -> dict[str, Any]:
    """Ask for a person's verdict."""
    return body(name, tags={"request": name, **VERDICT}, internal=True)


def row(uuid: str = ID, *, name: str = "1", **changes: object) -> Item:
    """Make the row that such feedback leaves."""
    return {
        "target_id": {"S": TARGET},
        "id": {"S": uuid},
        "metric_name": {"S": "liked"},
        "value": {"BOOL": True},
        "tags": {"M": {"request": {"S": name}}},
        **changes,
    }


def labelled_row(uuid: str = ID) -> Item:
    """Make the row of a verdict's metric."""
    tags = {"request": "1", **VERDICT, "tensorzero::internal": "true"}
    return row(uuid, tags={"M": {name: {"S": text} for name, text in tags.items()}})


def label(uuid: str = ID, **changes: object) -> Item:
    """Make the row of a verdict."""
    return {
        "datapoint_id": {"S": "d"},
        "feedback_id": {"S": uuid},
        "metric_name": {"S": "liked"},
        "output": {"S": "{}"},
        "value": {"S": "true"},
        "evaluator_inference_id": {"S": "e"},
        **changes,
    }


def key(uuid: str = ID) -> Item:
    """Make the item of an idempotency key."""
    return {"key": {"S": "5f"}, "fingerprint": {"S": "6f"}, "feedback_id": {"S": uuid}}


def vote(uuid: str = ID) -> Item:
    """Make the item of a vote, which no repeat has to match."""
    return {"key": {"S": "7f"}, "feedback_id": {"S": uuid}}


def booleans(*rows: Item) -> Tables:
    """Store rows in the table of boolean metrics."""
    return {"BooleanMetricFeedback": list(rows)}


def scan(tables: Mapping[str, list[Item]]) -> Callable[[str], list[Item]]:
    """Read a table as DynamoDB would."""
    return lambda table: tables.get(table, [])


def broken(requests: list[Request], tables: Tables) -> list[str]:
    """Give the rules that an audit finds broken."""
    return [finding.rule for finding in audit(requests, read(scan(tables))).findings]


INFERENCE, EPISODE = {"inference_id": TARGET}, {"episode_id": TARGET, "inference_id": None}
KEPT: dict[str, tuple[dict[str, Any], str, Item]] = {
    "a boolean": (INFERENCE, "BooleanMetricFeedback", {}),
    "a boolean of an episode": (EPISODE, "BooleanMetricFeedback", {}),
    "a float": ({"value": 0.25}, "FloatMetricFeedback", {"value": {"N": "0.25"}}),
    "an integer, as DynamoDB spells it": (
        {"value": 50.0},
        "FloatMetricFeedback",
        {"value": {"N": "5E+1"}},
    ),
    "a comment": (
        {"metric_name": "comment", "value": "good", **EPISODE},
        "CommentFeedback",
        {"value": {"S": "good"}, "target_type": {"S": "episode"}},
    ),
    "a demonstration of a chat function": (
        {"metric_name": "demonstration", "value": "better"},
        "DemonstrationFeedback",
        {"inference_id": {"S": TARGET}, "value": {"S": '[{"type":"text","text":"better"}]'}},
    ),
    "a demonstration of a JSON function": (
        {"metric_name": "demonstration", "value": {"b": 1, "a": 2}},
        "DemonstrationFeedback",
        {
            "inference_id": {"S": TARGET},
            "value": {"S": r'{"raw":"{\"b\":1,\"a\":2}","parsed":{"b":1,"a":2}}'},
        },
    ),
}


@pytest.mark.parametrize(("asked", "table", "stored"), KEPT.values(), ids=KEPT)
def test_what_is_stored_as_it_was_asked_is_in_order(
    asked: dict[str, Any], table: str, stored: Item
) -> None:
    """Each kind in its table, its value as that kind is kept."""
    request = Request(body(**asked), seen=[STORED])

    assert broken([request], {table: [row(**stored)]}) == []


@pytest.mark.parametrize(("asked", "table", "stored"), KEPT.values(), ids=KEPT)
@pytest.mark.parametrize(
    "change", [{"value": "\0"}, {"metric_name": "other"}, {"tags": {"request": "1", "x": "y"}}]
)
def test_what_is_stored_otherwise_than_asked_is_altered(
    asked: dict[str, Any], table: str, stored: Item, change: dict[str, Any]
) -> None:
    """Its value, its metric, its tags."""
    request = Request(body(**{**asked, **change}), seen=[STORED])

    assert broken([request], {table: [row(**stored)]}) == ["altered"]


@pytest.mark.parametrize(
    "change",
    [
        {"target_id": {"S": OTHER}},
        {"value": {"BOOL": False}},
        {"value": {"N": "1"}},
        {"metric_name": {"S": "disliked"}},
        {"tags": {"M": {"request": {"S": "1"}, "tensorzero::internal": {"S": "true"}}}},
    ],
)
def test_each_attribute_of_a_row_counts(change: Item) -> None:
    """And a number is no boolean."""
    assert broken([Request(body(), seen=[STORED])], booleans(row(**change))) == ["altered"]


def test_a_comment_on_the_other_kind_of_target_is_altered() -> None:
    """What the target is, is kept."""
    asked = Request(body(metric_name="comment", value="good"), seen=[STORED])
    stored = row(value={"S": "good"}, target_type={"S": "episode"})

    assert broken([asked], {"CommentFeedback": [stored]}) == ["altered"]


@pytest.mark.parametrize(
    "text",
    [
        r'{"raw":"{\"a\":2}","parsed":{"a":1}}',
        r'{"raw":"{\"a\":1}","parsed":{"a":2}}',
        r'{"raw":"{\"a\":true}","parsed":{"a":true}}',
    ],
)
def test_a_demonstration_that_says_something_else_is_altered(text: str) -> None:
    """Its text and its value both count, and true is not 1."""
    asked = Request(body(metric_name="demonstration", value={"a": 1}), seen=[STORED])
    stored = row(inference_id={"S": TARGET}, value={"S": text})

    assert broken([asked], {"DemonstrationFeedback": [stored]}) == ["altered"]


def test_a_row_tells_whose_it_is() -> None:
    """By tags that are not in the request."""
    request = Request(body(), seen=[STORED], sender={"whose": "mine"})
    stored = row(tags={"M": {"request": {"S": "1"}, "whose": {"S": "mine"}}})

    assert broken([request], booleans(stored)) == []
    assert broken([request], booleans(row())) == ["altered"]


def test_a_row_in_another_kinds_table_is_altered() -> None:
    """Whatever it says."""
    request = Request(body(), seen=[STORED])

    assert broken([request], {"FloatMetricFeedback": [row()]}) == ["altered"]


def test_a_200_without_a_row_is_lost() -> None:
    """However often it was promised."""
    assert broken([Request(body(), seen=[FAILED, STORED, STORED])], {}) == ["lost"]


@pytest.mark.parametrize("told", [OTHER, None])
def test_a_200_with_another_id_than_the_rows_is_misnamed(told: str | None) -> None:
    """Or with none."""
    request = Request(body(), "k", seen=[STORED, Outcome(200, told)])
    tables = {**booleans(row()), "Idempotency": [key()]}

    assert broken([request], tables) == ["misnamed"]


def test_two_rows_of_one_request_are_one_too_many() -> None:
    """Even if no answer says so."""
    rows = booleans(row(), row(OTHER))

    assert broken([Request(body(), seen=[NOTHING])], rows) == ["doubled"]


@pytest.mark.parametrize(("claim", "make"), [({"key": "k"}, key), ({"vote": "v"}, vote)])
def test_two_rows_of_one_key_or_vote_are_one_too_many(
    claim: dict[str, Any], make: Callable[..., Item]
) -> None:
    """Though different requests asked for them."""
    requests = [Request(body(), **claim, seen=[STORED])]
    requests += [Request(body("2"), **claim, seen=[Outcome(200, OTHER)])]
    tables = {**booleans(row(), row(OTHER, name="2")), "Idempotency": [make(), make(OTHER)]}

    assert broken(requests, tables) == ["doubled"]


def test_a_row_that_no_request_asked_for_is_invented() -> None:
    """Neither its name nor its lack of one is known."""
    nameless = row(OTHER, tags={"M": {}})

    assert broken([], booleans(row(), nameless)) == ["invented", "invented"]


@pytest.mark.parametrize("seen", [[REFUSED], [REFUSED, Outcome(424)], []])
def test_a_row_of_a_refused_request_is_invented(seen: list[Outcome]) -> None:
    """And so is one of a request that was never sent."""
    assert broken([Request(body(), seen=seen)], booleans(row())) == ["invented"]


def test_a_dry_run_that_is_stored_is_invented() -> None:
    """Though it was answered 200; without a row, that is no loss."""
    request = Request(body(dryrun=True), seen=[STORED])

    assert broken([request], booleans(row())) == ["invented"]
    assert broken([request], {}) == []


@pytest.mark.parametrize("seen", [[NOTHING], [FAILED], [REFUSED, FAILED], [NOTHING, REFUSED]])
def test_what_was_not_answered_may_be_stored_or_not(seen: list[Outcome]) -> None:
    """Once."""
    request = Request(body(), seen=seen)

    assert broken([request], {}) == broken([request], booleans(row())) == []


@pytest.mark.parametrize(
    ("claims", "items", "rules"),
    [
        ({"key": "k"}, [key()], []),
        ({"key": "k"}, [], ["unkeyed"]),
        ({"key": "k"}, [key(), key()], ["unkeyed"]),
        ({"key": "k"}, [key(), key(OTHER)], ["unkeyed"]),
        ({}, [key()], ["unkeyed"]),
        ({}, [], []),
        ({"vote": "v"}, [vote()], []),
        ({"vote": "v"}, [], ["unkeyed"]),
        ({"vote": "v"}, [vote(), vote(OTHER)], ["unkeyed"]),
        ({}, [vote()], ["unkeyed"]),
        ({"key": "k", "vote": "v"}, [vote(), key()], []),
        ({"key": "k", "vote": "v"}, [key()], ["unkeyed"]),
        ({"key": "k", "vote": "v"}, [vote()], ["unkeyed"]),
    ],
)
def test_a_row_has_the_key_and_the_vote_that_it_was_asked_with(
    claims: dict[str, Any], items: list[Item], rules: list[str]
) -> None:
    """And these have their row."""
    request = Request(body(), **claims, seen=[STORED])

    assert broken([request], {**booleans(row()), "Idempotency": items}) == rules


@pytest.mark.parametrize(
    ("asked", "stored", "labels", "rules"),
    [
        (labelled(), labelled_row(), [label()], []),
        (labelled(), labelled_row(), [], ["torn"]),
        (labelled(), labelled_row(), [label(), label()], ["torn"]),
        (labelled(), labelled_row(), [label(), label(OTHER)], ["torn"]),
        (labelled(), labelled_row(), [label(value={"S": "false"})], ["altered"]),
        (labelled(), labelled_row(), [label(datapoint_id={"S": "x"})], ["altered"]),
        (labelled(), labelled_row(), [label(evaluator_inference_id={"S": "x"})], ["altered"]),
        (labelled(), labelled_row(), [label(metric_name={"S": "x"})], ["altered"]),
        (body(), row(), [label()], ["torn"]),
    ],
)
def test_a_label_and_its_metric_are_stored_together(
    asked: dict[str, Any], stored: Item, labels: list[Item], rules: list[str]
) -> None:
    """As it was asked, or neither."""
    tables = {**booleans(stored), "EvaluationHumanFeedback": labels}

    assert broken([Request(asked, seen=[STORED])], tables) == rules


def test_an_atomic_batch_is_whole_or_absent() -> None:
    """A dry run in it leaves nothing; another batch is another matter."""
    seen = [FAILED]
    batch = [Request(body(name), atomic="a", seen=seen) for name in "12"]
    batch += [Request(body("3", dryrun=True), atomic="a", seen=seen)]
    batch += [Request(body("4"), atomic="b", seen=seen)]
    whole, half = booleans(row(), row(OTHER, name="2")), booleans(row())

    assert broken(batch, {}) == broken(batch, whole) == []
    assert broken(batch, half) == ["torn"]


def test_the_report_is_a_table_that_counts_and_names() -> None:
    """What was compared, and each rule with what broke it, up to a few."""
    requests = [Request(body(str(name)), seen=[STORED]) for name in range(9)]
    requests += [Request(body("n"), seen=[REFUSED, FAILED, NOTHING])]

    report = audit(requests, read(scan(booleans(row(name="0")))))

    assert report.counted == {
        "requests": 10,
        "sends": 12,
        "accepted": 9,
        "refused": 1,
        "failed": 1,
        "unanswered": 1,
        "rows": 1,
        "labels": 0,
        "keys": 0,
        "votes": 0,
    }
    lines = str(report).splitlines()
    assert "        lost         8  answered 200, and there is no row" in lines
    assert len(lines) == len(report.counted) + len(RULES) + 5
    assert f"request 1: {{'{ID}'}}" in str(report)
    assert "request 6" not in str(report)


def test_each_table_is_read_once() -> None:
    """An audit of a large stack is six scans."""
    scanned: list[str] = []

    def note(table: str) -> list[Item]:
        scanned.append(table)
        return []

    read(note)

    assert len(scanned) == len(set(scanned)) == 6
