"""The use case: the order in which a request is refused, and what is stored of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.kinds.registry import UnknownMetric
from feedback.kinds.value import InvalidValue
from feedback.lookup import BatchRead, Reads
from feedback.model import Accepted, AmbiguousTarget, Level, Record, Target, WrongLevel
from feedback.request import FeedbackRequest
from feedback.reservations import AlreadyVoted, IdempotencyKeyReused, Reservation
from feedback.rows import Row
from feedback.rules import FeedbackDisabled, NotGranted
from feedback.tags import IncompleteEvaluation, ReservedTag, TagLimitExceeded
from feedback.waiting import TargetNotFound
from shared import uuids
from shared.caller import ANYBODY, Caller, Grant
from shared.dynamodb import StorageUnavailable
from shared.items import ItemTooLarge
from shared.refusal import Refusal
from shared.uuids import NotUuidV7, Uuid
from submit.service import Service
from tests.unit.fakes import DictLookup, ListStore, ManualTime, catalog, uuid7

NOW = 1_790_000_000.0
INFERENCE = uuid7(NOW - 60, 1)
EPISODE = uuid7(NOW - 60, 2)
NOBODY = uuid7(NOW - 60, 3)
NO_V7 = Uuid("0192c4a0-7e00-4000-8000-000000000001")


@dataclass
class Stack:
    """A service, and what it stands on."""

    observability: bool = True
    target_validation: bool = True
    store: ListStore = field(default_factory=ListStore)
    time: ManualTime = field(default_factory=lambda: ManualTime(NOW))
    targets: DictLookup = field(
        default_factory=lambda: DictLookup(
            {
                Target(Level.INFERENCE, INFERENCE): Record(function_name="f"),
                Target(Level.EPISODE, EPISODE): Record(),
            }
        )
    )

    def submit(self, **request: Any) -> Uuid:
        """Ask the service, with a good request that these fields change."""
        return self.receive(**request).feedback_id

    def receive(
        self, key: str | None = None, caller: Caller = ANYBODY, left: float = 28, **request: Any
    ) -> Accepted:
        """Ask the service as a caller, with an idempotency key; give all it says."""
        service = Service(
            catalog=catalog(
                observability=self.observability, target_validation=self.target_validation
            ),
            lookup=self.targets,
            store=self.store,
            key_days=7,
            clock=self.time.clock(),
        )
        good: dict[str, Any] = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}
        asked = FeedbackRequest(**{**good, **request})
        return service.submit(asked, key, caller, lambda: NOW + left - self.time.now())


RESERVED = {"tags": {"tensorzero::x": ""}}
INCOMPLETE = {
    "tags": {"tensorzero::datapoint_id": "", "tensorzero::human_feedback": ""},
    "internal": True,
}
BOTH = {"episode_id": EPISODE}
UNKNOWN = {"metric_name": "nope"}
WRONG_LEVEL = {"metric_name": "rating"}
NONE_GIVEN = {"metric_name": "comment", "inference_id": None}
NOT_V7 = {"inference_id": NO_V7}
WRONG_VALUE = {"value": 1}
MISSING = {"inference_id": NOBODY}
TOO_LARGE = {"tags": {str(number): "x" * 50_000 for number in range(10)}}

ORDER: list[tuple[type[Refusal], bool, dict[str, Any]]] = [
    (ReservedTag, False, {**RESERVED, **BOTH, **UNKNOWN, **WRONG_VALUE}),
    (IncompleteEvaluation, False, {**INCOMPLETE, **BOTH, **UNKNOWN, **WRONG_VALUE}),
    (FeedbackDisabled, False, {**BOTH, **UNKNOWN, **WRONG_VALUE, "dryrun": True}),
    (AmbiguousTarget, True, {**BOTH, **UNKNOWN, **WRONG_VALUE}),
    (TagLimitExceeded, True, {"tags": {"a": "x" * 65_537}, **BOTH, **UNKNOWN}),
    (UnknownMetric, True, {**UNKNOWN, **NOT_V7, **WRONG_VALUE}),
    (UnknownMetric, True, {**UNKNOWN, "inference_id": None}),
    (AmbiguousTarget, True, {**NONE_GIVEN, **WRONG_VALUE}),
    (WrongLevel, True, {**WRONG_LEVEL, **NOT_V7, **WRONG_VALUE}),
    (WrongLevel, True, {"inference_id": None, **WRONG_VALUE}),
    (NotUuidV7, True, {**NOT_V7, **WRONG_VALUE}),
    (InvalidValue, True, {**WRONG_VALUE, **MISSING, **TOO_LARGE}),
    (TargetNotFound, True, {**MISSING}),
    (TargetNotFound, True, {"metric_name": "comment", "value": "", "inference_id": EPISODE}),
    (ItemTooLarge, True, {**TOO_LARGE}),
]


@pytest.mark.parametrize(("refusal", "observability", "request_"), ORDER)
@pytest.mark.parametrize("dryrun", [True, False, None])
def test_the_first_rule_that_is_broken_is_told(
    refusal: type[Refusal],
    observability: bool,
    request_: dict[str, Any],
    dryrun: bool | None,
) -> None:
    """In TensorZero's order, but what needs no look-up before what does; nothing is stored."""
    stack = Stack(observability=observability)

    with pytest.raises(Refusal) as caught:
        stack.submit(**{"dryrun": dryrun, **request_})

    assert caught.type is refusal
    assert stack.store.rows == []


