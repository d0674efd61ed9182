"""The one place where a refusal becomes a response; a bug passes through, to Lambda's errors."""

import time
from collections.abc import Callable
from typing import NamedTuple, Protocol, TypeAlias

from shared import deadline
from shared.caller import Caller, caller
from shared.clock import TimeLeft
from shared.http import Event, Reply, refuse
from shared.refusal import Refusal
from shared.telemetry import Telemetry


class Context(Protocol):
    """What is used of Lambda's context object."""

    @property
    def aws_request_id(self) -> str:
        """The invocation's id, as in Lambda's own log lines."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends the invocation."""


class Call(NamedTuple):
    """A request as an endpoint answers it."""

    event: Event
    caller: Caller
    time_left: TimeLeft
    request_id: str


Handler: TypeAlias = Callable[[Event, Context], Reply]


def endpoint(answer: Callable[[Call], Reply], telemetry: Telemetry) -> Handler:
    """Make a Lambda handler out of what answers a call or raises a Refusal."""

    def handler(event: Event, context: Context) -> Reply:
        def time_left() -> float:
            return context.get_remaining_time_in_millis() / 1_000

        try:
            with deadline.bound(deadline.invocation(time_left())):
                reply = answer(
                    Call(event, caller(event, time.time()), time_left, context.aws_request_id)
                )
        except Refusal as refusal:
            telemetry.refuse(refusal, context.aws_request_id)
            return refuse(refusal)
        return reply

    return handler
