"""The shape of a batch's element: a request that may have an idempotency key."""

from typing import Any, NamedTuple

from feedback import idempotency_key
from feedback.request import FIELDS, FeedbackRequest
from shared import fields
from shared.document import Json

ELEMENT_FIELDS: dict[str, fields.Field] = {
    **FIELDS,
    "idempotency_key": fields.optional(fields.text),
}


class Element(NamedTuple):
    """One request of a batch."""

    request: FeedbackRequest
    key: str | None

    @classmethod
    def parse(cls, document: Json) -> "Element":
        """Read an element.

        Raises InvalidField, UnknownField, MissingField, InvalidIdempotencyKey.
        """
        values: dict[str, Any] = fields.read(document, ELEMENT_FIELDS, ("metric_name", "value"))
        key = values.pop("idempotency_key", None)
        if key is not None:
            idempotency_key.check("idempotency_key", key)
        return cls(FeedbackRequest(**values), key)
