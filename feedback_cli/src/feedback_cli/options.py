"""What several commands have on their command lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

PLAIN: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": None}
"""How a group of commands explains itself."""

Local = Annotated[
    bool, typer.Option("--local", help="Instead, the stack that `make run` runs in this checkout.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

Url = Annotated[
    str,
    typer.Option(
        envvar="FEEDBACK_URL",
        metavar="URL",
        help="Where the API is. Its key is in the variable FEEDBACK_KEY.",
        show_default=False,
    ),
]

StackName = Annotated[
    str, typer.Option(envvar="FEEDBACK_STACK", help="The stack's name in CloudFormation.")
]
FunctionName = Annotated[
    str, typer.Argument(metavar="FUNCTION", help="A function of the configuration.")
]


@contextmanager
def usage() -> Iterator[None]:
    """Report a wrong value of the command line as such."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
