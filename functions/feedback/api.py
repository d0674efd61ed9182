"""The HTTP side of `POST /feedback`: an event in, a response out."""

from http import HTTPStatus

from feedback.schemas import FeedbackRequest
from feedback.service import Service
from runtime import document, http
from runtime.http import Event, Reply


def answer(event: Event, service: Service) -> Reply:
    """Take one feedback request. Raises a Refusal."""
    request = FeedbackRequest.parse(document.parse(http.body(event)))
    feedback_id = service.submit(request)
    return http.reply(HTTPStatus.OK, {"feedback_id": feedback_id})
