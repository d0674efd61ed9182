"""Any body at all: an answer of four kinds, and behind each 200 its row.

`make fuzz` tries 100,000 of them; FUZZ_EXAMPLES says how many.
"""

import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from shared import uuids
from shared.catalog import Catalog
from tests.support.clients import connected
from tests.support.handlers import RECORD, SUBMIT, compose
from tests.support.lambdas import LAYER, write_layer
from tests.unit.fakes import Invocation, ManualTime
from tools.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "400"))
SHARDS = max(EXAMPLES // 5_000, 1)
"""A long run is shown part by part."""
FUZZ = settings(
    suppress_health_check=list(HealthCheck),  # fixtures that all examples share are meant here
    derandomize="FUZZ_EXAMPLES" not in os.environ,
)
CHAT = "0192c4a0-7e00-7000-8000-00000000f001"
JSON = "0192c4a0-7e00-7000-8000-00000000f002"
FREE = "0192c4a0-7e00-7000-8000-00000000f003"
EPISODE = "0192c4a0-7e00-7000-8000-00000000f004"
NOBODY = "0192c4a0-7e00-7000-8000-00000000f005"

Requests: TypeAlias = st.SearchStrategy[dict[str, Any]]

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
tags = st.dictionaries(
    st.sampled_from(
        [
            "tensorzero::datapoint_id",
            "tensorzero::evaluator_inference_id",
            "tensorzero::human_feedback",
        ]
    )
    | st.text(),
    st.sampled_from([CHAT, ""]) | st.text(),
)
arguments = st.fixed_dictionaries(
    {
        "customer_email": st.sampled_from(["ada@example.com", "nobody"]) | json_values,
        "order_number": st.sampled_from([None, "AB-123456"]) | json_values,
    }
)
blocks = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "tool_call"]) | json_values,
        "text": st.text() | json_values,
        "id": st.text() | json_values,
        "name": st.sampled_from(["find_order"]) | json_values,
        "arguments": arguments | json_values,
    },
)
values = st.booleans() | st.floats() | st.text() | st.lists(blocks) | json_values
requests = st.fixed_dictionaries(
    {
        "metric_name": st.sampled_from(
            ["draft_accepted", "edit_distance", "user_rating", "comment", "demonstration"]
        )
        | st.text(),
        "value": values,
    },
    optional={
        "inference_id": st.sampled_from([CHAT, JSON, FREE]) | json_values,
        "episode_id": st.sampled_from([EPISODE, NOBODY, None]) | json_values,
        "tags": tags | json_values,
        "internal": st.booleans() | json_values,
        "dryrun": st.booleans() | json_values,
    },
)


def _good(metric: str, level: str, targets: list[str], value: st.SearchStrategy[Any]) -> Requests:
    return st.fixed_dictionaries(
        {"metric_name": st.just(metric), "value": value, level: st.sampled_from(targets)},
        optional={
            "tags": st.dictionaries(st.text(), st.text()) | tags,
            "internal": st.booleans(),
            "dryrun": st.sampled_from([False, True, None]),
        },
    )


numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
good = (
    _good("draft_accepted", "inference_id", [CHAT, JSON], st.booleans())
    | _good("edit_distance", "inference_id", [CHAT, JSON], numbers)
    | _good("user_rating", "episode_id", [EPISODE], numbers)
    | _good("comment", "episode_id", [EPISODE], st.text())
    | _good("demonstration", "inference_id", [CHAT, FREE], st.text() | st.lists(blocks))
    | _good("demonstration", "inference_id", [FREE], json_values)
)


def _spoil(body: str, at: int, put: str) -> str:
    return body[:at] + put + body[at:]


bodies = (
    good.map(json.dumps)
    | st.builds(lambda one, other: json.dumps({**one, **other}), good, requests)
    | requests.map(json.dumps)
    | json_values.map(json.dumps)
    | st.text()
    | st.builds(_spoil, good.map(json.dumps), st.integers(0, 200), st.text())
)


