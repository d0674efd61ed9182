"""Tokens as an application's server mints them: what the authorizer takes, and nothing else."""

import subprocess
import sys
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest

from authorizer import claims, credential
from authorizer import tokens as authorizer
from tensorzero_feedback import signing, tokens
from tensorzero_feedback.signing import Algorithm
from tensorzero_feedback.tokens import mint
from tests.support.template import ROOT

TARGET = "0192c4a0-7e00-7000-8000-000000000001"
KEY_ID = "tokenKey0001"
PRIVATE = signing.generate(Algorithm.EDDSA)
PEM = signing.private_pem(PRIVATE)
UNVERIFIED: Any = {"verify_signature": False}
"""A token for a second may be over when it is looked at."""
GOOD: dict[str, Any] = {
    "author": "ada",
    "targets": [TARGET],
    "metrics": ["liked"],
    "expires_in": timedelta(minutes=15),
}


def _claims(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(
        token, PRIVATE.public_key(), ["EdDSA"], audience="tensorzero-feedback"
    )
    return read


def test_a_token_says_what_it_was_told_to() -> None:
    """That it is for one vote, or for reading, only if it is."""
    before = int(time.time())
    token = mint(PEM, KEY_ID, **GOOD)
    after = int(time.time())

    read = _claims(token)
    assert before <= read["iat"] <= after
    assert read == {
        "sub": "ada",
        "aud": "tensorzero-feedback",
        "iat": read["iat"],
        "exp": read["iat"] + 900,
        "targets": [TARGET],
        "metrics": ["liked"],
    }
    assert jwt.get_unverified_header(token) == {"alg": "EdDSA", "kid": KEY_ID, "typ": "JWT"}
    for flag in ("once", "read"):
        assert _claims(mint(PEM, KEY_ID, **{**GOOD, flag: True}))[flag] is True


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_token_is_signed_by_the_algorithm_of_its_key(algorithm: Algorithm) -> None:
    """A text or its bytes, as they come out of an environment or a file."""
    pem = signing.private_pem(signing.generate(algorithm))

    for private_key in (pem, pem.encode()):
        header = jwt.get_unverified_header(mint(private_key, KEY_ID, **GOOD))
        assert header["alg"] == algorithm


@pytest.mark.parametrize("target", [UUID(TARGET), TARGET.upper(), TARGET.replace("-", "")])
def test_a_target_is_spelled_as_it_is_stored(target: str | UUID) -> None:
    """However it comes."""
    assert _claims(mint(PEM, KEY_ID, **{**GOOD, "targets": [target]}))["targets"] == [TARGET]


@pytest.mark.parametrize(
    "change",
    [
        {"author": ""},
        {"author": "x" * 257},
        {"targets": []},
        {"targets": [TARGET] * 21},
        {"targets": ["nothing"]},
        {"metrics": []},
        {"metrics": ["liked"] * 51},
        {"metrics": ["liked", ""]},
        {"metrics": ["x" * 7_000]},
        {"metrics": "comment"},
        {"metrics": [5]},
        {"metrics": ["\ud800"]},
        {"author": "\ud800"},
        {"targets": TARGET},
        {"targets": "x"},
        {"expires_in": timedelta(0)},
        {"expires_in": timedelta(seconds=-1)},
        {"expires_in": timedelta(milliseconds=999)},
    ],
    ids=lambda change: str(change)[:40],
)
def test_what_would_be_refused_is_not_minted(change: dict[str, Any]) -> None:
    """Better told here than to an end user."""
    with pytest.raises(ValueError, match=r"\w"):
        mint(PEM, KEY_ID, **{**GOOD, **change})


def test_the_bounds_themselves_are_minted() -> None:
    """The shortest author and time, and as many of all else as there may be."""
    second = timedelta(seconds=1)
    most = {"author": "x" * 256, "targets": [TARGET] * 20, "metrics": ["liked"] * 50}

    assert _claims(mint(PEM, KEY_ID, **{**GOOD, "author": "x"}))["sub"] == "x"
    assert len(_claims(mint(PEM, KEY_ID, **{**GOOD, **most}))["metrics"]) == 50
    assert jwt.decode(mint(PEM, KEY_ID, **{**GOOD, "expires_in": second}), options=UNVERIFIED)


@pytest.mark.parametrize("key_id", ["", "short", "a" * 13, "tokenKey-001", f"{KEY_ID}\n"])
def test_a_key_has_an_id_of_its_form(key_id: str) -> None:
    """It was told when the key was made."""
    with pytest.raises(ValueError, match="a key's id has 12 letters and digits"):
        mint(PEM, key_id, **GOOD)


def test_whoever_mints_and_whoever_verifies_mean_the_same() -> None:
    """They share no code: one is on a server of the application's, the other on Lambda."""
    assert tokens.AUDIENCE == authorizer.AUDIENCE
    assert tokens.MAX_TOKEN == credential.MAX_TOKEN
    assert tokens.MAX_AUTHOR == claims.MAX_AUTHOR
    assert tokens.MAX_TARGETS == claims.MAX_TARGETS
    assert tokens.MAX_METRICS == claims.MAX_METRICS
    token = credential.Token(mint(PEM, KEY_ID, **GOOD))
    assert authorizer.key_id(token) == KEY_ID
    assert credential.parse(f"Bearer {token}") == token


def test_minting_needs_nothing_but_pyjwt() -> None:
    """Neither AWS nor the command line nor httpx: a server that only signs imports it."""
    script = (
        "import sys; import tensorzero_feedback.tokens;"
        " print({'anyio', 'boto3', 'botocore', 'httpx', 'rich', 'typer'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(ROOT / "clients/python/src")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "set()\n"