@pytest.mark.parametrize(
    ("refusal", "request_"),
    [
        (refusal, request)
        for refusal, observability, request in ORDER
        if refusal not in {TargetNotFound, ItemTooLarge} and observability
    ],
)
def test_what_needs_no_look_up_is_refused_at_once(
    refusal: type[Refusal], request_: dict[str, Any]
) -> None:
    """Even if the target is missing as well."""
    stack = Stack(targets=DictLookup())

    with pytest.raises(refusal):
        stack.submit(**request_)

    assert stack.targets.looks == []
    assert stack.time.slept == []


def test_the_texts_are_tensorzeros() -> None:
    """Those of the rules that live here."""
    with pytest.raises(AmbiguousTarget) as ambiguous:
        Stack().submit(**BOTH)
    with pytest.raises(FeedbackDisabled) as disabled:
        Stack(observability=False).submit()

    assert str(ambiguous.value) == "Both episode_id and inference_id cannot be provided"
    assert str(disabled.value) == (
        "Feedback requires observability to be enabled "
        "(`gateway.observability.enabled` must not be `false`)."
    )


ACCEPTED: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    (
        {"metric_name": "liked", "value": False, "inference_id": INFERENCE},
        "boolean",
        {
            "target_id": {"S": INFERENCE},
            "metric_name": {"S": "liked"},
            "value": {"BOOL": False},
        },
    ),
    (
        {"metric_name": "resolved", "value": True, "inference_id": None, "episode_id": EPISODE},
        "boolean",
        {
            "target_id": {"S": EPISODE},
            "metric_name": {"S": "resolved"},
            "value": {"BOOL": True},
        },
    ),
    (
        {"metric_name": "distance", "value": 2, "inference_id": INFERENCE},
        "float",
        {
            "target_id": {"S": INFERENCE},
            "metric_name": {"S": "distance"},
            "value": {"N": "2.0"},
        },
    ),
    (
        {"metric_name": "rating", "value": 4.5, "inference_id": None, "episode_id": EPISODE},
        "float",
        {
            "target_id": {"S": EPISODE},
            "metric_name": {"S": "rating"},
            "value": {"N": "4.5"},
        },
    ),
    (
        {"metric_name": "comment", "value": "é", "inference_id": INFERENCE},
        "comment",
        {
            "target_id": {"S": INFERENCE},
            "target_type": {"S": "inference"},
            "value": {"S": "é"},
        },
    ),
    (
        {"metric_name": "comment", "value": "", "inference_id": None, "episode_id": EPISODE},
        "comment",
        {
            "target_id": {"S": EPISODE},
            "target_type": {"S": "episode"},
            "value": {"S": ""},
        },
    ),
]


@pytest.mark.parametrize(("request_", "table", "attributes"), ACCEPTED)
@pytest.mark.parametrize("dryrun", [False, None])
def test_feedback_is_stored_as_one_row(
    request_: dict[str, Any], table: str, attributes: dict[str, Any], dryrun: bool | None
) -> None:
    """With the attributes that design.md lists, and no other."""
    stack = Stack()

    feedback_id = stack.submit(**request_, tags={"a": "b", "": ""}, dryrun=dryrun)

    [row] = stack.store.rows
    stamp = row.item.pop("timestamp")["S"]
    assert row == Row(
        table,
        {
            **attributes,
            "id": {"S": feedback_id},
            "tags": {"M": {"a": {"S": "b"}, "": {"S": ""}}},
            "snapshot_hash": {"S": "5f" * 32},
        },
    )
    assert len(stamp) == len("2026-01-01T00:00:00.000Z")
    assert stamp.endswith("Z")


@pytest.mark.parametrize(("request_", "table", "attributes"), ACCEPTED)
def test_a_dry_run_is_checked_like_any_other_and_stores_nothing(
    request_: dict[str, Any], table: str, attributes: dict[str, Any]
) -> None:
    """It gets an id all the same."""
    stack = Stack()

    feedback_id = stack.submit(**request_, dryrun=True)

    assert uuids.milliseconds(feedback_id)
    assert (table, attributes) != ("", {})
    assert len(stack.targets.looks) == 1
    assert stack.store.rows == []


