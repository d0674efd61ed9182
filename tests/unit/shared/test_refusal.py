"""Refusals: each has a code of its own, which clients may rely on."""

import re
from collections.abc import Iterator
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.refusal import EXCERPT, Refusal, excerpt
from tests.support.template import ROOT


def _subclasses(parent: type[Refusal]) -> Iterator[type[Refusal]]:
    """Yield those with a code: one without answers in its parent's name, in another shape."""
    for child in parent.__subclasses__():
        if child.__bases__ == (Refusal,) or "code" in vars(child):
            yield child
        yield from _subclasses(child)


for module in (ROOT / "functions").rglob("*.py"):
    if module.stem not in {"app", "__init__"}:
        import_module(".".join(module.relative_to(ROOT / "functions").with_suffix("").parts))
REFUSALS = list(_subclasses(Refusal))


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusals_code_is_its_name_in_snake_case(refusal: type[Refusal]) -> None:
    """And only what may pass says when to try again."""
    assert refusal.code == re.sub(r"(?<=.)(?=[A-Z])", "_", refusal.__name__).lower()
    assert 400 <= refusal.status < 600
    assert (refusal.retry_after is not None) == (refusal.status == 503)


def test_no_two_refusals_share_a_code() -> None:
    """They are collected from every module."""
    assert len({refusal.code for refusal in REFUSALS}) == len(REFUSALS) > 30


@given(st.text(max_size=2 * EXCERPT))
def test_a_callers_text_is_cut_to_its_beginning(text: str) -> None:
    """Visibly; a short one is repeated whole."""
    cut = excerpt(text)

    assert cut == (text if len(text) <= EXCERPT else text[:EXCERPT] + "…")
