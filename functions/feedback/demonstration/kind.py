"""The kind of feedback that demonstrations are; all that only they need is loaded by the first."""

from typing import TYPE_CHECKING

from feedback.model import Kind, Record
from shared.document import Json, dump

if TYPE_CHECKING:
    from feedback.demonstration.json_schema.check import Check
    from shared.catalog import Catalog


def _parse(_metric: str, value: Json) -> Json:
    return value


def _complete(value: Json, record: Record, catalog: "Catalog", check: "Check") -> str:
    from feedback.demonstration import answer  # noqa: PLC0415 - a metric does not need it

    return dump(answer.parse(value, record, catalog, check))


KIND = Kind(
    "demonstration",
    _parse,
    _complete,
    key="inference_id",
    keeps=None,
    reads=("function_name", "tool_params", "output_schema"),
)
