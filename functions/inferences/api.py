"""The HTTP side of `POST /internal/inferences`: an event in, a response out."""

from http import HTTPStatus

from inferences.schemas import InferenceRecord
from inferences.store import DynamoInferences
from runtime import document, http
from runtime.http import Event, Reply


def answer(event: Event, inferences: DynamoInferences) -> Reply:
    """Record one inference. Raises a Refusal."""
    inference = InferenceRecord.parse(document.parse(http.body(event)))
    inferences.record(inference)
    ids = {"inference_id": inference.inference_id, "episode_id": inference.episode_id}
    return http.reply(HTTPStatus.OK, ids)
