"""The HTTP side of `POST /feedback`: an event in, a response out."""

from http import HTTPStatus

from feedback import idempotency_key
from feedback.schemas import FeedbackRequest
from feedback.service import Service
from runtime import document, http
from runtime.endpoint import Call, Handler, endpoint
from runtime.http import Reply
from runtime.telemetry import Telemetry


def build(service: Service) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        key = idempotency_key.from_headers(call.event.get("headers") or {})
        request = FeedbackRequest.parse(document.parse(http.body(call.event)))
        receipt = service.submit(request, key, call.caller, call.time_left)
        headers = {"idempotent-replayed": "true"} if receipt.repeated else {}
        return http.reply(HTTPStatus.OK, {"feedback_id": receipt.feedback_id}, **headers)

    return endpoint(
        answer, Telemetry("feedback", accepted="FeedbackAccepted", refused="FeedbackRefused")
    )
