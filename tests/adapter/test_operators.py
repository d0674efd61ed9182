"""The operators' command on a stack in the emulated AWS: keys are made, listed and disabled."""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feedback_cli.stack import NOTE
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm
from tests.support.command import Feedback, command, full_disk
from tests.support.environment import environment, towards
from tests.support.loopback import Answer, serve
from tests.support.template import resources
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "keys-of-an-operator"
OLD = "keys-of-nobody"
EMPTIED = "keys-that-were"
SECONDS = "45"
"""For how long API Gateway remembers a key there."""


def _template(outputs: dict[str, Any]) -> str:
    """Write what the command reads of the template: the table of keys, and a parameter."""
    table = resources("AWS::DynamoDB::Table")["ApiKey"]["Properties"]
    attributes = {
        name: table[name] for name in ("AttributeDefinitions", "KeySchema", "BillingMode")
    }
    return json.dumps(
        {
            "Parameters": {"AuthorizerCacheSeconds": {"Type": "Number", "Default": 60}},
            "Resources": {"ApiKey": {"Type": "AWS::DynamoDB::Table", "Properties": attributes}},
            "Outputs": outputs,
        }
    )


@pytest.fixture(scope="module", autouse=True)
def stacks(aws: Emulator) -> None:
    """Make the stack, one of the time before there were keys, and one whose table has gone."""
    formation = aws.client("cloudformation")
    table = {"ApiKeyTable": {"Value": {"Ref": "ApiKey"}}}
    for name, outputs in ((NAME, table), (OLD, {}), (EMPTIED, table)):
        formation.create_stack(
            StackName=name,
            TemplateBody=_template(outputs),
            Parameters=[{"ParameterKey": "AuthorizerCacheSeconds", "ParameterValue": SECONDS}],
        )
        waiter = formation.get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    aws.client("dynamodb").delete_table(TableName=_table(aws, EMPTIED))


