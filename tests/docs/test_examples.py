"""Every example of the documents is executed, in their order, and does what they say."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedback_cli.keys import Scope, new_api_key, new_token_key
from feedback_cli.stack import DEFAULT as STACK
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm
from tests.docs.gateway import gateway, served
from tests.docs.markdown import DOCUMENTS, ROOT, codes, rows
from tests.docs.reader import DEFAULT, Reader
from tests.support.environment import towards
from tests.support.lambdas import TABLES
from tests.support.tables import create_table
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ELSEWHERE = (
    "docs/configuration.md",
    "docs/deployment.md",
    "docs/sam-local.md",
    "examples/thumbs/README.md",
)
"""Documents whose examples need more than an API: each has a test of its own."""
EXAMPLES = {
    f"{document.name}-{number}": block
    for document in DOCUMENTS
    if document.name not in ELSEWHERE
    for number, block in enumerate(document.blocks(), 1)
}
"""(language, content) by the document's name and the block's number in it."""
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def reader(
    aws: Emulator,
    dynamodb: "DynamoDBClient",
    tables: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Reader]:
    """Build the API over the emulated tables, with a key, and a checkout to run commands in."""
    key, item = new_api_key(Scope)
    own = {**tables, "aggregate": create_table(dynamodb, "aggregate")}  # other suites' count there
    dynamodb.put_item(TableName=tables["api_key"], Item=item)
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "events").mkdir()
    with (
        _stack(aws, tables["api_key"]),
        gateway(tmp_path_factory.mktemp("layer"), aws.endpoint, dynamodb, own) as api,
        served(api) as url,
    ):
        exported = {"URL": url, "KEY": key, "FEEDBACK_URL": url, "FEEDBACK_KEY": key}
        yield Reader(api, folder, towards(aws.endpoint), exported)


@contextmanager
def _stack(aws: Emulator, keys: str) -> Iterator[None]:
    """Deploy, under the name that `feedback` looks for, as much of a stack as it looks at."""
    template = {
        "Parameters": {"AuthorizerCacheSeconds": {"Type": "Number", "Default": 60}},
        "Resources": {"Logs": {"Type": "AWS::Logs::LogGroup"}},
        "Outputs": {"ApiKeyTable": {"Value": keys}},
    }
    formation = aws.client("cloudformation")
    formation.create_stack(StackName=STACK, TemplateBody=json.dumps(template))
    formation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    try:
        yield
    finally:
        formation.delete_stack(StackName=STACK)


@pytest.fixture(scope="module")
def failures(reader: Reader) -> dict[str, Exception]:
    """Execute every example, once, in order; return what failed, by the example's id."""
    failed: dict[str, Exception] = {}
    blocks = [*EXAMPLES.values(), ("", "")]
    for name, (language, content), (following, _) in zip(
        EXAMPLES, blocks, blocks[1:], strict=False
    ):
        try:
            reader.read(language, content)
            if "/feedback" in content and "curl" in content and following != "http":
                reader.read("http", DEFAULT)
        except Exception as failure:  # noqa: BLE001 - whatever an example raises
            failed[name] = failure
    return failed


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_its_document_says(name: str, failures: dict[str, Exception]) -> None:
    """A request is answered as shown, apart from new ids, times and hashes; code runs."""
    if name in failures:
        raise failures[name]


@pytest.mark.parametrize("document", ELSEWHERE)
def test_a_document_that_is_not_read_here_is_read_by_another_test(document: str) -> None:
    """Which names it."""
    others = {*(ROOT / "tests").rglob("*.py")} - {Path(__file__)}

    assert any(document in path.read_text("utf-8") for path in others)


@pytest.mark.usefixtures("failures")
def test_the_examples_fill_the_tables_as_the_document_draws_them(
    reader: Reader, dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> None:
    """Every attribute that it names is stored by some example, and no other."""
    drawn = {
        codes(row[0])[0]: {name for cell in row[1:] for name in codes(cell)}
        for row in rows("table", "partition key", "sort key", "other attributes")
    }
    del drawn["Aggregate"]  # its items are drawn in docs/aggregates.md
    texts = [document.text for document in DOCUMENTS] + reader.answered
    ids = {uuid for text in texts for uuid in UUID.findall(text)}
    stored, keys = {"ApiKey": _attributes_of_keys()}, {one: key for key, one in TABLES.items()}
    for name in drawn.keys() - stored.keys():
        items: list[dict[str, Any]] = list(dynamodb.scan(TableName=tables[keys[name]])["Items"])
        ours = [item for item in items if ids & {one.get("S") for one in item.values()}]
        stored[name] = {attribute for item in ours for attribute in item}

    assert stored == drawn


def _attributes_of_keys() -> set[str]:
    """Return what `feedback` stores of keys of both kinds, and when it disables one."""
    public_key = signing.generate(Algorithm.EDDSA).public_key()
    _, api_key = new_api_key(Scope, lifetime=timedelta(days=1))
    return {*api_key, *new_token_key(Algorithm.EDDSA, public_key), "disabled_at"}
