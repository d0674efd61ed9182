"""API Gateway's side: an authorizer's event in, `isAuthorized` and its context out."""

from collections.abc import Callable
from typing import Any, TypeAlias

from authorizer.keys import Keys
from authorizer.rejection import Rejection
from authorizer.service import authorize
from shared import deadline
from shared.clock import Clock
from shared.dynamodb import StorageUnavailable
from shared.endpoint import Context
from shared.http import Event
from shared.telemetry import Telemetry

Decision: TypeAlias = dict[str, Any]


def build(keys: Keys, clock: Clock, telemetry: Telemetry) -> Callable[[Event, Context], Decision]:
    """Make the Lambda handler."""

    def handler(event: Event, context: Context) -> Decision:
        # API Gateway caches the answer by the header and the route: nothing else may decide it.
        header = event["identitySource"][0]
        try:
            with deadline.bound(
                deadline.invocation(context.get_remaining_time_in_millis() / 1_000)
            ):
                caller = authorize(header, event["routeKey"], keys=keys, now=clock.now())
        except Rejection as rejection:
            telemetry.reject(rejection.code, str(rejection), context.aws_request_id)
            return {"isAuthorized": False}
        except StorageUnavailable as outage:
            telemetry.refuse(outage, context.aws_request_id)
            raise  # a 500 that is not cached: an outage says nothing about the credential
        return {"isAuthorized": True, "context": caller}

    return handler
