"""A demonstration as its function's answer: which rules it is held to."""

from feedback.demonstration import chat, json_output
from feedback.demonstration.json_schema.check import Check
from feedback.demonstration.library import ChatFunction, library
from feedback.model import Record
from shared.catalog import Catalog
from shared.document import Json


def parse(value: Json, record: Record, catalog: Catalog, check: Check) -> Json:
    """Return the answer as TensorZero stores it. Raises a Refusal.

    InvalidDemonstration if the function could not have given this answer; UnknownFunction,
    ToolNotFound, DuplicateTool, InvalidSchema if what was recorded cannot be used.
    """
    known = library(catalog.folder)
    function = known.function(record.function_name)
    if isinstance(function, ChatFunction):
        return chat.parse(value, function, record, known, check)
    return json_output.parse(value, function, record, check, debug=catalog.debug)
