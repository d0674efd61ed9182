"""What a request for a list may say, and how it is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reads.listing import node
from reads.listing.filter_document import MAX_FILTERS
from shared.fields import InvalidField
from tests.unit.aggregates.strategies import uuid
from tests.unit.reads.listing.world import World

ID = uuid(1, 1)
FLAG = {"type": "boolean_metric", "metric_name": "flag", "value": True}
SCORE = {
    "type": "float_metric",
    "metric_name": "score",
    "value": 1,
    "comparison_operator": ">",
}
DESCENDING = {"direction": "descending"}
BY_TIME, BY_SCORE = (
    {"by": "timestamp", **DESCENDING},
    {"by": "metric", "name": "score", **DESCENDING},
)
LATER = {"type": "time", "comparison_operator": ">"}
INVALID = (400, "invalid_field")
REFUSED: list[tuple[Any, tuple[int, str], str]] = [
    ([], INVALID, "invalid type: sequence, expected a JSON object"),
    *(({name: 1}, INVALID, f"{name}: ") for name in ("function_name", "variant_name")),
    *(({name: "x"}, INVALID, f"{name}: ") for name in ("episode_id", "before", "after")),
    *(
        ({name: value}, INVALID, f"{name}: ")
        for name in ("limit", "offset")
        for value in (-1, 1.5, True, "1", 4_294_967_296)
    ),
    *(({"output_source": value}, INVALID, "output_source: ") for value in (None, "None", 1)),
    ({"order_by": {}}, INVALID, "order_by: "),
    ({"order_by": [1]}, INVALID, "order_by[0]: invalid type: integer `1`, expected a map"),
    ({"order_by": [{"by": "metric"}]}, (400, "missing_field"), "order_by[0]: missing field"),
    ({"order_by": [BY_TIME, {"by": "x"}]}, INVALID, "order_by[1].by: unknown variant"),
    ({"order_by": [{**BY_TIME, "direction": "asc"}]}, INVALID, "order_by[0].direction: "),
    (
        {"order_by": [{**BY_SCORE, "name": "nope"}]},
        (400, "invalid_metric_name"),
        "Invalid metric name: nope",
    ),
    ({"order_by": [{"by": "search_relevance", **DESCENDING}]}, (400, "unsupported"), "order_by"),
    ({"search_query_experimental": "x"}, (400, "unsupported"), "search_query_experimental: "),
    (
        {"before": ID, "after": ID, "offset": 1},
        (400, "ambiguous_cursor"),
        "Cannot specify both 'before' and 'after' parameters",
    ),
    (
        {"after": ID, "offset": 0},
        (400, "ambiguous_page"),
        "Cannot use 'offset' with cursor pagination ('before' or 'after')",
    ),
    (
        {"before": ID, "order_by": [BY_SCORE]},
        (400, "ambiguous_page"),
        "Cannot order by metric 'score'; only ordering by timestamp is supported with",
    ),
    ({"function_name": None}, (400, "missing_field"), "missing field `function_name`"),
    ({"function_name": "nope"}, (404, "unknown_function"), "Unknown function: nope"),
    ({"filters": []}, INVALID, "filters: invalid type: sequence, expected a map"),
    ({"filters": {}}, (400, "missing_field"), "filters: missing field `type`"),
    ({"filters": {"type": "x"}}, INVALID, "filters.type: unknown variant"),
    ({"filters": {"type": "tag"}}, (400, "unsupported"), "filters: tags of inferences"),
    (
        {"filters": {**FLAG, "metric_name": "nope"}},
        (400, "invalid_metric_name"),
        "Invalid metric name: nope",
    ),
    (
        {"filters": {**FLAG, "metric_name": "score"}},
        (400, "wrong_metric_type"),
        "Metric `score` is not a boolean metric",
    ),
    (
        {"filters": {**SCORE, "metric_name": "flag"}},
        (400, "wrong_metric_type"),
        "Metric `flag` is not a float metric",
    ),
    ({"filters": {**FLAG, "value": 1}}, INVALID, "filters.value: "),
    ({"filters": {**SCORE, "value": True}}, INVALID, "filters.value: "),
    ({"filters": {**SCORE, "value": "1"}}, INVALID, "filters.value: "),
    ({"filters": {**SCORE, "comparison_operator": "=="}}, INVALID, "filters.comparison_operator"),
    ({"filters": {"type": "and", "children": {}}}, INVALID, "filters.children: "),
    (
        {"filters": {"type": "or", "children": [FLAG, {**SCORE, "value": None}]}},
        INVALID,
        "filters.children[1].value: ",
    ),
    ({"filter": {"type": "not", "child": 1}}, INVALID, "filter.child: "),
    ({"filters": {**LATER, "time": "yesterday"}}, INVALID, "filters.time: expected a time in"),
    ({"filters": {**LATER, "time": "2026-01-01T00:00:00"}}, INVALID, "filters.time: "),
    ({"filters": {**LATER, "time": 1}}, INVALID, "filters.time: "),
    (
        {"filters": {"type": "and", "children": [FLAG] * MAX_FILTERS}},
        INVALID,
        f"filters.children[{MAX_FILTERS - 1}]: more than {MAX_FILTERS} filters",
    ),
]


@pytest.mark.parametrize(("body", "refusal", "said"), REFUSED)
def test_what_cannot_be_listed_is_refused(
    tmp_path: Path, body: Any, refusal: tuple[int, str], said: str
) -> None:
    """By the field that is wrong, before anything is read."""
    world = World(tmp_path)
    whole = {"function_name": "f", **body} if isinstance(body, dict) else body

    status, answer = world.reads.list(whole)

    assert (status, answer["code"]) == refusal
    assert answer["error"].startswith(said)
    assert world.memory.calls == []


@pytest.mark.parametrize(
    "body",
    [
        dict.fromkeys(
            ("variant_name", "limit", "offset", "before", "after", "filters", "order_by")
        ),
        {"unknown": 1, "order_by": [BY_TIME, BY_SCORE, {**BY_TIME, "direction": "ascending"}]},
        {"filters": FLAG, "filter": {"type": "nonsense"}},
        {"filter": FLAG},
        {"filters": {"type": "and", "children": [FLAG] * (MAX_FILTERS - 1)}},
        {"order_by": [BY_TIME], "before": ID},
    ],
)
def test_what_tensorzero_takes_is_taken(tmp_path: Path, body: dict[str, Any]) -> None:
    """Null for absent fields, fields that it does not have, the old name of the filters."""
    assert World(tmp_path).reads.list({"function_name": "f", **body}) == (200, {"inferences": []})


@given(st.text() | st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()))
def test_a_time_is_a_moment_or_refused(text: str) -> None:
    """Whatever the text, and wherever in the calendar."""
    try:
        moment = node.time("t", text)
    except InvalidField:
        return
    assert -6.3e13 < moment < 2.6e14