def test_internal_feedback_is_marked_in_its_tags() -> None:
    """And may bear reserved ones."""
    stack = Stack()

    stack.submit(internal=True, tags={"tensorzero::x": "y"})

    assert stack.store.rows[0].item["tags"] == {
        "M": {"tensorzero::x": {"S": "y"}, "tensorzero::internal": {"S": "true"}}
    }


@pytest.mark.parametrize("target", [NO_V7, NOBODY, INFERENCE])
@pytest.mark.parametrize(
    ("metric", "value"), [("liked", True), ("distance", 1.0), ("comment", "text")]
)
def test_without_target_validation_no_target_is_looked_for(
    metric: str, value: object, target: Uuid
) -> None:
    """Whatever its version."""
    stack = Stack(target_validation=False, targets=DictLookup())

    stack.submit(metric_name=metric, value=value, inference_id=target)

    assert stack.store.rows[0].item["target_id"] == {"S": target}
    assert stack.targets.looks == []
    assert stack.time.slept == []


def test_without_target_validation_a_value_is_still_checked() -> None:
    """As are ids, levels and names."""
    with pytest.raises(InvalidValue):
        Stack(target_validation=False).submit(value=1)


def test_a_target_that_appears_in_time_is_accepted() -> None:
    """The request waits for it."""
    stack = Stack(targets=DictLookup())
    fresh = uuid7(NOW - 0.1)
    record = {Target(Level.INFERENCE, fresh): Record()}
    stack.time.meanwhile[NOW + 2] = lambda: stack.targets.records.update(record)

    stack.submit(inference_id=fresh)

    assert len(stack.store.rows) == 1
    assert 2 <= stack.time.now() - NOW <= 2.4


def test_an_old_target_that_is_missing_costs_one_second() -> None:
    """Not six."""
    stack = Stack()

    with pytest.raises(TargetNotFound):
        stack.submit(**MISSING)

    assert stack.time.now() - NOW == pytest.approx(1)


def test_an_outage_of_the_store_is_no_success() -> None:
    """The refusal passes through."""

    class Down(ListStore):
        def write(self, *_: object) -> Uuid | None:
            raise StorageUnavailable

    with pytest.raises(StorageUnavailable):
        Stack(store=Down()).submit()


@given(st.dictionaries(st.text().map("_{}".format), st.text(), max_size=5), st.text())
def test_any_comment_with_any_tags_becomes_a_row_that_says_the_same(
    tags: dict[str, str], text: str
) -> None:
    """As long as no tag is reserved."""
    stack = Stack()

    stack.submit(metric_name="comment", value=text, tags=tags)

    item = stack.store.rows[0].item
    assert item["value"] == {"S": text}
    assert {name: value["S"] for name, value in item["tags"]["M"].items()} == tags


def test_a_key_stores_once_whatever_happens_in_between() -> None:
    """The repeat is given the first one's id, and looks for no target a second time."""
    stack = Stack()

    first, repeat = stack.receive("k"), stack.receive("k")

    assert repeat == Accepted(first.feedback_id, repeated=True)
    assert first.repeated is False
    assert len(stack.store.rows) == 1


def test_a_key_that_was_read_answers_without_a_write() -> None:
    """And without the target, which may be gone."""
    stack = Stack()
    first = stack.receive("k")
    again = Stack(targets=DictLookup(claimed=stack.store.claimed))

    assert again.receive("k") == Accepted(first.feedback_id, repeated=True)
    assert again.store.rows == []
    assert again.time.slept == []


def test_a_key_with_another_request_is_refused_by_what_was_read() -> None:
    """Nothing is stored."""
    stack = Stack()
    stack.receive("k")
    again = Stack(targets=DictLookup(stack.targets.records, claimed=stack.store.claimed))

    with pytest.raises(IdempotencyKeyReused):
        again.receive("k", value=False)

    assert again.store.rows == []


def test_a_key_whose_days_are_over_is_a_new_one() -> None:
    """Though DynamoDB has not deleted it yet."""
    stack = Stack()
    stack.receive("k")
    expired = {
        key: {**item, "expires_at": {"N": str(NOW)[:-2]}}
        for key, item in stack.store.claimed.items()
    }
    later = Stack(targets=DictLookup(stack.targets.records, claimed=expired))

    assert later.receive("k").repeated is False
    assert len(later.store.rows) == 1


