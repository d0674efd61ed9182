"""Every example of the README is run, in its order, and answered as the README says."""

import json
import re
import shlex
import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authorizer import credential
from feedback_cli import signing
from feedback_cli.keys import Scope, new_api_key, new_token_key
from feedback_cli.signing import Algorithm
from tests.docs.gateway import Gateway, gateway
from tests.docs.markdown import README, codes
from tests.support.command import command
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CURL = re.compile(
    r"""curl "\$URL(?P<path>/[^"]*)"(?P<headers>(?: -H "[^"]+"| \\\n)*)"""
    r"""(?: -d '(?P<body>[^']*)')?\n"""
)
HEADER = re.compile(r'-H "(?P<name>[\w-]+): (?P<value>[^"]+)"')
ANSWER = re.compile(r"HTTP/1\.1 (?P<status>\d+) .*\n\n(?P<body>.*)\n")
DEFAULT = (200, '{"feedback_id":"…"}')
"""What the README says of an example without an answer."""
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NEW = re.compile(r'(?<="feedback_id":")[0-9a-f-]{36}|(?<="config_hash":")[0-9a-f]{64}')
"""What is another in each stack; all else is told exactly."""


@dataclass(frozen=True)
class Example:
    """A request of the README, and its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    answer: tuple[int, str]


def _examples() -> Iterator[Example]:
    blocks = README.blocks()
    for (language, content), (_, next_one) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if language == "sh" and (curl := CURL.fullmatch(content)):
            answer = ANSWER.fullmatch(next_one)
            yield Example(
                "GET" if curl["body"] is None else "POST",
                curl["path"],
                {name.lower(): value for name, value in HEADER.findall(curl["headers"])},
                curl["body"] or "",
                (int(answer["status"]), NEW.sub("…", answer["body"])) if answer else DEFAULT,
            )


def _python(package: str) -> list[str]:
    """Give the lines of Python that import a package."""
    blocks = [content for language, content in README.blocks() if language == "python"]
    return [block for block in blocks if f"from {package}" in block]


def _commands() -> list[str]:
    """Give the lines that call the operators' command."""
    shells = [content for language, content in README.blocks() if language == "sh"]
    return [line for shell in shells for line in re.findall("^feedback .+$", shell, re.MULTILINE)]


EXAMPLES = list(_examples())


@pytest.fixture(scope="module")
def api(
    aws: Emulator, tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Build the API over the emulated tables."""
    with gateway(tmp_path_factory.mktemp("layer"), aws.endpoint, tables) as built:
        yield built


@pytest.fixture(scope="module")
def key(dynamodb: "DynamoDBClient", tables: dict[str, str]) -> str:
    """Make the key that the README's reader has in `KEY`."""
    text, item = new_api_key(Scope)
    dynamodb.put_item(TableName=tables["ApiKey"], Item=item)
    return text


@pytest.fixture(scope="module")
def answers(api: Gateway, key: str) -> list[tuple[int, str]]:
    """Send every example, once."""
    return [
        api.send(
            example.method,
            example.path,
            example.body,
            {name: value.replace("$KEY", key) for name, value in example.headers.items()},
        )
        for example in EXAMPLES
    ]


def test_every_curl_and_every_answer_of_the_readme_is_an_example() -> None:
    """Nothing that looks like one is left out by the patterns above."""
    blocks = README.blocks()

    assert len(EXAMPLES) == sum("curl" in content for _, content in blocks)
    assert sum(example.answer != DEFAULT for example in EXAMPLES) + 1 == sum(
        language == "http" for language, _ in blocks
    )


@pytest.mark.parametrize("index", range(len(EXAMPLES)))
def test_an_example_is_answered_as_the_readme_says(
    index: int, answers: list[tuple[int, str]]
) -> None:
    """Status and body, apart from new ids and the configuration's hash."""
    status, body = answers[index]

    assert (status, NEW.sub("…", body)) == EXAMPLES[index].answer


def test_the_examples_fill_the_tables_as_the_readme_draws_them(
    answers: list[tuple[int, str]], dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> None:
    """Every attribute that it names is stored by some example, and no other."""
    mentioned = set(UUID.findall(README.text)).union(*(UUID.findall(body) for _, body in answers))
    drawn = {
        codes(row[0])[0]: {name for cell in row[1:] for name in codes(cell)}
        for row in README.table("| table | partition key | sort key | other attributes |")
    }
    stored = {"ApiKey": _attributes_of_keys()}
    for name in drawn.keys() - stored.keys():
        items: list[dict[str, Any]] = list(dynamodb.scan(TableName=tables[name])["Items"])
        ours = [item for item in items if mentioned & {*_texts(item)}]
        stored[name] = {attribute for item in ours for attribute in item}

    assert stored == drawn


def _attributes_of_keys() -> set[str]:
    """Give what the operators' command stores of keys of both kinds, and when it disables one."""
    public_key = signing.generate(Algorithm.EDDSA).public_key()
    _, api_key = new_api_key(Scope, lifetime=timedelta(days=1))
    return {*api_key, *new_token_key(Algorithm.EDDSA, public_key), "disabled_at"}


def _texts(item: dict[str, Any]) -> Iterator[str]:
    for attribute in item.values():
        if "S" in attribute:
            yield attribute["S"]


@pytest.mark.usefixtures("answers")
def test_the_lines_of_python_work_with_the_official_client(api: Gateway, key: str) -> None:
    """They are executed as they stand, but for the URL and the key."""
    (code,) = _python("tensorzero")
    with _served(api) as (url, seen):
        code = re.sub(r'gateway_url="[^"]+"', f'gateway_url="{url}"', code)
        exec(re.sub(r'api_key="[^"]+"', f'api_key="{key}"', code), {})  # noqa: S102

    assert [json.loads(body).keys() for _, body in seen] == [{"feedback_id"}]
    assert [status for status, _ in seen] == [200]


@pytest.mark.parametrize("code", _python("feedback_cli"))
def test_the_lines_of_python_mint_a_token(code: str, tmp_path: Path) -> None:
    """They are executed as they stand, where there is a private key."""
    private_key = signing.private_pem(signing.generate(Algorithm.EDDSA))
    (tmp_path / "private.pem").write_text(private_key, "utf-8")
    names: dict[str, Any] = {}
    with chdir(tmp_path):
        exec(code, names)  # noqa: S102

    assert credential.parse(f"Bearer {names['token']}") == names["token"]


@pytest.mark.parametrize("line", _commands())
def test_the_operators_command_understands_what_is_shown(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its names and options exist; nothing is done, for help is asked for as well."""
    _, *arguments = shlex.split(line.partition(">")[0])

    assert command(capsys)(*arguments, "--help").code == 0


@contextmanager
def _served(api: Gateway) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Serve the API on loopback; give its URL, and the answers that it gave."""
    seen: list[tuple[int, str]] = []

    class _Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append(api.send("POST", self.path, body, headers))
            status, answer = seen[-1]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()
