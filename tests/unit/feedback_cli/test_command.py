"""The command line without a stack: what works offline, and what is told of mistakes."""

import contextlib
import json
import shlex
import subprocess
import sys
import time
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from authorizer import tokens
from authorizer.credential import Token
from authorizer.keys import TokenKey
from feedback_cli.stack import DEFAULT
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm
from tests.support.command import Feedback, full_disk
from tests.support.environment import environment
from tests.support.template import ROOT

TARGET = "0192c4a0-7e00-7000-8000-000000000001"
KEY_ID = "tokenKey0001"
PRIVATE = signing.generate(Algorithm.EDDSA)


@pytest.fixture
def private_key(tmp_path: Path) -> str:
    """Keep a private key in a file."""
    path = tmp_path / "private.pem"
    path.write_text(signing.private_pem(PRIVATE))
    return str(path)


def _mint(private_key: str, *more: str, author: str = "ada", expires_in: str = "15m") -> list[str]:
    options = {"private-key": private_key, "key-id": KEY_ID, "author": author, "target": TARGET}
    given = [f"--{name}={value}" for name, value in options.items()]
    return ["token", "mint", *given, "--metric=liked", f"--expires-in={expires_in}", *more]


def test_a_token_is_minted_offline(feedback: Feedback, private_key: str) -> None:
    """It is all that is written, so that it can be redirected."""
    minted = feedback(*_mint(private_key, "--metric=comment", "--once", "--read"))

    assert (minted.code, minted.err) == (0, "")
    public = signing.public_pem(PRIVATE.public_key())
    key = TokenKey(KEY_ID, None, None, algorithm="EdDSA", public_key=public)
    claims = tokens.verify(Token(minted.out.removesuffix("\n")), key, time.time())
    assert (claims.author, claims.targets, claims.metrics) == (
        "ada",
        [TARGET],
        ["liked", "comment"],
    )
    assert (claims.once, claims.read) == (True, True)


def test_a_token_is_minted_for_programs(feedback: Feedback, private_key: str) -> None:
    """In JSON."""
    minted = feedback(*_mint(private_key, "--json"))

    assert json.loads(minted.out).keys() == {"token"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["keys", "create", "--expires-in=0d"], "'0d' is no duration"),
        (["keys", "create", "--expires-in=-1d"], "'-1d' is no duration"),
        (["keys", "create", "--scope=everything"], "everything"),
        (["keys", "create", "--kind=other"], "other"),
        (
            ["keys", "create", "--kind=token", "--scope=feedback:read"],
            "'--scope': it is for --kind",
        ),
        (["keys", "create", "--algorithm=EdDSA"], "'--algorithm': it is for --kind token"),
        (["keys", "create", "--kind=token", "--algorithm=HS256"], "HS256"),
        (["keys", "create", "--kind=token", "--public-key=none.pem"], "does not exist"),
        (["keys", "create", f"--public-key={__file__}"], "'--public-key': it is for --kind token"),
        (["keys", "create", "--kind=token", f"--public-key={__file__}"], "no public key in PEM"),
        (["keys", "disable"], "ID"),
        (["keys", "delete"], "delete"),
        (_mint("none.pem"), "does not exist"),
        (_mint(__file__), "no private key in PEM"),
        (["token", "mint"], "--private-key"),
    ],
    ids=lambda value: " ".join(value)[-60:] if isinstance(value, list) else "",
)
def test_a_wrong_call_is_told_and_changes_nothing(
    arguments: list[str], text: str, feedback: Feedback
) -> None:
    """Exit code 2: no stack is looked for."""
    called = feedback(*arguments)

    assert (called.code, called.out) == (2, "")
    assert text in called.err


@pytest.mark.parametrize(
    "wrong",
    [
        {"author": ""},
        {"author": "x" * 257},
        {"expires_in": "soon"},
        {"expires_in": "0s"},
        {"expires_in": "367d"},
    ],
)
def test_a_token_that_would_be_refused_is_not_minted(
    wrong: dict[str, str], feedback: Feedback, private_key: str
) -> None:
    """Exit code 2, too."""
    called = feedback(*_mint(private_key, **wrong))

    assert (called.code, called.out) == (2, "")


def test_an_answer_that_cannot_be_written_is_told(feedback: Feedback, private_key: str) -> None:
    """In one line."""
    with full_disk():
        minted = feedback(*_mint(private_key))

    told = "Error: The answer cannot be written: [Errno 28] No space left on device.\n"
    assert (minted.code, minted.err) == (1, told)


def test_a_public_key_of_another_algorithm_is_told(feedback: Feedback, tmp_path: Path) -> None:
    """Whoever names one means it."""
    path = tmp_path / "public.pem"
    path.write_text(signing.public_pem(PRIVATE.public_key()))

    called = feedback("keys", "create", "--kind=token", f"--public-key={path}", "--algorithm=ES256")

    assert called.code == 2
    assert "the key is for EdDSA, not for ES256" in called.err


@pytest.mark.parametrize(
    "arguments", [[], ["keys"], ["token"], ["--help"], ["keys", "create", "--help"]]
)
def test_it_explains_itself(arguments: list[str], feedback: Feedback) -> None:
    """Where it is asked to, or nothing was asked."""
    called = feedback(*arguments)

    assert "Usage: " in called.out + called.err


def test_without_credentials_it_says_what_is_missing(feedback: Feedback, tmp_path: Path) -> None:
    """In one line."""
    nothing = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with environment(nothing):
        nowhere = feedback("keys", "list")
    assert (nowhere.code, nowhere.err) == (1, "Error: You must specify a region.\n")
    for variable in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        with environment({**nothing, variable: "eu-west-1"}):
            nobody = feedback("keys", "list")
        assert nobody.code == 1
        assert nobody.err.startswith("Error: There are no AWS credentials: set AWS_PROFILE")


def test_where_nothing_runs_it_says_how_to_start_it(feedback: Feedback, tmp_path: Path) -> None:
    """In a folder that is no checkout, or of one where nothing runs."""
    with contextlib.chdir(tmp_path):
        called = feedback("keys", "list", "--local")

    assert called.code == 1
    assert called.err == (
        f"Error: No stack runs in a checkout around {tmp_path}: start one there with `make run`.\n"
    )


def test_the_default_stack_is_the_development_stack() -> None:
    """Its name stands in samconfig.toml."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))

    assert config["dev"]["global"]["parameters"]["stack_name"] == DEFAULT


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_closed_stream_ends_in_an_exit_code(
    closed: str, private_key: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Without an answer the command fails; a remark may be lost."""
    redirected = {"stdout": ">&-", "stderr": "2>&-"}[closed]
    codes = []
    for arguments in (_mint(private_key), ["keys", "list", "--local"]):
        command = shlex.join([sys.executable, "-m", "feedback_cli", *arguments])
        run = f"exec {command} {redirected}"
        codes.append(subprocess.run(run, shell=True, check=False, cwd=tmp_path).returncode)  # noqa: S602

    assert codes == [1 if closed == "stdout" else 0, 1]
    written = capfd.readouterr()
    assert "Traceback" not in written.err
    assert bool(written.out) == (closed == "stderr")


def test_it_says_its_version(feedback: Feedback) -> None:
    """The one of its package."""
    assert feedback("--version").out == f"{version('tensorzero-feedback-cli')}\n"


def test_an_empty_id_is_refused_before_anything_is_asked(feedback: Feedback) -> None:
    """It is no key's."""
    disabled = feedback("keys", "disable", "")

    assert disabled.code == 2
