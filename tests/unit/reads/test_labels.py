"""Labels are read back by datapoint, metric and output."""

import pytest

from reads.label_query import LabelQuery
from shared.fields import InvalidField, MissingField, UnknownField


@pytest.mark.parametrize(
    ("output", "sought"),
    [
        (
            '{"raw": "é", "parsed": {"b": 1e-05, "a": null}}',
            '{"parsed":{"a":null,"b":0.00001},"raw":"é"}',
        ),
        ('[{"type":"text","text":"x"}]', '[{"text":"x","type":"text"}]'),
        ("no JSON at all", "no JSON at all"),
    ],
)
def test_an_output_is_sought_as_it_is_stored(output: str, sought: str) -> None:
    """However its keys are ordered."""
    assert LabelQuery.parse({"metric_name": "m", "output": output}) == LabelQuery("m", sought)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"metric_name": "m"}, MissingField),
        ({"output": "o"}, MissingField),
        ({"metric_name": 1, "output": "o"}, InvalidField),
        ({"metric_name": "m", "output": {}}, InvalidField),
        ({"metric_name": "m", "output": "o", "x": 1}, UnknownField),
    ],
)
def test_a_malformed_question_is_refused(body: dict[str, object], kind: type[Exception]) -> None:
    """By the field that is wrong."""
    with pytest.raises(kind):
        LabelQuery.parse(body)  # type: ignore[arg-type]  # some of it is no JSON request
