"""`feedback`, its keys and its tokens: the command line, and nothing but it."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from feedback_cli import duration, output, table
from feedback_cli.aggregates_command import aggregates
from feedback_cli.errors import Failure
from feedback_cli.give_command import give
from feedback_cli.keys import Key, Kind, Scope, new_api_key, new_token_key
from feedback_cli.options import PLAIN, Json, Local, StackName, usage
from feedback_cli.report_command import report
from feedback_cli.show_command import show
from feedback_cli.stack import DEFAULT, Stack
from feedback_cli.stats_command import stats
from tensorzero_feedback import FeedbackError, signing, tokens
from tensorzero_feedback.signing import Algorithm, PublicKey

app = typer.Typer(
    help="Feedback, keys, end users' tokens and aggregates of a TensorZero feedback stack.",
    add_completion=False,
    pretty_exceptions_enable=False,
    **PLAIN,
)
keys = typer.Typer(help="Who may use a stack.", **PLAIN)
token = typer.Typer(help="What an end user may say.", **PLAIN)
app.add_typer(keys, name="keys")
app.add_typer(token, name="token")
app.add_typer(aggregates, name="aggregates")
app.command()(give)
app.command()(show)
app.command()(stats)
app.command()(report)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. Exit codes: 0, 1 if it failed, 2 if it was called wrongly.

    `checked.exit_code` has one more.
    """
    try:
        app(arguments)
    except (Failure, FeedbackError) as failure:
        output.note(f"Error: {failure}")
        sys.exit(1)


def _lifetime(text: str) -> timedelta:
    with usage():
        return duration.parse(text)


_FILE: dict[str, Any] = {"exists": True, "dir_okay": False, "metavar": "FILE"}
_DURATION: dict[str, Any] = {"parser": _lifetime, "metavar": "DURATION"}


def _version(asked: bool) -> None:  # noqa: FBT001 - a flag
    if asked:
        output.say(version("tensorzero-feedback-cli"))
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    pass


@keys.command()
def create(
    *,
    kind: Annotated[Kind, typer.Option(help="For requests, or to sign tokens.")] = Kind.API,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            metavar="|".join(Scope),
            help="What an API key may do; more than once for more. [feedback:write]",
        ),
    ] = None,
    algorithm: Annotated[
        Algorithm | None, typer.Option(help="How tokens are signed. [EdDSA]")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option(**_FILE, help="Half of a key pair that is there; PEM.")
    ] = None,
    description: Annotated[str, typer.Option(help="Whose key it is.")] = "",
    expires_in: Annotated[
        timedelta | None, typer.Option(**_DURATION, help="As in 90d; for ever if absent.")
    ] = None,
    stack_name: StackName = DEFAULT,
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Make a key. What proves it is written to standard output, this once."""
    if kind == Kind.API:
        _only_for("--kind token", {"--algorithm": algorithm, "--public-key": public_key})
        text, item = new_api_key(scope or [Scope.FEEDBACK_WRITE], description, expires_in)
        proof = {"key": text}
    else:
        _only_for("--kind api", {"--scope": scope})
        proof, verifier = _key_pair(algorithm, public_key)
        item = new_token_key(*verifier, description, expires_in)
    output.require()
    stack, key = Stack.find(stack_name, Path.cwd(), local=local), Key.parse(item)
    table.put(stack, item)
    try:
        _show(key, proof, as_json=as_json)
    except Failure as failure:
        table.disable(stack, key.id)
        raise Failure(f"{failure} The key {key.id} was made and is disabled again.") from failure


def _show(key: Key, proof: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        output.document({**output.described(key), **proof})
        return
    output.keys([key], aside=bool(proof))
    for secret in proof.values():
        output.say(secret)
        output.note("It is shown this once: keep it now.")


def _only_for(kind: str, options: dict[str, object]) -> None:
    for option, value in options.items():
        if value:
            raise typer.BadParameter(f"it is for {kind}", param_hint=f"'{option}'")


def _key_pair(
    algorithm: Algorithm | None, public_key: Path | None
) -> tuple[dict[str, str], tuple[Algorithm, PublicKey]]:
    """Make a key pair, or take the public half of the one that is there."""
    if public_key is None:
        chosen = algorithm or Algorithm.EDDSA
        private = signing.generate(chosen)
        return {"private_key": signing.private_pem(private)}, (chosen, private.public_key())
    with usage():
        found, public = signing.load_public(public_key.read_bytes())
        if algorithm not in {None, found}:
            raise ValueError(f"the key is for {found}, not for {algorithm}")
    return {}, (found, public)


@keys.command(name="list")
def list_(*, stack_name: StackName = DEFAULT, local: Local = False, as_json: Json = False) -> None:
    """Show all keys, the newest first."""
    found = table.listed(Stack.find(stack_name, Path.cwd(), local=local))
    if as_json:
        output.document([output.described(key) for key in found])
    else:
        output.keys(found)


@keys.command()
def disable(
    key_id: Annotated[str, typer.Argument(metavar="ID")],
    *,
    stack_name: StackName = DEFAULT,
    local: Local = False,
    as_json: Json = False,
) -> None:
    """Disable a key, for good."""
    if not key_id:
        raise typer.BadParameter("expected the id of a key, found an empty text")
    stack = Stack.find(stack_name, Path.cwd(), local=local)
    key = table.disable(stack, key_id)
    if as_json:
        output.document(output.described(key))
    else:
        output.keys([key])
    output.note(f"API Gateway may let it through for {stack.cache_seconds} s more.")


@token.command()
def mint(
    *,
    private_key: Annotated[Path, typer.Option(**_FILE, help="What to sign with; PEM.")],
    key_id: Annotated[str, typer.Option(metavar="ID", help="The id of its public half.")],
    author: Annotated[str, typer.Option(help="Who gives the feedback.")],
    target: Annotated[
        list[str], typer.Option(metavar="UUID", help="On what; more than once for more.")
    ],
    metric: Annotated[
        list[str], typer.Option(metavar="NAME", help="Which; more than once for more.")
    ],
    expires_in: Annotated[timedelta, typer.Option(**_DURATION, help="As in 15m.")],
    once: Annotated[bool, typer.Option("--once", help="Refuse a second vote.")] = False,
    read: Annotated[
        bool, typer.Option("--read", help="Let the author list their own feedback.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Sign a token for an end user; this works offline."""
    with usage():
        minted = tokens.mint(
            private_key.read_bytes(),
            key_id,
            author=author,
            targets=target,
            metrics=metric,
            expires_in=expires_in,
            once=once,
            read=read,
        )
    if as_json:
        output.document({"token": minted})
    else:
        output.say(minted)
