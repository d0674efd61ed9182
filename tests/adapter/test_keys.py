"""Keys in the emulated table: what the operators' command puts there, the authorizer finds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from authorizer.keys import ApiKey, DynamoKeys, TokenKey
from feedback_cli.keys import Item, Scope, new_api_key, new_token_key
from shared.dynamodb import StorageUnavailable
from tensorzero_feedback import signing
from tensorzero_feedback.signing import Algorithm
from tests.support.lambdas import TABLES, handler
from tests.support.loopback import failure, serve
from tests.unit.fakes import Invocation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENDS = {"expires_at": {"N": "1790000000"}, "disabled_at": {"S": "2026-11-24T10:00:00Z"}}


@pytest.fixture
def keys(client: "DynamoDBClient", tables: dict[str, str]) -> DynamoKeys:
    """Read from the emulated table."""
    return DynamoKeys(client, tables["api_key"])


def _put(keys: DynamoKeys, item: Item, **attributes: Any) -> str:
    keys.client.put_item(TableName=keys.table, Item={**item, **attributes})
    key_id: str = item["id"]["S"]
    return key_id


@pytest.mark.parametrize(
    ("attributes", "ends"), [({}, (None, None)), (ENDS, (1_790_000_000, "2026-11-24T10:00:00Z"))]
)
def test_an_api_key_is_found_with_all_that_is_known_of_it(
    keys: DynamoKeys, attributes: dict[str, Any], ends: tuple[Any, Any]
) -> None:
    """But for the secret, which nobody knows; with its end, by time or by an operator."""
    text, item = new_api_key([Scope.FEEDBACK_WRITE, Scope.FEEDBACK_READ], "the shop")
    key_id = _put(keys, item, **attributes)

    found = keys.api_key(key_id)

    scopes = frozenset({"feedback:write", "feedback:read"})
    assert found == ApiKey(key_id, *ends, hash=item["hash"]["S"], scopes=scopes)
    assert text.split("-")[3] not in str(item)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_token_key_is_found_with_all_that_is_known_of_it(
    algorithm: Algorithm, keys: DynamoKeys
) -> None:
    """The public half, and how to use it."""
    public = signing.generate(algorithm).public_key()
    key_id = _put(keys, new_token_key(algorithm, public))

    pem = signing.public_pem(public)
    assert keys.token_key(key_id) == TokenKey(
        key_id, None, None, algorithm=algorithm.value, public_key=pem
    )


def test_a_key_of_the_other_kind_is_not_found(keys: DynamoKeys) -> None:
    """Nor one that is not there."""
    _, item = new_api_key(Scope)
    public = signing.generate(Algorithm.EDDSA).public_key()

    assert keys.token_key(_put(keys, item)) is None
    assert keys.api_key(_put(keys, new_token_key(Algorithm.EDDSA, public))) is None
    assert keys.api_key("a" * 12) is None
    assert keys.token_key("a" * 12) is None


@pytest.mark.usefixtures("short_pauses")
def test_the_authorizer_reports_an_outage(tmp_path: Path) -> None:
    """After three attempts, each a consistent read: a key that was disabled is not let through."""
    event = {"identitySource": [f"Bearer sk-t0-{'a' * 12}-{'b' * 48}"], "routeKey": "GET /status"}
    names = {key: key for key in TABLES}
    with (
        serve(failure("ThrottlingException")) as loopback,
        handler("authorizer", tmp_path, loopback.endpoint, names) as authorize,
        pytest.raises(StorageUnavailable),
    ):
        authorize(event, Invocation())

    read = {"TableName": "api_key", "Key": {"id": {"S": "a" * 12}}, "ConsistentRead": True}
    assert loopback.calls == [("GetItem", read)] * 3