def _table(aws: Emulator, stack: str) -> str:
    [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    [output] = found["Outputs"]
    name: str = output["OutputValue"]
    return name


@pytest.fixture
def feedback(capsys: pytest.CaptureFixture[str]) -> Feedback:
    """Run `feedback` with arguments."""
    return command(capsys)


@pytest.fixture(autouse=True)
def surroundings(aws: Emulator) -> Iterator[None]:
    """Be an operator: with credentials, a region, and a stack of one's own."""
    with environment({**towards(aws.endpoint), "FEEDBACK_STACK": NAME}):
        yield


def _items(dynamodb: "DynamoDBClient", aws: Emulator) -> dict[str, dict[str, Any]]:
    items = dynamodb.scan(TableName=_table(aws, NAME))["Items"]
    return {item["id"]["S"]: item for item in items}


def test_a_key_is_shown_once_and_only_its_hash_is_kept(
    feedback: Feedback, dynamodb: "DynamoDBClient", aws: Emulator
) -> None:
    """It is all of the output; the remarks beside it are for people."""
    made = feedback("keys", "create", "--description=the shop", "--expires-in=90d")

    assert made.code == 0
    assert re.fullmatch(r"sk-t0-[0-9A-Za-z]{12}-[0-9A-Za-z]{48}\n", made.out)
    *_, key_id, secret = made.out.strip().split("-")
    item = _items(dynamodb, aws)[key_id]
    assert item["hash"] == {"S": hashlib.sha256(secret.encode()).hexdigest()}
    assert item["scopes"] == {"SS": ["feedback:write"]}
    assert secret not in str(_items(dynamodb, aws)) + made.err + feedback("keys", "list").out
    assert "It is shown this once: keep it now." in made.err
    assert key_id in made.err


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_key_that_nobody_was_shown_is_disabled(
    form: list[str], feedback: Feedback, dynamodb: "DynamoDBClient", aws: Emulator
) -> None:
    """Nobody could use it, and nobody is to find it later."""
    before = _items(dynamodb, aws)

    with full_disk():
        made = feedback("keys", "create", *form)

    [key_id] = _items(dynamodb, aws).keys() - before.keys()
    assert made.code == 1
    assert made.err.endswith(
        "Error: The answer cannot be written: [Errno 28] No space left on device."
        f" The key {key_id} was made and is disabled again.\n"
    )
    assert "disabled_at" in _items(dynamodb, aws)[key_id]


def test_a_list_that_cannot_be_written_is_reported(feedback: Feedback) -> None:
    """As any other answer."""
    with full_disk():
        listed = feedback("keys", "list")

    assert (listed.code, listed.err) == (
        1,
        "Error: The answer cannot be written: [Errno 28] No space left on device.\n",
    )


def test_a_key_is_made_for_programs(feedback: Feedback) -> None:
    """In JSON, with everything that is known of it."""
    made = feedback("keys", "create", "--scope=feedback:read", "--scope=inferences:write", "--json")

    document = json.loads(made.out)
    key = document.pop("key")
    assert (made.code, made.err) == (0, "")
    assert document == {
        "id": key.split("-")[2],
        "kind": "api",
        "scopes": ["feedback:read", "inferences:write"],
        "algorithm": None,
        "description": "",
        "created_at": document["created_at"],
        "expires_at": None,
        "disabled_at": None,
        "state": "active",
    }


@pytest.mark.parametrize(
    ("option", "algorithm"),
    [([], Algorithm.EDDSA), *(([f"--algorithm={one}"], one) for one in Algorithm)],
)
def test_a_token_keys_private_half_is_shown_once_and_never_sent(
    option: list[str],
    algorithm: Algorithm,
    feedback: Feedback,
    dynamodb: "DynamoDBClient",
    aws: Emulator,
) -> None:
    """A PEM text, as a file has it; of Ed25519 by default, whose tokens are the shortest."""
    made = feedback("keys", "create", "--kind=token", *option)

    found, private = signing.load_private(made.out.encode())
    public = signing.public_pem(private.public_key())
    [item] = [
        one for one in _items(dynamodb, aws).values() if one.get("public_key") == {"S": public}
    ]
    assert (made.code, found) == (0, algorithm)
    assert item["algorithm"] == {"S": algorithm.value}
    assert item["id"]["S"] in made.err
    assert "PRIVATE" not in str(_items(dynamodb, aws))


def test_a_public_key_that_is_there_is_taken(
    feedback: Feedback, dynamodb: "DynamoDBClient", aws: Emulator, tmp_path: Path
) -> None:
    """Its private half is never seen here."""
    public = signing.public_pem(signing.generate(Algorithm.ES256).public_key())
    (tmp_path / "public.pem").write_text(public)

    made = feedback(
        "keys", "create", "--kind=token", f"--public-key={tmp_path / 'public.pem'}", "--json"
    )

    document = json.loads(made.out)
    assert (document["algorithm"], "private_key" in document) == ("ES256", False)
    assert _items(dynamodb, aws)[document["id"]]["public_key"] == {"S": public}


def test_keys_are_listed(feedback: Feedback) -> None:
    """The newest first, as a table, and in JSON for programs."""
    made = [
        json.loads(
            feedback("keys", "create", f"--kind={kind}", "--description=[red]é", "--json").out
        )
        for kind in ("api", "token")
    ]

    shown = feedback("keys", "list")
    listed = json.loads(feedback("keys", "list", "--json").out)

    rows = {line.split()[0]: line for line in shown.out.splitlines()}
    assert rows["ID"].split() == [
        *("ID", "Kind", "May", "Description", "Created", "Expires", "State")
    ]
    for key, may in zip(made, ("feedback:write", "sign tokens by EdDSA"), strict=True):
        assert may in rows[key["id"]]
        assert "[red]é" in rows[key["id"]]
        assert rows[key["id"]].split()[-2:] == ["never", "active"]
    assert [key["created_at"] for key in listed] == sorted(
        (key["created_at"] for key in listed), reverse=True
    )
    shared = ("id", "kind", "scopes", "algorithm", "description", "created_at", "state")
    for key in made:
        assert {name: key[name] for name in shared} in [
            {name: one[name] for name in shared} for one in listed
        ]


def test_a_key_is_disabled_for_good(feedback: Feedback) -> None:
    """The moment is the first one; the remark says for how long it may still work."""
    key_id = json.loads(feedback("keys", "create", "--json").out)["id"]

    disabled = feedback("keys", "disable", key_id)
    again = feedback("keys", "disable", key_id, "--json")

    assert (disabled.code, again.code) == (0, 0)
    assert key_id in disabled.out
    assert disabled.err == f"API Gateway may let it through for {SECONDS} s more.\n"
    [listed] = [
        one for one in json.loads(feedback("keys", "list", "--json").out) if one["id"] == key_id
    ]
    assert listed["state"] == "disabled"
    assert json.loads(again.out) == listed


GONE = "Error: An error occurred (ResourceNotFoundException)"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["disable", "nobodysKey01"], "Error: No key has the id 'nobodysKey01'.\n"),
        (
            ["list", "--stack-name=nobodys"],
            "Error: There is no stack 'nobodys' in us-east-1: name it with --stack-name,",
        ),
        (
            ["list", f"--stack-name={OLD}"],
            f"Error: The stack {OLD!r} has no table of keys: deploy it anew.\n",
        ),
        (["list", f"--stack-name={EMPTIED}"], GONE),
        (["create", f"--stack-name={EMPTIED}"], GONE),
        (["disable", "nobodysKey01", f"--stack-name={EMPTIED}"], GONE),
    ],
)
def test_what_cannot_be_done_is_reported(
    arguments: list[str],
    error: str,
    feedback: Feedback,
    dynamodb: "DynamoDBClient",
    aws: Emulator,
) -> None:
    """With what to do, or in AWS's own words; and no key is made of it."""
    called = feedback("keys", *arguments)

    assert (called.code, called.out) == (1, "")
    assert called.err.startswith(error)
    assert "nobodysKey01" not in _items(dynamodb, aws)


def test_an_operator_who_has_no_permission_is_not_sent_to_look_for_the_stack(
    feedback: Feedback,
) -> None:
    """CloudFormation's own words are shown."""
    error = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>No.</Message></Error>"
    forbidden = Answer(403, f"<ErrorResponse>{error}</ErrorResponse>")
    with serve(forbidden) as loopback, environment(towards(loopback.endpoint)):
        called = feedback("keys", "list")

    assert called.code == 1
    assert called.err.startswith("Error: An error occurred (AccessDenied)")


@pytest.mark.parametrize("gone", [False, True])
def test_the_local_stack_is_found_from_anywhere_in_its_checkout(
    feedback: Feedback, aws: Emulator, tmp_path: Path, gone: bool
) -> None:
    """By the note that `make run` leaves, whatever credentials there are; it may be out of date."""
    note = tmp_path / NOTE
    note.parent.mkdir(parents=True)
    endpoint = "http://127.0.0.1:9" if gone else aws.endpoint
    note.write_text(json.dumps({"endpoint": endpoint, "region": "us-east-1", "stack": NAME}))
    (tmp_path / "docs").mkdir()
    with environment({}), contextlib.chdir(tmp_path / "docs"):
        listed = feedback("keys", "list", "--local", "--json")

    assert listed.code == gone
    if gone:
        assert listed.err.startswith("Error: Could not connect to the endpoint URL")
    else:
        assert (bool(json.loads(listed.out)), listed.err) == (True, "")
