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
INTERNAL = {"tensorzero::internal": "true"}

Item: TypeAlias = dict[str, Any]
Tables: TypeAlias = Mapping[str, list[Item]]


def body(name: str = "1", **changes: object) -> dict[str, Any]:
    """Make feedback on an inference, as a client asks for it."""
    tags = {"request": name}
    return {"metric_name": "liked", "value": True, "inference_id": TARGET, "tags": tags, **changes}


LABELLED = body(tags={"request": "1", **VERDICT}, internal=True)


def tagged(**tags: str) -> Item:
    """Spell the tags of a row."""
    return {"tags": {"M": {name: {"S": text} for name, text in tags.items()}}}


def row(uuid: str = ID, *, name: str = "1", **changes: object) -> Item:
    """Make the row that such feedback leaves."""
    return {
        "target_id": {"S": TARGET},
        "id": {"S": uuid},
        "metric_name": {"S": "liked"},
        "value": {"BOOL": True},
        **tagged(request=name),
        **changes,
    }


LABELLED_ROW = row(**tagged(request="1", **VERDICT, **INTERNAL))


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


def booleans(*rows: Item) -> dict[str, list[Item]]:
    """Store rows in the table of boolean metrics."""
    return {"boolean": list(rows)}


def scan(tables: Tables) -> Callable[[str], list[Item]]:
    """Read a table as DynamoDB would."""
    return lambda table: tables.get(table, [])


def broken(requests: list[Request], tables: Tables) -> list[str]:
    """Return the rules that an audit finds broken."""
    return [finding.rule for finding in audit(requests, read(scan(tables))).findings]


def asked(seen: Outcome = STORED, **changes: Any) -> Request:
    """Make a request that was answered."""
    return Request(body(**changes), seen=[seen])


EPISODE = {"episode_id": TARGET, "inference_id": None}
BETTER = {"metric_name": "demonstration", "value": "better"}
OF_JSON = {"metric_name": "demonstration", "value": {"b": 1, "a": 2}}
KEPT: dict[str, tuple[dict[str, Any], str, Item]] = {
    "a boolean": ({}, "boolean", {}),
    "a boolean of an episode": (EPISODE, "boolean", {}),
    "a float": ({"value": 0.25}, "float", {"value": {"N": "0.25"}}),
    "an integer, as DynamoDB spells it": ({"value": 50.0}, "float", {"value": {"N": "5E+1"}}),
    "a comment": (
        {"metric_name": "comment", "value": "good", **EPISODE},
        "comment",
        {"value": {"S": "good"}, "target_type": {"S": "episode"}, "metric_name": {"S": "comment"}},
    ),
    "a demonstration of a chat function": (
        BETTER,
        "demonstration",
        {"inference_id": {"S": TARGET}, "value": {"S": '[{"type":"text","text":"better"}]'}},
    ),
    "a demonstration of a JSON function": (
        OF_JSON,
        "demonstration",
        {
            "inference_id": {"S": TARGET},
            "value": {"S": r'{"raw":"{\"b\":1,\"a\":2}","parsed":{"b":1,"a":2}}'},
        },
    ),
}
OTHERWISE: list[dict[str, Any]] = [
    {"value": "\0"},
    {"metric_name": "other"},
    {"tags": {"request": "1", "x": "y"}},
]


@pytest.mark.parametrize(("asks", "table", "stored"), KEPT.values(), ids=KEPT)
def test_what_is_stored_as_it_was_asked_for_is_in_order_and_all_else_is_altered(
    asks: dict[str, Any], table: str, stored: Item
) -> None:
    """Each kind in its table; another value, another metric or other tags are found."""
    tables = {table: [row(**stored)]}

    assert broken([asked(**asks)], tables) == []
    for change in OTHERWISE:
        assert broken([asked(**{**asks, **change})], tables) == ["altered"]


COMMENT = {"metric_name": "comment", "value": "good"}
ALTERED: dict[str, tuple[dict[str, Any], str, Item]] = {
    "another target": ({}, "boolean", {"target_id": {"S": OTHER}}),
    "another value": ({}, "boolean", {"value": {"BOOL": False}}),
    "a number for a boolean": ({}, "boolean", {"value": {"N": "1"}}),
    "another metric": ({}, "boolean", {"metric_name": {"S": "disliked"}}),
    "a tag more": ({}, "boolean", tagged(request="1", **INTERNAL)),
    "another table": ({}, "float", {}),
    "another level": (
        COMMENT,
        "comment",
        {"value": {"S": "good"}, "target_type": {"S": "episode"}},
    ),
    **{
        f"another {part}": (
            OF_JSON,
            "demonstration",
            {"inference_id": {"S": TARGET}, "value": {"S": text}},
        )
        for part, text in {
            "raw text": r'{"raw":"{\"b\":1,\"a\":3}","parsed":{"b":1,"a":2}}',
            "parsed value": r'{"raw":"{\"b\":1,\"a\":2}","parsed":{"b":1,"a":3}}',
            "type in it": r'{"raw":"{\"b\":true,\"a\":2}","parsed":{"b":true,"a":2}}',
        }.items()
    },
}


@pytest.mark.parametrize(("asks", "table", "stored"), ALTERED.values(), ids=ALTERED)
def test_each_attribute_of_a_row_counts(asks: dict[str, Any], table: str, stored: Item) -> None:
    """Its table too. A number is no boolean; of a demonstration both the text and the value."""
    assert broken([asked(**asks)], {table: [row(**stored)]}) == ["altered"]


def test_a_row_says_who_sent_it() -> None:
    """By tags that are not in the request."""
    request = Request(body(), seen=[STORED], sender={"whose": "mine"})

    assert broken([request], booleans(row(**tagged(request="1", whose="mine")))) == []
    assert broken([request], booleans(row())) == ["altered"]


