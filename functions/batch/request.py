"""The shape of a batch: an array of requests, each of which may have an idempotency key."""

from http import HTTPStatus
from typing import Any, NamedTuple

from feedback import idempotency_key
from feedback.request import FIELDS, FeedbackRequest
from shared import fields
from shared.document import Json, found
from shared.fields import InvalidField
from shared.refusal import Refusal

MAX_ELEMENTS = 100
"""How many elements a batch may have."""

_FIELDS: dict[str, fields.Field] = {**FIELDS, "idempotency_key": fields.optional(fields.text)}


class BatchTooLarge(Refusal):
    """More elements or writes than a batch may have."""

    code = "batch_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Element(NamedTuple):
    """One request of a batch."""

    request: FeedbackRequest
    key: str | None

    @classmethod
    def parse(cls, document: Json) -> "Element":
        """Read an element.

        Raises InvalidField, UnknownField, MissingField, InvalidIdempotencyKey.
        """
        values: dict[str, Any] = fields.read(document, _FIELDS, ("metric_name", "value"))
        key = values.pop("idempotency_key", None)
        if key is not None:
            idempotency_key.check("idempotency_key", key)
        return cls(FeedbackRequest(**values), key)


def elements(document: Json) -> list[Json]:
    """Return the elements, each still to be read. Raises InvalidField, BatchTooLarge."""
    if not isinstance(document, list):
        raise InvalidField(f"invalid type: {found(document)}, expected an array of requests")
    if len(document) > MAX_ELEMENTS:
        raise BatchTooLarge(f"A batch has at most {MAX_ELEMENTS} elements, found {len(document)}")
    return document
