"""The HTTP side of `POST /feedback`: an event in, a response out."""

from http import HTTPStatus

from feedback import idempotency_key
from feedback.request import FeedbackRequest
from shared import document, http
from shared.endpoint import Call, Handler, endpoint
from shared.http import Reply
from shared.telemetry import Telemetry
from submit.service import Service


def build(service: Service, telemetry: Telemetry) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        key = idempotency_key.from_headers(call.event.get("headers") or {})
        request = FeedbackRequest.parse(document.parse(http.body(call.event)))
        accepted = service.submit(request, key, call.caller, call.time_left)
        headers = {"idempotent-replayed": "true"} if accepted.replayed else {}
        return http.reply(HTTPStatus.OK, {"feedback_id": accepted.feedback_id}, **headers)

    return endpoint(answer, telemetry)
