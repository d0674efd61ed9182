"""Every example of the README is run, in its order, and answered as the README says."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.gateway import Gateway, gateway
from tests.docs.markdown import README, codes
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CURL = re.compile(r"""curl "\$URL(?P<path>/[^"]*)"(?: -d '(?P<body>[^']*)')?\n""")
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
                curl["body"] or "",
                (int(answer["status"]), NEW.sub("…", answer["body"])) if answer else DEFAULT,
            )


EXAMPLES = list(_examples())


@pytest.fixture(scope="module")
def api(
    aws: Emulator, tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """Build the API over the emulated tables."""
    with gateway(tmp_path_factory.mktemp("layer"), aws.endpoint, tables) as built:
        yield built


@pytest.fixture(scope="module")
def answers(api: Gateway) -> list[tuple[int, str]]:
    """Send every example, once."""
    return [api.send(example.method, example.path, example.body) for example in EXAMPLES]


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


@pytest.mark.usefixtures("answers")
def test_the_examples_fill_the_tables_as_the_readme_draws_them(
    dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> None:
    """Every attribute that it names is stored by some example, and no other."""
    mentioned = set(UUID.findall(README.text))
    drawn = {
        codes(row[0])[0]: {name for cell in row[1:] for name in codes(cell)}
        for row in README.table("| table | partition key | sort key | other attributes |")
    }
    stored: dict[str, set[str]] = {}
    for name in drawn:
        items: list[dict[str, Any]] = list(dynamodb.scan(TableName=tables[name])["Items"])
        ours = [item for item in items if mentioned & {*_texts(item)}]
        stored[name] = {attribute for item in ours for attribute in item}

    assert stored == drawn


def _texts(item: dict[str, Any]) -> Iterator[str]:
    for attribute in item.values():
        if "S" in attribute:
            yield attribute["S"]


@pytest.mark.usefixtures("answers")
def test_the_lines_of_python_work_with_the_official_client(api: Gateway) -> None:
    """They are executed as they stand, but for the URL."""
    (code,) = [content for language, content in README.blocks() if language == "python"]
    with _served(api) as (url, seen):
        exec(re.sub(r'gateway_url="[^"]+"', f'gateway_url="{url}"', code), {})  # noqa: S102

    assert [json.loads(body).keys() for _, body in seen] == [{"feedback_id"}]
    assert [status for status, _ in seen] == [200]


@contextmanager
def _served(api: Gateway) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Serve the API on loopback; give its URL, and the answers that it gave."""
    seen: list[tuple[int, str]] = []

    class _Server(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            seen.append(api.send("POST", self.path, body))
            status, answer = seen[-1]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), _Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()
        thread.join()