def test_a_key_is_remembered_only_of_what_was_stored() -> None:
    """A refusal may be mended, and sent with the same key; a dry run is no request."""
    stack = Stack()
    with pytest.raises(InvalidValue):
        stack.receive("k", value=1)
    dry = stack.receive("k", dryrun=True)

    stored = stack.receive("k")

    assert stored.repeated is False
    assert dry.feedback_id != stored.feedback_id
    assert len(stack.store.rows) == 1


def test_a_request_that_waits_for_its_target_is_answered_by_its_twin() -> None:
    """The other one came in time."""
    stack = Stack()
    first = stack.receive("k", inference_id=INFERENCE)
    waiting = Stack(targets=DictLookup())
    waiting.time.meanwhile[NOW + 0.2] = lambda: waiting.targets.claimed.update(stack.store.claimed)

    assert waiting.receive("k") == Accepted(first.feedback_id, repeated=True)


@pytest.mark.parametrize("key", [None, "k"])
def test_what_dynamodb_is_too_busy_for_is_tried_again(key: str | None) -> None:
    """The looks and the write, for as long as there is time."""

    class BusyLookup(DictLookup):
        busy = 2

        def get(self, target: Target, reads: Reads) -> Record | None:
            self._wait()
            return super().get(target, reads)

        def read(self, question: BatchRead) -> None:
            self._wait()
            super().read(question)

        def _wait(self) -> None:
            self.busy -= 1
            if self.busy >= 0:
                raise StorageUnavailable(congested=True)

    class BusyStore(ListStore):
        busy = 2

        def write(
            self, rows: Sequence[Row], claims: Sequence[Reservation], now: int
        ) -> Uuid | None:
            self.busy -= 1
            if self.busy >= 0:
                raise StorageUnavailable(congested=True)
            return super().write(rows, claims, now)

    stack = Stack(store=BusyStore())
    stack.targets = BusyLookup(stack.targets.records)

    stack.receive(key)

    assert len(stack.store.rows) == 1
    assert len(stack.time.slept) == 4


ADA = Caller(
    ("token", "ada"),
    {"tensorzero::token_author": "ada"},
    Grant(frozenset({INFERENCE}), frozenset({"liked", "comment"}), once=True),
)


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"internal": True}, "internal"),
        ({"metric_name": "distance", "value": 1}, "metric_name"),
        ({"metric_name": "resolved", "inference_id": None, "episode_id": EPISODE}, "metric_name"),
        ({"inference_id": NOBODY}, "inference_id"),
        (
            {"metric_name": "comment", "value": "", "inference_id": None, "episode_id": EPISODE},
            "episode_id",
        ),
    ],
)
@pytest.mark.parametrize("dryrun", [True, False])
def test_a_token_allows_what_it_names_and_nothing_else(
    request_: dict[str, Any], named: str, dryrun: bool
) -> None:
    """The refusal says which field; nothing is looked up for it."""
    stack = Stack()

    with pytest.raises(NotGranted, match=f"^{named}: "):
        stack.receive(caller=ADA, **request_, dryrun=dryrun)

    assert stack.targets.looks == []
    assert stack.store.rows == []


def test_a_token_that_allows_one_vote_allows_one_on_each_metric() -> None:
    """The second is refused, whatever it says; a repeat of the first by its key is none."""
    stack = Stack()
    first = stack.receive("k", ADA)
    stack.receive(caller=ADA, metric_name="comment", value="Good.")

    with pytest.raises(AlreadyVoted):
        stack.receive(caller=ADA, value=False)

    assert stack.receive("k", ADA) == Accepted(first.feedback_id, repeated=True)
    assert len(stack.store.rows) == 2


def test_a_token_that_allows_many_votes_stores_them_all() -> None:
    """Each is a row."""
    stack = Stack()
    many = ADA._replace(grant=ADA.grant and ADA.grant._replace(once=False))

    stack.receive(caller=many)
    stack.receive(caller=many)

    assert len(stack.store.rows) == 2


def test_who_wrote_it_is_stored_and_cannot_be_forged() -> None:
    """The authorizer's word stands over the caller's."""
    stack = Stack()
    caller = Caller(("api_key", "k"), {"tensorzero::api_key_public_id": "k"})

    stack.receive(caller=caller, tags={"a": "b"})
    stack.receive(caller=caller, internal=True, tags={"tensorzero::api_key_public_id": "another"})

    for row in stack.store.rows:
        assert row.item["tags"]["M"]["tensorzero::api_key_public_id"] == {"S": "k"}


def test_two_callers_may_use_the_same_key() -> None:
    """It belongs to whoever sent it."""
    stack = Stack()

    for name in ("one", "other"):
        stack.receive("k", Caller(("api_key", name)), value=name == "one")

    assert len(stack.store.rows) == 2
