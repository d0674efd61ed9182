"""A batch's shape: an array of as many objects, each a request and perhaps a key."""

from typing import Any

import pytest

from batch.request import MOST, BatchTooLarge, Element, elements
from feedback.idempotency_key import InvalidIdempotencyKey
from feedback.request import FeedbackRequest
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from shared.refusal import Refusal

REQUEST: dict[str, Json] = {"metric_name": "liked", "value": None}


@pytest.mark.parametrize("count", [0, 1, MOST])
def test_a_batch_has_up_to_a_hundred_elements(count: int) -> None:
    """Whatever they are: each is read by itself."""
    batch: Json = [5] * count

    assert elements(batch) == batch


def test_a_batch_of_more_is_refused_as_a_whole() -> None:
    """In words that say how many it may have, and has."""
    with pytest.raises(BatchTooLarge) as caught:
        elements([REQUEST] * 101)

    assert str(caught.value) == "A batch has at most 100 elements, found 101"


@pytest.mark.parametrize(
    ("document", "name"),
    [({}, "map"), (REQUEST, "map"), ("[]", 'string "[]"'), (None, "null"), (5, "integer `5`")],
)
def test_a_batch_is_an_array(document: Json, name: str) -> None:
    """A single request is none."""
    with pytest.raises(InvalidField) as caught:
        elements(document)

    assert str(caught.value) == f"invalid type: {name}, expected an array of requests"


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ({}, None),
        ({"idempotency_key": None}, None),
        ({"idempotency_key": "k"}, "k"),
        ({"idempotency_key": '"a, b"'}, '"a, b"'),
        ({"idempotency_key": "k" * 255}, "k" * 255),
    ],
)
def test_an_element_is_a_request_and_perhaps_a_key(key: dict[str, Json], read: str | None) -> None:
    """Taken as it is: what a header needs quotes for, JSON does not."""
    assert Element.parse({**REQUEST, **key}) == Element(FeedbackRequest("liked", None), read)


@pytest.mark.parametrize("key", ["", "k" * 256, "é", "a\x00", "a\n"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    """By the rules of the header."""
    with pytest.raises(InvalidIdempotencyKey) as caught:
        Element.parse({**REQUEST, "idempotency_key": key})

    assert str(caught.value) == "idempotency_key: expected 1 to 255 printable ASCII characters"


FIELDS = (
    "one of `episode_id`, `inference_id`, `metric_name`, `value`, `internal`, `tags`, `dryrun`, "
    "`idempotency_key`"
)


@pytest.mark.parametrize(
    ("document", "kind", "text"),
    [
        (5, InvalidField, "invalid type: integer `5`, expected a JSON object"),
        (None, InvalidField, "invalid type: null, expected a JSON object"),
        ([REQUEST], InvalidField, "invalid type: sequence, expected a JSON object"),
        ({"value": 1}, MissingField, "missing field `metric_name`"),
        ({"metric_name": "m"}, MissingField, "missing field `value`"),
        (
            {**REQUEST, "idempotency_key": 5},
            InvalidField,
            "idempotency_key: invalid type: integer `5`, expected a string",
        ),
        ({**REQUEST, "x": 1}, UnknownField, f"x: unknown field `x`, expected {FIELDS}"),
        (
            {**REQUEST, "Idempotency-Key": "k"},
            UnknownField,
            f"Idempotency-Key: unknown field `Idempotency-Key`, expected {FIELDS}",
        ),
    ],
)
def test_what_is_no_element_is_refused(document: Any, kind: type[Refusal], text: str) -> None:
    """By its first wrong field, in the words of a single request."""
    with pytest.raises(Refusal) as caught:
        Element.parse(document)

    assert caught.type is kind
    assert str(caught.value) == text
