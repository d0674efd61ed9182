"""A token's claims: strictly typed, bounded, and canonical."""

from typing import Any

import pytest

from authorizer.claims import (
    LEEWAY,
    MAX_AUTHOR,
    MAX_LIFETIME,
    MAX_METRICS,
    MAX_TARGETS,
    Claims,
    ExpiredToken,
    InvalidToken,
)
from authorizer.rejection import Rejection
from shared.uuids import Uuid
from tests.unit.authorizer.claims import ABSENT, NOW, TARGET, claims

NO_TIME: list[Any] = [None, "1790000000", True, -1, 2**53, float("nan"), float("inf"), [NOW]]
WRONG: dict[str, list[Any]] = {
    "sub": [ABSENT, None, "", 5, ["ada"], "x" * (MAX_AUTHOR + 1), "\ud800"],
    "exp": [ABSENT, *NO_TIME],
    "iat": [ABSENT, *NO_TIME],
    "nbf": NO_TIME,
    "targets": [
        *(ABSENT, None, [], TARGET, {TARGET: 1}, [5], [TARGET, "x"], [TARGET, None]),
        [TARGET] * (MAX_TARGETS + 1),
    ],
    "metrics": [
        *(ABSENT, None, [], "liked", {"liked": 1}, [5], ["liked", ""], ["\udfff"]),
        ["liked"] * (MAX_METRICS + 1),
    ],
    **{flag: [None, 0, 1, "true", []] for flag in ("once", "read")},
}


def _parse(**changes: Any) -> Claims:
    return Claims.parse(claims(**changes), NOW)


@pytest.mark.parametrize(("once", "read"), [(True, False), (False, True), (ABSENT, ABSENT)])
@pytest.mark.parametrize("spelling", ["{}", "{{{}}}", "urn:uuid:{}"])
def test_claims_are_read(once: Any, read: Any, spelling: str) -> None:
    """A target in any spelling; others may read the token as well, so unknown claims are let be."""
    target = spelling.format(TARGET.upper())

    others = {"iss": "shop", "plan": {"free": True}}
    assert _parse(once=once, read=read, targets=[target], **others) == Claims(
        author="ada",
        targets=[Uuid(TARGET)],
        metrics=["liked"],
        once=once is True,
        read=read is True,
        expires_at=NOW + 600,
    )


def test_the_bounds_themselves_are_allowed() -> None:
    """As many as fit; when it was made does not matter."""
    read = _parse(
        sub="é" * MAX_AUTHOR,
        targets=[TARGET] * MAX_TARGETS,
        metrics=["liked"] * MAX_METRICS,
        iat=0,
    )

    assert (len(read.author), len(read.targets), len(read.metrics)) == (256, 20, 50)


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name, values in WRONG.items() for wrong in values]
)
def test_a_claim_of_another_type_is_refused(name: str, wrong: Any) -> None:
    """The reason names it, and does not repeat it."""
    with pytest.raises(InvalidToken, match=f"^{name}: expected"):
        _parse(**{name: wrong})


@pytest.mark.parametrize(
    ("good", "bad", "refusal"),
    [
        ({"exp": NOW + 1}, {"exp": NOW}, ExpiredToken),
        ({"exp": NOW + 1.5}, {"exp": NOW + 0.5}, ExpiredToken),
        ({"exp": NOW + MAX_LIFETIME}, {"exp": NOW + MAX_LIFETIME + 1}, InvalidToken),
        ({"nbf": NOW + LEEWAY}, {"nbf": NOW + LEEWAY + 1}, InvalidToken),
    ],
    ids=["end", "fraction", "a year", "beginning"],
)
def test_a_token_is_good_for_a_time(
    good: dict[str, Any], bad: dict[str, Any], refusal: type[Rejection]
) -> None:
    """A server's clock may be a minute ahead; one that counts milliseconds is refused."""
    assert _parse(**good, iat=NOW + 600).expires_at == int(good.get("exp", NOW + 600))
    with pytest.raises(refusal):
        _parse(**bad)
