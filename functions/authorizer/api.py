"""API Gateway's side: an authorizer's event in, `isAuthorized` and its context out."""

from collections.abc import Callable
from typing import Any, TypeAlias

from authorizer.errors import Rejection
from authorizer.keys import Keys
from authorizer.service import authorize
from shared.endpoint import Context
from shared.errors import StorageUnavailable
from shared.http import Event
from shared.telemetry import Telemetry

Decision: TypeAlias = dict[str, Any]


def build(keys: Keys, clock: Callable[[], float]) -> Callable[[Event, Context], Decision]:
    """Make the Lambda handler; the clock tells seconds since 1970."""
    telemetry = Telemetry("authorizer", accepted="CredentialAccepted", refused="CredentialRefused")

    def handler(event: Event, context: Context) -> Decision:
        # What the answer is cached by decides alone: the header, and the route.
        header = event["identitySource"][0]
        try:
            caller = authorize(header, event["routeKey"], keys=keys, now=clock())
        except Rejection as rejection:
            telemetry.reject(rejection.code, str(rejection), context.aws_request_id)
            return {"isAuthorized": False}
        except StorageUnavailable as outage:
            telemetry.refuse(outage, context.aws_request_id)
            raise  # a 500 that is not cached: an outage says nothing about the credential
        telemetry.accept()
        return {"isAuthorized": True, "context": caller}

    return handler
