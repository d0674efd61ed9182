"""The request's shape: seven fields, with the nulls that the official client sends."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.request import FeedbackRequest
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from shared.refusal import Refusal
from shared.uuids import Uuid

ID = Uuid("0192c4a0-7e00-7000-8000-000000000001")
MINIMAL: dict[str, Json] = {"metric_name": "m", "value": None}
NAMES = "`episode_id`, `inference_id`, `metric_name`, `value`, `internal`, `tags`, `dryrun`"
"""In TensorZero's order; an extension never enters the body."""
OPTIONAL: dict[str, st.SearchStrategy[Json]] = {
    "inference_id": st.sampled_from([None, ID]),
    "episode_id": st.sampled_from([None, ID]),
    "internal": st.booleans(),
    "tags": st.dictionaries(st.text(), st.text()),
    "dryrun": st.sampled_from([None, False, True]),
}


@given(st.fixed_dictionaries({"metric_name": st.text(), "value": st.text()}, optional=OPTIONAL))
def test_each_field_is_read_under_its_own_name(document: dict[str, Any]) -> None:
    """Two are enough; an id may be spelled in any way, and null is as good as absent."""
    defaults: dict[str, Json] = {
        "inference_id": None,
        "episode_id": None,
        "internal": False,
        "tags": {},
        "dryrun": None,
    }
    spelled = {
        name: f"{{{value.upper()}}}" if value == ID else value for name, value in document.items()
    }

    assert FeedbackRequest.parse(spelled)._asdict() == {**defaults, **document}


NULL = "invalid type: null, expected"


@pytest.mark.parametrize(
    ("document", "kind", "text"),
    [
        ({}, MissingField, "missing field `metric_name`"),
        ({"metric_name": "m"}, MissingField, "missing field `value`"),
        ({**MINIMAL, "metric_name": None}, InvalidField, f"metric_name: {NULL} a string"),
        ({**MINIMAL, "internal": None}, InvalidField, f"internal: {NULL} a boolean"),
        ({**MINIMAL, "tags": None}, InvalidField, f"tags: {NULL} a map"),
        ({**MINIMAL, "x": 1}, UnknownField, f"x: unknown field `x`, expected one of {NAMES}"),
        ([None] * 7, InvalidField, "invalid type: sequence, expected a JSON object"),
    ],
    ids=["nothing", "no value", "no name", "internal", "tags", "unknown", "array"],
)
def test_a_malformed_request_is_refused(document: Json, kind: type[Refusal], text: str) -> None:
    """As TensorZero does, but for an array: it takes one of seven elements."""
    with pytest.raises(Refusal) as caught:
        FeedbackRequest.parse(document)

    assert caught.type is kind
    assert str(caught.value) == text