Post = Callable[[str], tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def post(
    aws: Emulator, tables: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Post]:
    """Compose the handler over the emulated tables; its waits pass at once."""
    layer = write_layer(tmp_path_factory.mktemp("layer"))
    catalog = Catalog.load(layer / LAYER)
    with connected(aws.endpoint) as client:
        handlers = compose(client, tables, catalog, ManualTime().clock())
        inferences: dict[str, dict[str, Any]] = {
            CHAT: {"function_name": "draft_reply", "output": [{"type": "text", "text": "hi"}]},
            JSON: {"function_name": "classify_ticket", "output": {"raw": "1", "parsed": 1}},
            FREE: {"function_name": "classify_ticket", "output_schema": {}},
        }
        for inference_id, extra in inferences.items():
            body = {
                "inference_id": inference_id,
                "episode_id": EPISODE,
                "variant_name": "v",
                **extra,
            }
            assert handlers[RECORD]({"body": json.dumps(body)}, Invocation())["statusCode"] == 200

        def send(body: str) -> tuple[int, dict[str, Any]]:
            reply = handlers[SUBMIT]({"body": body}, Invocation())
            return reply["statusCode"], json.loads(reply["body"])

        yield send


def _is_stored(
    body: str, feedback_id: str, client: "DynamoDBClient", names: dict[str, str]
) -> bool:
    """Look for the row where the request says that it is."""
    request = json.loads(body)
    metric = request["metric_name"]
    kind = {"draft_accepted": "boolean", "edit_distance": "float", "user_rating": "float"}
    table = names[kind.get(metric, metric)]
    target = uuids.parse(request.get("inference_id") or request["episode_id"])
    partition = "inference_id" if metric == "demonstration" else "target_id"
    key = {partition: {"S": str(target)}, "id": {"S": feedback_id}}
    return "Item" in client.get_item(TableName=table, Key=key, ConsistentRead=True)


@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
@settings(FUZZ, max_examples=EXAMPLES // SHARDS)
@given(body=bodies)
def test_any_body_is_answered_and_a_200_has_its_row(
    shard: int, body: str, post: Post, dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> None:
    """200, 400, 404 or 413; a dry run stores nothing."""
    event(f"part {shard} of {SHARDS}")
    status, answer = post(body)
    event(f"status {status}")

    assert status in {200, 400, 404, 413}
    if status == 200:
        dry = bool(json.loads(body).get("dryrun"))
        assert _is_stored(body, answer["feedback_id"], dynamodb, tables) is not dry
    else:
        assert [name for name in answer if name != "detail"] == ["error", "code"]
        assert len(answer["error"]) < 2_000


@settings(FUZZ, max_examples=max(EXAMPLES // 10, 200))
@given(value=json_values)
def test_any_json_value_is_a_demonstration_where_no_schema_forbids_it(
    value: Any, post: Post, dynamodb: "DynamoDBClient", tables: dict[str, str]
) -> None:
    """Stored and read back equal; `raw` parses to `parsed`."""
    request = {"metric_name": "demonstration", "value": value, "inference_id": FREE}
    status, answer = post(json.dumps(request))

    assert status == 200, answer
    key = {"inference_id": {"S": FREE}, "id": {"S": answer["feedback_id"]}}
    item = dynamodb.get_item(TableName=tables["demonstration"], Key=key)["Item"]
    stored = json.loads(item["value"]["S"])
    assert stored["parsed"] == _as_64_bits(value)
    assert json.loads(stored["raw"]) == stored["parsed"]


def _as_64_bits(value: Any) -> Any:
    """Bring integers beyond 64 bits to the floats that TensorZero reads them as."""
    if isinstance(value, list):
        return [_as_64_bits(one) for one in value]
    if isinstance(value, dict):
        return {key: _as_64_bits(one) for key, one in value.items()}
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return float(value)
    return value
