"""The tree of refusals: each has a status and a code of its own, and the docstring shows it."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import errors
from shared.refusal import EXCERPT, Refusal, excerpt


def _below(refusal: type[Refusal]) -> Iterator[type[Refusal]]:
    for subclass in refusal.__subclasses__():
        yield subclass
        yield from _below(subclass)


REFUSALS = [refusal for refusal in _below(Refusal) if refusal.__module__ == "shared.errors"]
DRAWN = re.findall(r"[├└]── (\w+) +(\d+)$", errors.__doc__ or "", flags=re.MULTILINE)


def test_the_docstring_draws_the_tree() -> None:
    """Every refusal with its status, once, and no other."""
    assert sorted(DRAWN) == sorted(
        (refusal.__name__, str(refusal.status.value)) for refusal in REFUSALS
    )


def test_the_tree_is_drawn_in_the_order_of_status() -> None:
    """So that a reader finds one."""
    statuses = [status for _, status in DRAWN]

    assert statuses == sorted(statuses)


def test_no_refusal_is_declared_anywhere_else() -> None:
    """The tree is the whole tree."""
    assert list(_below(Refusal)) == REFUSALS


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_code_is_the_name_in_snake_case(refusal: type[Refusal]) -> None:
    """Clients may rely on it."""
    assert refusal.code == re.sub(r"(?<=.)(?=[A-Z])", "_", refusal.__name__).lower()


def test_no_two_refusals_share_a_code() -> None:
    """Nor does one inherit another's."""
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_only_what_the_server_cannot_do_now_may_be_tried_again(refusal: type[Refusal]) -> None:
    """After a while that it tells; what the caller must change stays as it is."""
    assert (refusal.retry_after is not None) == (refusal.status >= 500)


@given(st.text())
def test_a_short_text_is_shown_whole(text: str) -> None:
    """Up to the length that an answer may repeat."""
    assert excerpt(text[:EXCERPT]) == text[:EXCERPT]


@given(st.text(min_size=EXCERPT + 1, max_size=2 * EXCERPT))
def test_a_longer_text_is_cut_visibly(text: str) -> None:
    """Its beginning is what helps."""
    assert excerpt(text) == text[:EXCERPT] + "…"
