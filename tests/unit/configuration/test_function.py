"""The rules of functions and of their tools."""

from collections.abc import Callable

import pytest

from configuration.function import Function
from configuration.loading import load

Write = Callable[[dict[str, str]], None]
Problems = Callable[..., tuple[str, ...]]

TOOL = '[tools.t]\ndescription = "d"\nparameters = "s.json"\n'
CHAT = '[functions.q]\ntype = "chat"\nvariants = {}\n'
JSON = '[functions.q]\ntype = "json"\nvariants = {}\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHAT, Function("chat")),
        (f'{CHAT}tools = ["t"]', Function("chat", tools=("t",))),
        (f"{CHAT}zzz = 1\nuser_schema = 'not/read.json'", Function("chat")),
        (JSON, Function("json")),
        (f"{JSON}tools = 'unread'", Function("json")),
    ],
)
def test_a_function_is_chat_with_tools_or_json(write: Write, text: str, expected: Function) -> None:
    """What feedback does not need is not looked at."""
    write({"t.toml": text + "\n" + TOOL, "s.json": "{}"})

    assert load("t.toml").functions == {"q": expected}


def test_a_json_function_may_have_a_schema(write: Write) -> None:
    """Its content is part of the configuration's hash."""
    write({"t.toml": f'{JSON}output_schema = "s.json"', "s.json": "{}"})

    schema = load("t.toml").functions["q"].output_schema

    assert schema is not None
    assert schema.text == "{}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("functions = 5", "`functions`: Expected a table, found integer"),
        ("[functions]\nq = 5", "`functions.q`: Expected a table, found integer"),
        ('[functions.q]\ntype = "chat"', "functions.q: missing field `variants`"),
        ('[functions.q]\ntype = "json"', "functions.q: missing field `variants`"),
        (
            '[functions.q]\ntype = "chat"\nvariants = 5',
            "`functions.q.variants`: Expected a table, found integer",
        ),
        (
            "[functions.q]\nvariants = {}",
            "functions.q: TensorZeroDerive: missing tag field `type`",
        ),
        (
            "[functions.q]\ntype = 5\nvariants = {}",
            "functions.q: TensorZeroDerive: missing tag field `type`",
        ),
        (
            CHAT.replace("chat", "chatty"),
            "functions.q: unknown variant `chatty`, expected `chat` or `json`",
        ),
        (
            f'{CHAT}tools = ["nope"]',
            "`functions.q.tools`: tool `nope` is not present in the config",
        ),
        (
            f'{CHAT}tools = "t"',
            'functions.q.tools: invalid type: string "t", expected a sequence',
        ),
        (
            f"{CHAT}tools = [1]",
            "functions.q.tools.[0]: invalid type: integer `1`, expected a string",
        ),
        (
            CHAT.replace("functions.q", 'functions."tensorzero::q"'),
            "User-defined function name cannot start with `tensorzero::`: tensorzero::q",
        ),
        (
            f"{JSON}output_schema = 1",
            "`functions.q.output_schema`: Expected a string, found integer",
        ),
    ],
)
def test_a_function_that_is_not_right_is_refused(
    problems: Problems, text: str, reason: str
) -> None:
    """File, key and reason, once."""
    assert problems({"t.toml": text}) == (f"t.toml: {reason}",)


def test_every_tool_that_is_missing_is_named(problems: Problems) -> None:
    """In the order of the list, and in the file in which the list stands."""
    files = {
        "1": f'{CHAT}{TOOL}[functions.r]\ntype = "chat"\nvariants = {{}}',
        "2": '[functions.q]\ntools = ["b", "t", "a"]',
        "s.json": "{}",
    }

    assert problems(files, "[12]") == (
        "2: `functions.q.tools`: tool `b` is not present in the config",
        "2: `functions.q.tools`: tool `a` is not present in the config",
    )
