"""The official `tensorzero` client, unchanged, against the deployed API."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import pytest
from tensorzero import AsyncTensorZeroGateway, TensorZeroError, TensorZeroGateway

from feedback.kinds.registry import KINDS
from tests.support.lambdas import TABLES
from tools.stack import Stack

ACCEPTED = [
    ("draft_accepted", "inference_id", True),
    ("user_rating", "episode_id", 4.5),
    ("comment", "inference_id", "good"),
    ("comment", "episode_id", ""),
    ("demonstration", "inference_id", "A better answer."),
]
REFUSED = [
    ("draft_accepted", "inference_id", "yes", 400),
    ("user_rating", "episode_id", True, 400),
    ("user_rating", "inference_id", 4.5, 400),
    ("comment", "inference_id", 5, 400),
    ("demonstration", "inference_id", {"no": "blocks"}, 400),
    ("nothing_of_the_kind", "inference_id", True, 404),
]


def _target(level: str, inference: dict[str, str]) -> dict[str, Any]:
    """Return the id of that level, as the keyword argument that the client takes."""
    return {level: inference[level]}


def _stored(stack: Stack, feedback_id: object) -> int:
    tables = [TABLES[kind] for kind in KINDS]
    return sum(
        item["id"]["S"] == str(feedback_id) for table in tables for item in stack.items(table)
    )


@pytest.mark.parametrize(("metric", "level", "value"), ACCEPTED)
def test_the_client_gives_feedback(
    metric: str, level: str, value: Any, stack: Stack, key: str, inference: dict[str, str]
) -> None:
    """It reads the id out of the answer, and the row is there."""
    with TensorZeroGateway.build_http(gateway_url=stack.url, api_key=key) as client:
        answer = client.feedback(metric_name=metric, value=value, **_target(level, inference))

    assert _stored(stack, answer.feedback_id) == 1


@pytest.mark.parametrize(("metric", "level", "value", "status"), REFUSED)
def test_the_client_learns_why_it_is_refused(
    metric: str,
    level: str,
    value: Any,
    status: int,
    stack: Stack,
    key: str,
    inference: dict[str, str],
) -> None:
    """The status and the text reach it."""
    with (
        TensorZeroGateway.build_http(gateway_url=stack.url, api_key=key) as client,
        pytest.raises(TensorZeroError) as refusal,
    ):
        client.feedback(metric_name=metric, value=value, **_target(level, inference))

    assert refusal.value.status_code == status
    assert '"code":' in str(refusal.value.text)


def test_the_client_learns_that_its_key_is_not_accepted(
    stack: Stack, inference: dict[str, str]
) -> None:
    """The words are API Gateway's."""
    with (
        TensorZeroGateway.build_http(
            gateway_url=stack.url, api_key=f"sk-t0-{'a' * 12}-{'b' * 48}"
        ) as client,
        pytest.raises(TensorZeroError) as refusal,
    ):
        client.feedback(metric_name="comment", value="x", **_target("episode_id", inference))

    assert refusal.value.status_code == 403
    assert json.loads(str(refusal.value.text)) == {"message": "Forbidden"}


def test_the_asynchronous_client_gives_feedback_and_learns_why_it_is_refused(
    stack: Stack, key: str, inference: dict[str, str]
) -> None:
    """Several at once."""

    async def converse() -> tuple[list[object], int]:
        building = AsyncTensorZeroGateway.build_http(gateway_url=stack.url, api_key=key)
        assert isinstance(building, Awaitable)
        async with await building as client:
            answers = await asyncio.gather(
                *(
                    client.feedback(metric_name=metric, value=value, **_target(level, inference))
                    for metric, level, value in ACCEPTED
                )
            )
            with pytest.raises(TensorZeroError) as refusal:
                await client.feedback(
                    metric_name="nothing", value=1, **_target("inference_id", inference)
                )
        return [answer.feedback_id for answer in answers], refusal.value.status_code

    ids, status = asyncio.run(converse())

    assert [_stored(stack, feedback_id) for feedback_id in ids] == [1] * len(ACCEPTED)
    assert status == 404
