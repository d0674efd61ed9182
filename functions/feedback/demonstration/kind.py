"""Demonstrations: what an inference should have answered, checked as an answer of its function."""

from feedback.demonstration.library import ChatFunction, library
from feedback.model import Feedback, Kind, Record
from shared.catalog import Catalog
from shared.document import Json, dump
from shared.dynamodb import Attribute, Item


def _parse(_metric: str, value: Json) -> Json:
    return value


def _encode(value: Json, record: Record, catalog: Catalog) -> Attribute:
    from feedback.demonstration import chat, json_output  # noqa: PLC0415 - a metric's cold start need not

    known = library(catalog.folder)
    function = known.function(record.function_name)
    if isinstance(function, ChatFunction):
        return {"S": dump(chat.parse(value, function, record, known))}
    return {"S": dump(json_output.parse(value, function, record, debug=catalog.debug))}


def _describe(feedback: Feedback) -> Item:
    return {"inference_id": {"S": feedback.target.id}}


KIND = Kind(
    table="demonstration",
    parse=_parse,
    encode=_encode,
    describe=_describe,
    reads=("function_name", "tool_params", "output_schema"),
)
