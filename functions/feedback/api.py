"""The HTTP side of `POST /feedback`: an event in, a response out."""

from http import HTTPStatus

from feedback.schemas import FeedbackRequest
from feedback.service import Service
from runtime import document, http
from runtime.endpoint import Handler, endpoint
from runtime.http import Event, Reply
from runtime.telemetry import Telemetry


def build(service: Service) -> Handler:
    """Make the Lambda handler."""

    def answer(event: Event) -> Reply:
        request = FeedbackRequest.parse(document.parse(http.body(event)))
        feedback_id = service.submit(request)
        return http.reply(HTTPStatus.OK, {"feedback_id": feedback_id})

    return endpoint(
        answer, Telemetry("feedback", accepted="FeedbackAccepted", refused="FeedbackRefused")
    )
