"""Every example of the documents is executed, in their order, and does what they say."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedback_cli import signing
from feedback_cli.keys import Scope, new_api_key, new_token_key
from feedback_cli.signing import Algorithm
from feedback_cli.stack import DEFAULT as STACK
from tests.docs.gateway import gateway, served
from tests.docs.markdown import DOCUMENTS, ROOT, codes, rows
from tests.docs.reader import DEFAULT, Reader
from tests.support.environment import towards
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ELSEWHERE = {
    "docs/configuration.md": "tests/unit/configuration/test_document.py",
    "docs/deployment.md": "tests/template/test_deployment.py",
    "docs/sam-local.md": "tests/sam_local/test_document.py",
    "examples/thumbs/README.md": "tests/browser/test_readme.py",
}
"""Documents whose examples need more than an API: which test executes them."""
EXAMPLES = [
    pytest.param(language, content, id=f"{document.name}-{number}")
    for document in DOCUMENTS
    if document.name not in ELSEWHERE
    for number, (language, content) in enumerate(document.blocks(), 1)
]
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
    dynamodb.put_item(TableName=tables["ApiKey"], Item=item)
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "events").mkdir()
    with (
        _stack(aws, tables["ApiKey"]),
        gateway(tmp_path_factory.mktemp("layer"), aws.endpoint, tables) as api,
        served(api) as url,
    ):
        exported = {"URL": url, "KEY": key}
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
def failures(reader: Reader) -> dict[str, AssertionError]:
    """Execute every example, once, in order; return what failed, by the example's id."""
    failed = {}
    shown = [example.values for example in EXAMPLES]
    for example, following in zip(EXAMPLES, [*shown[1:], ("", "")], strict=True):
        language, content = example.values
        try:
            reader.read(language, content)
            if "curl" in content and following[0] != "http" and "inferences" not in content:
                reader.read("http", DEFAULT)
        except AssertionError as failure:
            failed[example.id] = failure
    return failed


@pytest.mark.parametrize("name", [example.id for example in EXAMPLES])
def test_an_example_does_what_its_document_says(
    name: str, failures: dict[str, AssertionError]
) -> None:
    """A request is answered as shown, apart from new ids, times and hashes; code runs."""
    if name in failures:
        raise failures[name]


@pytest.mark.parametrize(("document", "test"), ELSEWHERE.items(), ids=ELSEWHERE)
def test_what_is_not_executed_here_is_executed_elsewhere(document: str, test: str) -> None:
    """By a test that reads the document."""
    assert document in (ROOT / test).read_text("utf-8")


@pytest.mark.usefixtures("failures")
def test_the_examples_fill_the_tables_as_the_document_draws_them(
    reader: Reader, dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> None:
    """Every attribute that it names is stored by some example, and no other."""
    drawn = {
        codes(row[0])[0]: {name for cell in row[1:] for name in codes(cell)}
        for row in rows("table", "partition key", "sort key", "other attributes")
    }
    texts = [document.text for document in DOCUMENTS] + reader.answered
    ids = {uuid for text in texts for uuid in UUID.findall(text)}
    stored = {"ApiKey": _attributes_of_keys()}
    for name in drawn.keys() - stored.keys():
        items: list[dict[str, Any]] = list(dynamodb.scan(TableName=tables[name])["Items"])
        ours = [item for item in items if ids & {one.get("S") for one in item.values()}]
        stored[name] = {attribute for item in ours for attribute in item}

    assert stored == drawn


def _attributes_of_keys() -> set[str]:
    """Return what `feedback` stores of keys of both kinds, and when it disables one."""
    public_key = signing.generate(Algorithm.EDDSA).public_key()
    _, api_key = new_api_key(Scope, lifetime=timedelta(days=1))
    return {*api_key, *new_token_key(Algorithm.EDDSA, public_key), "disabled_at"}
