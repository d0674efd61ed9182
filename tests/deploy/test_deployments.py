"""The account's set-up and the stack, deployed twice as the workflow does it, to the emulator."""

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.deploy.conftest import STAGE, Account
from tests.docs.markdown import Document
from tests.support.deployment import deployed
from tests.support.template import ROOT, properties, resources

DOCUMENT = Document.at("docs/deployment.md")
FOLLOWED = ["BooleanMetricFeedback", "FloatMetricFeedback", "DemonstrationFeedback", "Target"]
COMMANDS = [block for language, block in DOCUMENT.blocks() if language == "sh"]


@pytest.fixture(scope="module")
def variables(account: Account) -> dict[str, str]:
    """Set the stage up, twice; the second time there is nothing to do."""
    first = account.prepare()

    assert account.prepare() == first
    return first


def test_what_is_deployed_from_is_encrypted_private_and_versioned(
    account: Account, variables: dict[str, str]
) -> None:
    """The lifecycle apart, which the emulator does not keep."""
    s3, bucket = account.client("s3"), {"Bucket": variables["ARTEFACT_BUCKET"]}
    encryption = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]
    blocked = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]

    assert "AES256" in json.dumps(encryption)
    assert set(blocked.values()) == {True}
    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"


def test_a_second_deployment_changes_one_parameter_and_keeps_the_rest(
    account: Account, variables: dict[str, str], tmp_path: Path
) -> None:
    """The stage above all, authentication, and what is in the tables, which can be imported."""
    item = {"id": {"S": "kept"}}

    account.deploy(variables)
    before, table = _parameters(account), _tables(account)["ApiKey"]
    account.client("dynamodb").put_item(TableName=table, Item=item)
    account.deploy(variables, "--parameter-overrides MemorySize=1024")

    assert _parameters(account) == {**before, "MemorySize": "1024"}
    assert before["Stage"] == STAGE
    assert _tables(account)["ApiKey"] == table
    assert account.client("dynamodb").get_item(TableName=table, Key=item)["Item"] == item
    _assert_importable(account, tmp_path)


def _assert_importable(account: Account, folder: Path) -> None:
    """Let tools.retained write a template of all tables, and the name of each."""
    (command,) = (one for block in COMMANDS for one in block.splitlines() if "retained" in one)
    command = command.replace("tensorzero-feedback-prod", account.stack)
    account.run(command.replace(".local/import", shlex.quote(str(folder))))
    template = json.loads((folder / "template.json").read_text("utf-8"))
    resources = json.loads((folder / "resources.json").read_text("utf-8"))

    identified = {
        one["LogicalResourceId"]: one["ResourceIdentifier"]["TableName"] for one in resources
    }
    assert identified == _tables(account)
    described = {name: one["Properties"] for name, one in template["Resources"].items()}
    declared = properties("AWS::DynamoDB::Table", deployed(Aggregates="on"))
    for part in ("KeySchema", "StreamSpecification"):
        assert {name: one.get(part) for name, one in described.items()} == {
            name: one.get(part) for name, one in declared.items()
        }
    lint = [str(ROOT / ".venv/bin/cfn-lint"), str(folder / "template.json")]
    assert subprocess.run(lint, check=False).returncode == 0


def test_aggregates_are_turned_off_and_on_over_tables_that_stay(
    account: Account, variables: dict[str, str]
) -> None:
    """What is stored stays under the same names; what belongs to aggregates goes and comes."""
    item = {"target_id": {"S": "kept"}}

    account.deploy(variables)
    tables = _tables(account)
    account.client("dynamodb").put_item(TableName=tables["Target"], Item=item)
    with_ = _resources(account)
    account.deploy(variables, "--parameter-overrides Aggregates=off")
    without = _resources(account)
    assert _followed(account) == set()
    account.deploy(variables, "--parameter-overrides Aggregates=on")

    gone = with_.keys() - without.keys()
    assert without.items() <= with_.items()
    assert {name for name in gone if "Route" in name} == {
        name for name, one in resources("AWS::ApiGatewayV2::Route").items() if "Condition" in one
    }
    assert {"Aggregate", "AggregatorFunction", "AggregatorFailures"} < gone
    assert _resources(account).keys() == with_.keys()
    assert _tables(account) == tables
    assert _followed(account) == {tables[name] for name in FOLLOWED}
    found = account.client("dynamodb").get_item(TableName=tables["Target"], Key=item)
    assert found["Item"] == item


def _followed(account: Account) -> set[str]:
    """Give the names of the tables whose streams are on and followed."""
    mappings = account.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    followed = {one["EventSourceArn"].split("/")[1] for one in mappings}
    describe = account.client("dynamodb").describe_table
    on = {
        name
        for name in _tables(account).values()
        if describe(TableName=name)["Table"].get("StreamSpecification", {}).get("StreamEnabled")
    }
    assert followed == on
    return on


def _parameters(account: Account) -> dict[str, str]:
    cloudformation = account.client("cloudformation")
    [one] = cloudformation.describe_stacks(StackName=account.stack)["Stacks"]
    return {each["ParameterKey"]: each["ParameterValue"] for each in one["Parameters"]}


def _tables(account: Account) -> dict[str, str]:
    return _resources(account, "AWS::DynamoDB::Table")


def _resources(account: Account, kind: str = "") -> dict[str, str]:
    """Give the names of the resources of a type, or of all, by logical id."""
    pages = account.client("cloudformation").get_paginator("list_stack_resources")
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for page in pages.paginate(StackName=account.stack)
        for one in page["StackResourceSummaries"]
        if one["ResourceType"] == kind or not kind
    }


@pytest.mark.parametrize("command", COMMANDS, ids=[block.split("\n")[0] for block in COMMANDS])
def test_a_command_of_the_document_can_be_pasted(command: str) -> None:
    """It is of bash's grammar, and a stack and a region that it names are those of a stage."""
    subprocess.run(["bash", "-n"], input=command, text=True, check=True)
    settings = (ROOT / "samconfig.toml").read_text("utf-8")

    for word in shlex.split(command.replace("\n", " ; "), comments=True):
        stack = word.removeprefix("deploy-")
        if stack.startswith("tensorzero-feedback-") and "$" not in stack:
            assert any(f'"{one}"' in settings for one in (stack, "-".join(stack.split("-")[:3])))
        if word.startswith("eu-"):
            assert f'region = "{word}"' in settings
