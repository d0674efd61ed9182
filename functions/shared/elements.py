"""The elements of a batch: an array of requests, each with an answer of its own."""

from collections import Counter
from collections.abc import Sequence
from http import HTTPStatus

from shared.document import Json, found
from shared.fields import InvalidField
from shared.refusal import Refusal
from shared.telemetry import Telemetry

MAX_ELEMENTS = 100
"""How many elements a batch may have."""
MAX_BODY = 6 * 1024 * 1024
"""The largest body of a batch that is read, in bytes: what Lambda takes."""


class BatchTooLarge(Refusal):
    """More elements or writes than a batch may have."""

    code = "batch_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def read(document: Json) -> list[Json]:
    """Return the elements, each still to be read. Raises InvalidField, BatchTooLarge."""
    if not isinstance(document, list):
        raise InvalidField(f"invalid type: {found(document)}, expected an array of requests")
    if len(document) > MAX_ELEMENTS:
        raise BatchTooLarge(f"A batch has at most {MAX_ELEMENTS} elements, found {len(document)}")
    return document


def log(outcomes: Sequence[object], telemetry: Telemetry, request_id: str) -> None:
    """Log and count the refusals among the outcomes: each sort once, with its number."""
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    examples = {refusal.code: refusal for refusal in refusals}
    for code, times in Counter(refusal.code for refusal in refusals).items():
        telemetry.refuse(examples[code], request_id, times)
