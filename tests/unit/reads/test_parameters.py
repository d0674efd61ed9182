"""A query's parameters, as an event has them."""

import pytest

from reads.parameters import Query
from shared.fields import InvalidField
from tools.event import event


def test_a_query_has_the_parameters_of_its_event() -> None:
    """None, where there is no query."""
    query = Query(event(route="GET /status", query="a=1&b=&c=x%2Cy"))

    assert dict(query) == {"a": "1", "b": "", "c": "x,y"}
    assert len(query) == 3
    assert not Query(event(route="GET /status"))


@pytest.mark.parametrize(
    "raw", ["a=1&a=1", "a=&b=2&a=", "a=x&%61=y", "a&a", "a=1&a=2&a=3", "a=1%2C2&a=3"]
)
def test_a_parameter_that_is_given_twice_has_no_value(raw: str) -> None:
    """The others have theirs."""
    query = Query(event(route="GET /status", query=f"{raw}&c=3"))

    with pytest.raises(InvalidField, match=r"^a: expected once, found [23] times$"):
        query.get("a")
    assert query["c"] == "3"
