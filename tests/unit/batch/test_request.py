"""A batch's shape: an array of at most a hundred objects, each a request and perhaps a key."""

import pytest

from batch.request import BatchTooLarge, Element, elements
from feedback.idempotency_key import InvalidIdempotencyKey
from feedback.request import FeedbackRequest
from shared.document import Json
from shared.fields import InvalidField
from shared.refusal import Refusal

REQUEST: dict[str, Json] = {"metric_name": "liked", "value": None}


@pytest.mark.parametrize(
    ("document", "kind", "text"),
    [
        ([5] * 101, BatchTooLarge, "A batch has at most 100 elements, found 101"),
        (REQUEST, InvalidField, "invalid type: map, expected an array of requests"),
        (None, InvalidField, "invalid type: null, expected an array of requests"),
    ],
    ids=["too many", "a request", "null"],
)
def test_a_batch_is_an_array_of_up_to_a_hundred(
    document: Json, kind: type[Refusal], text: str
) -> None:
    """Whatever its elements are: each is read by itself."""
    assert elements([5] * 100) == [5] * 100
    with pytest.raises(Refusal) as caught:
        elements(document)

    assert caught.type is kind
    assert str(caught.value) == text


@pytest.mark.parametrize("key", [None, "k", '"a, b"', "k" * 255])
def test_an_element_is_a_request_and_perhaps_a_key(key: str | None) -> None:
    """JSON needs no quotes where a header does."""
    element = Element(FeedbackRequest("liked", None), key)

    assert Element.parse({**REQUEST, "idempotency_key": key}) == element


@pytest.mark.parametrize("key", ["", "k" * 256, "é", "a\n"])
def test_a_malformed_key_is_refused(key: str) -> None:
    """By the rules of the header, under the field's name."""
    with pytest.raises(InvalidIdempotencyKey, match=r"^idempotency_key: expected 1 to 255 "):
        Element.parse({**REQUEST, "idempotency_key": key})
