"""Keys: their form, what is kept of them, and what operators see."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from authorizer import credential, scopes
from feedback_cli.keys import Key, Kind, Scope, new_api_key, new_token_key
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm

SECOND = timedelta(seconds=1)


def test_an_api_key_has_tensorzeros_form() -> None:
    """The authorizer reads it so."""
    text, item = new_api_key([Scope.FEEDBACK_WRITE])

    read = credential.parse(f"Bearer {text}")
    assert isinstance(read, credential.Secret)
    assert read.public_id == item["id"]["S"]
    assert re.fullmatch(r"sk-t0-[0-9A-Za-z]{12}-[0-9A-Za-z]{48}", text)


def test_of_an_api_keys_secret_only_a_hash_is_kept() -> None:
    """SHA-256: it is random enough that nothing slower is needed."""
    text, item = new_api_key(
        [Scope.FEEDBACK_WRITE, Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ], "shop"
    )
    secret = text.rpartition("-")[2]

    assert secret not in str(item)
    assert item == {
        "id": {"S": text.split("-")[2]},
        "kind": {"S": "api_key"},
        "hash": {"S": hashlib.sha256(secret.encode()).hexdigest()},
        "scopes": {"SS": ["feedback:read", "feedback:write"]},
        "description": {"S": "shop"},
        "created_at": item["created_at"],
    }


def test_no_two_keys_are_alike() -> None:
    """Neither in their ids nor in their secrets."""
    made = [new_api_key([Scope.FEEDBACK_WRITE])[0].split("-") for _ in range(100)]

    assert len({public_id for *_, public_id, _ in made}) == len({one[-1] for one in made}) == 100


def test_of_a_token_key_the_public_half_is_kept() -> None:
    """It verifies, and cannot sign."""
    public = signing.generate(Algorithm.ES256).public_key()
    item = new_token_key(Algorithm.ES256, public, "shop")

    assert item == {
        "id": item["id"],
        "kind": {"S": "token_key"},
        "algorithm": {"S": "ES256"},
        "public_key": {"S": signing.public_pem(public)},
        "description": {"S": "shop"},
        "created_at": item["created_at"],
    }
    assert re.fullmatch(r"[0-9A-Za-z]{12}", item["id"]["S"])


def test_a_key_knows_when_it_was_made_and_when_it_ends() -> None:
    """Whole seconds; by RFC 3339 for people, since 1970 for the authorizer."""
    before = datetime.now(UTC).replace(microsecond=0)
    _, item = new_api_key([Scope.FEEDBACK_WRITE], lifetime=timedelta(days=90))
    after = datetime.now(UTC)

    created = datetime.fromisoformat(item["created_at"]["S"])
    ends = datetime.fromtimestamp(int(item["expires_at"]["N"]), UTC)
    assert before <= created <= after
    assert ends - created == timedelta(days=90)


@pytest.mark.parametrize(
    ("attributes", "moment", "state"),
    [
        ({}, 0, "active"),
        ({"expires_at": {"N": "1790000000"}}, -1, "active"),
        ({"expires_at": {"N": "1790000000"}}, 0, "expired"),
        ({"disabled_at": {"S": "2026-09-01T00:00:00Z"}}, 0, "disabled"),
        (
            {"expires_at": {"N": "1"}, "disabled_at": {"S": "2026-09-01T00:00:00Z"}},
            0,
            "disabled",
        ),
    ],
)
def test_a_key_is_in_force_until_it_ends(
    attributes: dict[str, dict[str, str]], moment: int, state: str
) -> None:
    """Or until somebody disables it."""
    _, item = new_api_key([Scope.FEEDBACK_WRITE])
    now = datetime.fromtimestamp(1_790_000_000, UTC) + moment * SECOND

    assert Key.parse({**item, **attributes}).state(now) == state


def test_operators_see_of_a_key_all_but_what_proves_it() -> None:
    """Of either kind."""
    _, item = new_api_key([*Scope], "the shop", timedelta(days=1))
    key = Key.parse({**item, "expires_at": {"N": "1790000000"}})
    assert key == Key(
        id=item["id"]["S"],
        kind=Kind.API,
        scopes=["feedback:read", "feedback:write", "inferences:write"],
        algorithm=None,
        description="the shop",
        created_at=item["created_at"]["S"],
        expires_at="2026-09-21T14:13:20Z",
        disabled_at=None,
    )

    item = new_token_key(Algorithm.RS256, signing.generate(Algorithm.RS256).public_key())
    token_key = Key.parse(item)
    assert (token_key.kind, token_key.algorithm, token_key.scopes) == (Kind.TOKEN, "RS256", [])


def test_the_scopes_are_those_of_the_authorizer() -> None:
    """They share no code."""
    assert {*Scope} == {scope for scope in scopes.SCOPES.values() if scope is not None}