NAMELESS = row(OTHER, **tagged())
ANSWERED: dict[str, tuple[list[Outcome], list[Item], list[str]]] = {
    "a 200 without a row": ([FAILED, STORED, STORED], [], ["lost"]),
    "two rows, though no answer says so": ([NOTHING], [row(), row(OTHER)], ["doubled"]),
    "refused": ([REFUSED], [row()], ["invented"]),
    "refused twice": ([REFUSED, Outcome(424)], [row()], ["invented"]),
    "never sent": ([], [row()], ["invented"]),
    "rows that nobody asked for": (
        [STORED],
        [row(), row(OTHER, name="2"), NAMELESS],
        ["invented"] * 2,
    ),
    "another id": ([STORED, Outcome(200, OTHER)], [row()], ["misnamed"]),
    "no id": ([STORED, Outcome(200, None)], [row()], ["misnamed"]),
    **{
        f"not answered: {[one.status for one in seen]}, {len(rows)} rows": (seen, rows, [])
        for seen in ([NOTHING], [FAILED], [REFUSED, FAILED], [NOTHING, REFUSED])
        for rows in ([], [row()])
    },
}


@pytest.mark.parametrize(("seen", "rows", "rules"), ANSWERED.values(), ids=ANSWERED)
def test_answers_and_rows_fit(seen: list[Outcome], rows: list[Item], rules: list[str]) -> None:
    """What was not answered may be stored or not, once."""
    assert broken([Request(body(), seen=seen)], booleans(*rows)) == rules


def test_a_dry_run_that_is_stored_is_invented() -> None:
    """Though it was answered 200; without a row, that is no loss."""
    assert broken([asked(dryrun=True)], booleans(row())) == ["invented"]
    assert broken([asked(dryrun=True)], {}) == []


@pytest.mark.parametrize(("reserved", "make"), [({"key": "k"}, key), ({"vote": "v"}, vote)])
def test_two_rows_of_one_key_or_vote_are_one_too_many(
    reserved: dict[str, Any], make: Callable[..., Item]
) -> None:
    """Though different requests asked for them."""
    requests = [Request(body(), **reserved, seen=[STORED])]
    requests += [Request(body("2"), **reserved, seen=[Outcome(200, OTHER)])]
    tables = {**booleans(row(), row(OTHER, name="2")), "idempotency": [make(), make(OTHER)]}

    assert broken(requests, tables) == ["doubled"]


@pytest.mark.parametrize(
    ("reserved", "items", "rules"),
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
    ids=[
        *("a key", "a key that is missing", "a key twice", "a key without a row"),
        *("a key that nobody gave", "neither"),
        *("a vote", "a vote that is missing", "a vote without a row", "a vote that nobody gave"),
        *("both", "both, without the vote", "both, without the key"),
    ],
)
def test_a_row_has_the_key_and_the_vote_that_it_was_asked_for_with(
    reserved: dict[str, Any], items: list[Item], rules: list[str]
) -> None:
    """And these have their row."""
    request = Request(body(), **reserved, seen=[STORED])

    assert broken([request], {**booleans(row()), "idempotency": items}) == rules


@pytest.mark.parametrize(
    ("asks", "stored", "labels", "rules"),
    [
        (LABELLED, LABELLED_ROW, [label()], []),
        (LABELLED, LABELLED_ROW, [], ["torn"]),
        (LABELLED, LABELLED_ROW, [label(), label()], ["torn"]),
        (LABELLED, LABELLED_ROW, [label(), label(OTHER)], ["torn"]),
        (LABELLED, LABELLED_ROW, [label(value={"S": "false"})], ["altered"]),
        (LABELLED, LABELLED_ROW, [label(datapoint_id={"S": "x"})], ["altered"]),
        (LABELLED, LABELLED_ROW, [label(evaluator_inference_id={"S": "x"})], ["altered"]),
        (LABELLED, LABELLED_ROW, [label(metric_name={"S": "x"})], ["altered"]),
        (body(), row(), [label()], ["torn"]),
    ],
    ids=[
        *("both", "no label", "a label twice", "a label without a row"),
        *("another value", "another datapoint", "another evaluator", "another metric"),
        "a label that nobody gave",
    ],
)
def test_a_label_and_its_metric_are_stored_together(
    asks: dict[str, Any], stored: Item, labels: list[Item], rules: list[str]
) -> None:
    """As it was asked for, or neither."""
    tables = {**booleans(stored), "evaluation": labels}

    assert broken([Request(asks, seen=[STORED])], tables) == rules


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
    """How much was compared, and each rule with what broke it, up to a few."""
    requests = [asked(name=str(name)) for name in range(9)]
    requests += [Request(body("n"), seen=[REFUSED, FAILED, NOTHING])]

    report = audit(requests, read(scan(booleans(row(name="0")))))

    counted = {"requests": 10, "sends": 12, "accepted": 9, "refused": 1, "failed": 1}
    counted |= {"unanswered": 1, "rows": 1, "labels": 0, "keys": 0, "votes": 0}
    assert report.counted == counted
    lines = str(report).splitlines()
    assert "        lost         8  answered 200, and there is no row" in lines
    assert len(lines) == len(report.counted) + len(RULES) + 5
    assert f"request 1: {{'{ID}'}}" in str(report)
    assert "request 6" not in str(report)


def test_each_table_is_read_once() -> None:
    """An audit of a large stack is one scan a table."""
    scanned: list[str] = []

    def note(table: str) -> list[Item]:
        scanned.append(table)
        return []

    read(note)

    assert len(scanned) == len({*scanned})
    assert {*scanned} >= {
        "boolean",
        "float",
        "comment",
        "demonstration",
        "evaluation",
        "idempotency",
    }
