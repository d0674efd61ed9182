"""The one place where a refusal becomes a response; a bug passes through, to Lambda's errors."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from runtime.errors import Refusal
from runtime.http import Event, Reply, refuse
from runtime.telemetry import Telemetry


class Context(Protocol):
    """What is used of Lambda's context object."""

    @property
    def aws_request_id(self) -> str:
        """The invocation's id, as in Lambda's own log lines."""


Handler: TypeAlias = Callable[[Event, Context], Reply]


def endpoint(answer: Callable[[Event], Reply], telemetry: Telemetry) -> Handler:
    """Make a Lambda handler out of what answers an event or raises a Refusal."""

    def handler(event: Event, context: Context) -> Reply:
        try:
            reply = answer(event)
        except Refusal as refusal:
            telemetry.refuse(refusal, context.aws_request_id)
            return refuse(refusal)
        telemetry.accept()
        return reply

    return handler
