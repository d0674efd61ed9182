"""The request's shape: seven fields, with the nulls that the official client sends."""

import pytest

from feedback.request import FeedbackRequest
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from shared.refusal import Refusal
from shared.uuids import Uuid

ID = Uuid("0192c4a0-7e00-7000-8000-000000000001")


def _refusal(document: Json) -> Refusal:
    with pytest.raises(Refusal) as caught:
        FeedbackRequest.parse(document)
    return caught.value


def test_the_official_clients_request_is_read() -> None:
    """It sends every field, some of them null."""
    request = FeedbackRequest.parse(
        {
            "episode_id": None,
            "inference_id": ID.upper(),
            "metric_name": "m",
            "value": True,
            "internal": False,
            "tags": {},
            "dryrun": None,
        }
    )

    assert request == FeedbackRequest("m", value=True, inference_id=ID)


def test_two_fields_are_enough() -> None:
    """All others have a default."""
    request = FeedbackRequest.parse({"metric_name": "", "value": None})

    assert request == FeedbackRequest(
        metric_name="",
        value=None,
        inference_id=None,
        episode_id=None,
        internal=False,
        tags={},
        dryrun=None,
    )


def test_every_field_is_read() -> None:
    """Under its own name."""
    document: Json = {
        "metric_name": "m",
        "value": [1],
        "inference_id": ID,
        "episode_id": f"{{{ID}}}",
        "internal": True,
        "tags": {"a": "b"},
        "dryrun": True,
    }

    assert FeedbackRequest.parse(document) == FeedbackRequest(
        metric_name="m",
        value=[1],
        inference_id=ID,
        episode_id=ID,
        internal=True,
        tags={"a": "b"},
        dryrun=True,
    )


@pytest.mark.parametrize(
    ("field", "expected"),
    [("metric_name", "a string"), ("internal", "a boolean"), ("tags", "a map")],
)
def test_null_is_refused_where_tensorzero_refuses_it(field: str, expected: str) -> None:
    """These have a default for what is absent, not for what is null."""
    refusal = _refusal({"metric_name": "m", "value": 1, field: None})

    assert isinstance(refusal, InvalidField)
    assert str(refusal) == f"{field}: invalid type: null, expected {expected}"


@pytest.mark.parametrize("field", ["inference_id", "episode_id", "dryrun"])
def test_null_is_absent_elsewhere(field: str) -> None:
    """As if the field were not there."""
    document: Json = {"metric_name": "m", "value": 1, field: None}

    assert FeedbackRequest.parse(document) == FeedbackRequest("m", 1)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, "missing field `metric_name`"),
        ({"value": 1}, "missing field `metric_name`"),
        ({"metric_name": "m"}, "missing field `value`"),
    ],
)
def test_a_missing_name_is_told_before_a_missing_value(document: Json, text: str) -> None:
    """In TensorZero's words."""
    refusal = _refusal(document)

    assert isinstance(refusal, MissingField)
    assert str(refusal) == text


def test_an_unknown_field_is_told_with_all_seven() -> None:
    """In TensorZero's order; an extension never enters the body."""
    refusal = _refusal({"metric_name": "m", "value": 1, "foo": 1})

    assert isinstance(refusal, UnknownField)
    assert str(refusal) == (
        "foo: unknown field `foo`, expected one of `episode_id`, `inference_id`, "
        "`metric_name`, `value`, `internal`, `tags`, `dryrun`"
    )


def test_an_array_is_refused_even_with_seven_elements() -> None:
    """Which TensorZero takes."""
    assert isinstance(_refusal([None, ID, "m", True, False, {}, None]), InvalidField)
