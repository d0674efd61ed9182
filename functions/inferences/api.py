"""The HTTP side of `POST /internal/inferences`: an event in, a response out."""

from http import HTTPStatus

from inferences.request import InferenceRequest
from inferences.store import DynamoInferences
from shared import document, http
from shared.endpoint import Call, Handler, endpoint
from shared.http import Reply
from shared.telemetry import Telemetry


def build(inferences: DynamoInferences, telemetry: Telemetry) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        request = InferenceRequest.parse(document.parse(http.body(call.event)))
        inference = request.to_inference()
        inferences.record(inference)
        ids = {"inference_id": inference.id, "episode_id": inference.episode_id}
        return http.reply(HTTPStatus.OK, ids)

    return endpoint(answer, telemetry)
