"""Receipts: what could not be read is not missing."""

import json
from typing import Any

import pytest

from shared.clock import Clock
from tests.adapter.conftest import Connect
from tests.faults.client import LONG, Context
from tests.support.handlers import RECEIPT, compose
from tests.support.lambdas import TABLES as KEYS
from tests.support.loopback import Answer, Loopback, serve
from tests.unit.fakes import catalog
from tools.event import event

TABLES = {key: key for key in KEYS}
ID = "0192c4a0-7e00-7000-8000-00000000000a"
ITEM = {"inference_id": {"S": ID}, "id": {"S": ID}, "value": {"S": "[]"}}
FOUND: dict[str, Any] = {"demonstration": [ITEM]}
MISSING: dict[str, Any] = {"demonstration": []}


def _left(table: str) -> dict[str, Any]:
    return {table: {"Keys": [{"inference_id": {"S": ID}, "id": {"S": ID}}]}}


def _get(connect_to: Connect, loopback: Loopback, looks: int) -> tuple[int, dict[str, Any]]:
    request = event(route=RECEIPT, parameters={"target_id": ID, "feedback_id": ID})
    handlers = compose(connect_to(loopback.endpoint), TABLES, catalog(), Clock())
    reply = handlers[RECEIPT](request, Context(looks))
    return reply["statusCode"], json.loads(reply["body"])


@pytest.mark.parametrize(
    ("answers", "looks", "status", "calls"),
    [
        ([Answer.of(Responses=FOUND, UnprocessedKeys=_left("boolean"))], LONG, 200, 1),
        ([Answer.of(Responses=FOUND)], LONG, 200, 3),
        ([Answer.of(Responses=MISSING)], LONG, 404, 3),
        ([], 2, 503, 1),
    ],
    ids=["found at once", "found", "not there", "out of time"],
)
def test_a_table_that_was_not_read_is_read_again_until_it_is_known(
    connect_to: Connect, answers: list[Answer], looks: int, status: int, calls: int
) -> None:
    """A 404 for what may well be stored would make a client send it again."""
    unread = Answer.of(Responses=MISSING, UnprocessedKeys=_left("demonstration"))

    with serve(*[unread] * (0 if calls == 1 and answers else 2), *answers) as loopback:
        answered, body = _get(connect_to, loopback, looks)

    assert (answered, len(loopback.calls)) == (status, calls)
    assert body.get("code") == {404: "feedback_not_found", 503: "storage_unavailable"}.get(status)
    assert status != 200 or body["feedback"]["type"] == "demonstration"
