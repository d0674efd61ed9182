"""The shape of a batch's element: a request, and perhaps a key."""

import pytest

from batch.request import Element
from feedback.idempotency_key import InvalidIdempotencyKey
from feedback.request import FeedbackRequest
from shared.document import Json

REQUEST: dict[str, Json] = {"metric_name": "liked", "value": None}


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
