"""Which label is asked for: that of a metric, on an output."""

from typing import Any, NamedTuple

from shared import document, fields
from shared.document import Json, MalformedBody

FIELDS: dict[str, fields.Field] = {"metric_name": fields.text, "output": fields.text}


class LabelQuery(NamedTuple):
    """Which label is asked for."""

    metric_name: str
    output: str
    """The inference's output as JSON text, its keys sorted as they are stored."""

    @classmethod
    def parse(cls, body: Json) -> "LabelQuery":
        """Read a query; other fields are ignored. Raises InvalidField, MissingField."""
        values: dict[str, Any] = fields.read_known(body, FIELDS, required=tuple(FIELDS))
        return cls(values["metric_name"], _sorted(values["output"]))


def _sorted(output: str) -> str:
    try:
        return document.dump(document.parse(output.encode()), sort_keys=True)
    except MalformedBody:
        return output  # no recorded output: it finds nothing
