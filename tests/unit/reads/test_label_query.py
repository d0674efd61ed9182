"""Which label is asked for: its query, as a body has it."""

import pytest

from reads.label_query import LabelQuery
from shared.document import Json
from shared.fields import InvalidField, MissingField


@pytest.mark.parametrize(
    ("output", "sought"),
    [
        (
            '{"raw": "é", "parsed": {"b": 1e-05, "a": null}}',
            '{"parsed":{"a":null,"b":0.00001},"raw":"é"}',
        ),
        ("no JSON at all", "no JSON at all"),
    ],
)
def test_an_output_is_sought_as_it_is_stored(output: str, sought: str) -> None:
    """However its keys are ordered, and whatever else is asked."""
    asked: Json = {"metric_name": "m", "output": output, "a field that it does not have": 1}

    assert LabelQuery.parse(asked) == LabelQuery("m", sought)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"metric_name": "m"}, MissingField),
        ({"output": "o"}, MissingField),
        ({"metric_name": 1, "output": "o"}, InvalidField),
        ({"metric_name": "m", "output": {}}, InvalidField),
    ],
    ids=str,
)
def test_a_malformed_query_is_refused(body: dict[str, Json], kind: type[Exception]) -> None:
    """By the field that is wrong."""
    with pytest.raises(kind):
        LabelQuery.parse(body)
