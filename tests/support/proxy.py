"""Stands between Lambda and the emulated DynamoDB: passes calls on, notes them, or fails them."""

import http.client
import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.support.loopback import Answer, Loopback, running
from tools.emulator import HOST

SMALL_STEPS = 8_038
"""A seed whose first numbers are close to zero: the SDK's random pauses are short after it."""
SIGNED = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request"
"""Whose tables these are: the emulator keeps accounts and regions apart, and checks no more."""


@dataclass(frozen=True)
class Call:
    """A call on its way to DynamoDB."""

    operation: str
    parameters: dict[str, Any]
    forward: Callable[[str, dict[str, Any]], Answer]

    def happen(self, **changed: Any) -> Answer:
        """Pass it on; return DynamoDB's answer."""
        return self.forward(self.operation, {**self.parameters, **changed})


class Trouble:
    """What may happen to a call; here nothing does."""

    def meet(self, call: Call) -> Answer | str:
        """Let a call happen, or something else."""
        return call.happen()

    def answered(self) -> None:
        """Do what is to be done once its answer has been sent."""


@dataclass
class Proxy(Loopback):
    """A loopback whose answers are DynamoDB's own, but for the trouble."""

    upstream: int = 0
    """The emulator's port."""
    trouble: Trouble = field(default_factory=Trouble)

    def take(self, operation: str, parameters: dict[str, Any]) -> Answer | str:
        """Note a call, and let it meet the trouble; if it fails, the SDK's pause will be short."""
        self.calls.append((operation, parameters))
        random.seed(SMALL_STEPS)
        return self.trouble.meet(Call(operation, parameters, self.forward))

    def answered(self) -> None:
        """Pass it on to the trouble."""
        self.trouble.answered()

    def forward(self, operation: str, parameters: dict[str, Any]) -> Answer:
        """Send a call to the emulator; return its answer."""
        headers = {
            "authorization": SIGNED,
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": f"DynamoDB_20120810.{operation}",
        }
        connection = http.client.HTTPConnection(HOST, self.upstream)
        try:
            connection.request("POST", "/", _spelled(parameters), headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode())
        finally:
            connection.close()


def _spelled(parameters: dict[str, Any]) -> bytes:
    """Spell numbers as the emulator stores them.

    Otherwise it spells them so in the transaction that it remembers too, and then takes the same
    transaction, sent again with the same token, for another one.
    """

    def canonical(value: dict[str, Any]) -> dict[str, Any]:
        return {"N": f"{Decimal(value['N']).normalize():f}"} if [*value] == ["N"] else value

    return json.dumps(json.loads(json.dumps(parameters), object_hook=canonical)).encode()


@contextmanager
def proxy(upstream: int) -> Iterator[Proxy]:
    """Run a proxy before the emulator at a port, for as long as the block lasts."""
    state = random.getstate()
    try:
        with running(Proxy(upstream=upstream)) as started:
            yield started
    finally:
        random.setstate(state)
