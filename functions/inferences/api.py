"""The HTTP side of `POST /internal/inferences`: an event in, a response out."""

from http import HTTPStatus

from inferences.schemas import InferenceRecord
from inferences.store import DynamoInferences
from runtime import document, http
from runtime.endpoint import Call, Handler, endpoint
from runtime.http import Reply
from runtime.telemetry import Telemetry


def build(inferences: DynamoInferences) -> Handler:
    """Make the Lambda handler."""

    def answer(call: Call) -> Reply:
        inference = InferenceRecord.parse(document.parse(http.body(call.event)))
        inferences.record(inference)
        ids = {"inference_id": inference.inference_id, "episode_id": inference.episode_id}
        return http.reply(HTTPStatus.OK, ids)

    return endpoint(
        answer, Telemetry("inferences", accepted="InferenceRecorded", refused="InferenceRefused")
    )
