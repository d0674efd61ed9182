"""The rules of feedback: their order, and what becomes of a request that keeps them."""

from typing import Any

import pytest

from feedback.evaluation import InvalidEvaluation, Label
from feedback.kinds.registry import KINDS, UnknownMetric, metric
from feedback.kinds.value import InvalidValue
from feedback.model import AmbiguousTarget, Level, Record, Target, WrongLevel
from feedback.request import FeedbackRequest
from feedback.rules import Draft, FeedbackDisabled, NotGranted, complete, draft
from feedback.tags import IncompleteEvaluation, ReservedTag, TagLimitExceeded
from shared.caller import ANYBODY, Caller, Grant
from shared.catalog import Catalog
from shared.items import ItemTooLarge
from shared.refusal import Refusal
from shared.uuids import NotUuidV7, Uuid
from tests.unit.fakes import catalog, uuid7

NOW = 1_790_000_000.0
INFERENCE, EPISODE, OTHER = uuid7(NOW - 3, 1), uuid7(NOW - 60, 2), uuid7(NOW, 3)
FEEDBACK = uuid7(NOW, 4)
ON_EPISODE = {"inference_id": None, "episode_id": EPISODE}
COMMENT = {"metric_name": "comment", "value": "text"}
CATALOG, UNVALIDATED = catalog(), catalog(target_validation=False)
GRANT = Grant(frozenset({INFERENCE}), frozenset({"liked", "comment"}), once=True)
ADA = Caller(("token", "ada"), {"tensorzero::token_author": "ada"}, GRANT)
DATAPOINT, EVALUATOR = "tensorzero::datapoint_id", "tensorzero::evaluator_inference_id"
LABEL = {DATAPOINT: uuid7(1), EVALUATOR: uuid7(2), "tensorzero::human_feedback": "true"}

DISABLED = "Feedback requires observability to be enabled"

RULES: list[tuple[type[Refusal], dict[str, Any]]] = [
    (ReservedTag, {"tags": {"tensorzero::x": ""}, "internal": False}),
    (
        IncompleteEvaluation,
        {"tags": {name: LABEL[name] for name in LABEL if name != EVALUATOR}, "internal": True},
    ),
    (TagLimitExceeded, {"tags": {"a": "x" * 65_537}}),
    (FeedbackDisabled, {"catalog": catalog(observability=False)}),
    (AmbiguousTarget, {"episode_id": EPISODE}),
    (UnknownMetric, {"metric_name": "nope"}),
    (WrongLevel, {"metric_name": "rating"}),
    (NotGranted, {"caller": ADA}),
    (InvalidEvaluation, {"tags": {**LABEL, DATAPOINT: "x"}, "internal": True}),
    (NotUuidV7, {"inference_id": Uuid("0192c4a0-7e00-4000-8000-000000000001")}),
    (InvalidValue, {"value": 1}),
]
"""Each rule in TensorZero's order, and what breaks it."""


def _draft(caller: Caller = ANYBODY, catalog: Catalog = CATALOG, **changes: Any) -> Draft:
    good: dict[str, Any] = {"metric_name": "liked", "value": True, "inference_id": INFERENCE}
    return draft(FEEDBACK, FeedbackRequest(**{**good, **changes}), caller, catalog, NOW)


