"""The request's shape: seven fields, read in the document's order. No rules of feedback."""

from typing import Any, NamedTuple

from shared import fields
from shared.document import Json
from shared.uuids import Uuid

FIELDS: dict[str, fields.Field] = {
    "episode_id": fields.optional(fields.uuid),
    "inference_id": fields.optional(fields.uuid),
    "metric_name": fields.text,
    "value": fields.anything,
    "internal": fields.boolean,
    "tags": fields.texts,
    "dryrun": fields.optional(fields.boolean),
}


class FeedbackRequest(NamedTuple):
    """What a caller of `POST /feedback` asks for."""

    metric_name: str
    value: Json
    inference_id: Uuid | None = None
    episode_id: Uuid | None = None
    internal: bool = False
    tags: dict[str, str] = {}  # noqa: RUF012 - nobody changes it
    dryrun: bool | None = None

    @classmethod
    def parse(cls, document: Json) -> "FeedbackRequest":
        """Read a request. Raises InvalidField, UnknownField, MissingField."""
        values: dict[str, Any] = fields.read(document, FIELDS, required=("metric_name", "value"))
        return cls(**values)
