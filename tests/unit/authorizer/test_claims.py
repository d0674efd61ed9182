"""A token's claims: strictly typed, bounded, and canonical."""

from typing import Any

import pytest

from authorizer.claims import MAX_AUTHOR, MAX_METRICS, MAX_TARGETS, Claims, InvalidToken
from shared.uuids import Uuid
from tests.unit.authorizer.claims import ABSENT, TARGET, claims

NO_TIME: list[Any] = [ABSENT, None, "1790000000", 1.5, 1e9, True, -1, 2**53]
WRONG: dict[str, list[Any]] = {
    "sub": [ABSENT, None, "", 5, ["ada"], "x" * (MAX_AUTHOR + 1), "\ud800"],
    "exp": NO_TIME,
    "iat": NO_TIME,
    "targets": [
        *(ABSENT, None, [], TARGET, {TARGET: 1}, [5], [TARGET, "x"], [TARGET, None]),
        [TARGET] * (MAX_TARGETS + 1),
    ],
    "metrics": [
        *(ABSENT, None, [], "liked", {"liked": 1}, [5], ["liked", ""], ["\udfff"]),
        ["liked"] * (MAX_METRICS + 1),
    ],
    "once": [None, 0, 1, "true", []],
}


def test_claims_are_read() -> None:
    """Unless it says so, a token is not for one vote only."""
    assert Claims.parse(claims(exp=1_790_000_000)) == Claims(
        author="ada",
        targets=[Uuid(TARGET)],
        metrics=["liked"],
        once=False,
        expires_at=1_790_000_000,
    )
    assert Claims.parse(claims(once=True)).once is True
    assert Claims.parse(claims(once=False)).once is False


@pytest.mark.parametrize(
    "spelling",
    [TARGET.upper(), TARGET.replace("-", ""), f"urn:uuid:{TARGET}", f"{{{TARGET}}}"],
)
def test_a_target_is_known_by_whatever_spelling(spelling: str) -> None:
    """As TensorZero reads a UUID."""
    assert Claims.parse(claims(targets=[spelling])).targets == [TARGET]


def test_the_bounds_themselves_are_allowed() -> None:
    """As many as fit."""
    read = Claims.parse(
        claims(
            sub="é" * MAX_AUTHOR,
            targets=[TARGET] * MAX_TARGETS,
            metrics=["liked"] * MAX_METRICS,
            exp=2**53 - 1,
            iat=0,
        )
    )

    assert (len(read.author), len(read.targets), len(read.metrics)) == (256, 20, 50)


def test_claims_of_no_meaning_here_are_let_be() -> None:
    """Others may read the token as well."""
    assert Claims.parse(claims(iss="shop", jti="1", plan={"free": True})).author == "ada"


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name, values in WRONG.items() for wrong in values]
)
def test_a_claim_of_another_type_is_refused(name: str, wrong: Any) -> None:
    """The reason names it, and does not repeat it."""
    with pytest.raises(InvalidToken, match=f"^{name}: expected"):
        Claims.parse(claims(**{name: wrong}))