@pytest.mark.parametrize("place", range(len(RULES)), ids=[one.__name__ for one, _ in RULES])
def test_of_several_broken_rules_the_first_one_decides(place: int) -> None:
    """A request that breaks a rule and all that come after it is refused by that rule."""
    refusal, _ = RULES[place]
    broken: dict[str, Any] = {}
    for _, change in reversed(RULES[place:]):
        broken |= change

    with pytest.raises(Refusal) as caught:
        _draft(**broken)

    assert caught.type is refusal


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"episode_id": EPISODE}, "Both episode_id and inference_id cannot be provided"),
        (
            {"catalog": catalog(observability=False)},
            f"{DISABLED} (`gateway.observability.enabled` must not be `false`).",
        ),
    ],
    ids=["both ids", "disabled"],
)
def test_a_refusal_is_in_tensorzeros_words(change: dict[str, Any], text: str) -> None:
    """Those of the rules that are defined here."""
    with pytest.raises(Refusal) as caught:
        _draft(**change)

    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"internal": True}, "internal: an end user's token never allows internal feedback"),
        (
            {"metric_name": "distance", "value": 1},
            "metric_name: the token does not allow `distance`",
        ),
        ({"inference_id": OTHER}, f"inference_id: the token does not allow {OTHER}"),
        ({**COMMENT, **ON_EPISODE}, f"episode_id: the token does not allow {EPISODE}"),
    ],
    ids=["internal", "metric", "inference", "episode"],
)
def test_a_token_allows_what_it_names_and_nothing_else(change: dict[str, Any], text: str) -> None:
    """The refusal names the field."""
    assert _draft(ADA, metric_name="comment", value="text").tags == ADA.tags
    with pytest.raises(NotGranted) as caught:
        _draft(ADA, **change)

    assert str(caught.value) == text


def test_a_draft_says_what_is_to_be_stored_and_looked_up() -> None:
    """Who wrote it is in its tags: a caller cannot forge them, even in internal feedback."""
    caller = Caller(("api_key", "k"), {"tensorzero::api_key_public_id": "k"})
    forged = {"a": "b", "tensorzero::api_key_public_id": "another"}

    drafted = _draft(caller, internal=True, tags=forged)

    assert drafted == Draft(
        FEEDBACK,
        metric(CATALOG, "liked"),
        Target(Level.INFERENCE, INFERENCE),
        value=True,
        tags={**forged, **caller.tags, "tensorzero::internal": "true"},
        label=None,
        reads=(),
        wait=3.0,
    )


@pytest.mark.parametrize(
    ("change", "reads"),
    [
        ({}, ()),
        ({**COMMENT, **ON_EPISODE}, ()),
        ({"inference_id": Uuid("0192c4a0-7e00-4000-8000-000000000001")}, ()),
        ({"internal": True, "tags": LABEL}, ("output",)),
        ({"metric_name": "demonstration"}, KINDS["demonstration"].reads),
    ],
    ids=["metric", "comment", "not version 7", "label", "demonstration"],
)
def test_without_target_validation_only_what_is_read_must_exist(
    change: dict[str, Any], reads: tuple[str, ...]
) -> None:
    """A demonstration needs its function, and a label its output; the id need not be a UUIDv7."""
    drafted = _draft(catalog=UNVALIDATED, **change)

    assert drafted.reads == reads
    assert (drafted.wait is not None) == bool(reads)


def test_feedback_and_its_label_are_two_rows() -> None:
    """With one id; feedback alone is one."""
    drafted = _draft(internal=True, tags=LABEL)

    feedback, label = complete(drafted, Record(output="{}"), CATALOG)

    assert drafted.label == Label(uuid7(1), uuid7(2), "true")
    assert (feedback.table, label.table) == ("boolean", "evaluation")
    assert feedback.item["id"] == label.item["feedback_id"] == {"S": FEEDBACK}
    assert feedback.item["snapshot_hash"] == {"S": CATALOG.snapshot_hash}
    assert set(feedback.item["tags"]["M"]) == {*LABEL, "tensorzero::internal"}
    assert len(complete(_draft(), Record(), CATALOG)) == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"internal": True, "tags": LABEL}, InvalidEvaluation),
        ({"tags": {str(number): "x" * 50_000 for number in range(10)}}, ItemTooLarge),
    ],
    ids=["no output", "too large"],
)
def test_what_cannot_be_stored_is_refused_last(
    change: dict[str, Any], refusal: type[Refusal]
) -> None:
    """With the target's record at hand."""
    with pytest.raises(refusal):
        complete(_draft(**change), Record(), CATALOG)
