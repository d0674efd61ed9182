"""The variables of `make run`."""

import pytest

from tools.options import InvalidOption, is_on, port


@pytest.mark.parametrize("value", ["", "0", "false", "FALSE", "no", "off", " "])
def test_a_switch_can_be_turned_off_in_words(value: str) -> None:
    """And is off if it is absent."""
    assert not is_on("FRESH", {"FRESH": value})
    assert not is_on("FRESH", {})


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_any_other_value_turns_it_on(value: str) -> None:
    """As `make run FRESH=1` does."""
    assert is_on("FRESH", {"FRESH": value})


def test_a_port_is_a_number_that_a_port_can_be() -> None:
    """Without one, the default."""
    assert port({"PORT": "65535"}, 3000) == 65_535
    assert port({"PORT": ""}, 3000) == port({}, 3000) == 3_000


@pytest.mark.parametrize("value", ["abc", "0", "65536", "99999", "-1", "1.5", "²"])
def test_any_other_port_is_refused_by_name(value: str) -> None:
    """With what was expected."""
    with pytest.raises(InvalidOption, match=r"PORT: expected a number from 1 to 65535, found"):
        port({"PORT": value}, 3000)
