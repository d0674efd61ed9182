"""A batch's shape: an array of at most a hundred elements, whatever they are."""

import pytest

from shared import elements
from shared.document import Json
from shared.elements import BatchTooLarge
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
    assert elements.read([5] * 100) == [5] * 100
    with pytest.raises(Refusal) as caught:
        elements.read(document)

    assert caught.type is kind
    assert str(caught.value) == text
