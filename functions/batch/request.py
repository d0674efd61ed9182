"""The batch's shape: an array of requests, each with an idempotency key of its own if it likes."""

from dataclasses import dataclass
from typing import Any

from feedback import idempotency_key
from feedback.request import FIELDS, FeedbackRequest
from shared import fields
from shared.document import Json, found
from shared.errors import BatchTooLarge, InvalidField

MOST = 100
"""How many elements a batch may have."""

_FIELDS: dict[str, fields.Field] = {**FIELDS, "idempotency_key": fields.optional(fields.text)}


@dataclass(frozen=True, slots=True)
class Element:
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
    """Take a batch apart; each element is read by itself. Raises InvalidField, BatchTooLarge."""
    if not isinstance(document, list):
        raise InvalidField(f"invalid type: {found(document)}, expected an array of requests")
    if len(document) > MOST:
        raise BatchTooLarge(f"A batch has at most {MOST} elements, found {len(document)}")
    return document
