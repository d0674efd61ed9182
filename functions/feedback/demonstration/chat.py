"""Demonstrations of chat functions: a text, or blocks of text and tool calls."""

from feedback.demonstration.invalid import InvalidDemonstration
from feedback.demonstration.json_schema.check import Check
from feedback.demonstration.library import ChatFunction, Library
from feedback.demonstration.toolset import Params, toolset
from feedback.model import Record
from shared import fields
from shared.document import Json, dump, found
from shared.refusal import Refusal, excerpt

TEXT: dict[str, fields.Field] = {"text": fields.text}
TOOL_CALL: dict[str, fields.Field] = {
    "name": fields.text,
    "arguments": fields.anything,
    "id": fields.text,
}
Block = dict[str, Json]


def parse(
    value: Json, function: ChatFunction, record: Record, library: Library, check: Check
) -> list[Json]:
    """Return the blocks as TensorZero stores them. Raises InvalidDemonstration.

    Every block is read before any tool call is checked. Raises ToolNotFound and DuplicateTool if
    the inference's tools are not what they were.
    """
    tools = toolset(function, Params.parse(record.tool_params), library)
    if isinstance(value, str):
        return [{"type": "text", "text": value}]
    if not isinstance(value, list):
        raise InvalidDemonstration("Demonstration must be a string or an array of content blocks")
    blocks = [_read(element) for element in value]
    return [_complete(blocks, place, tools, check) for place in range(len(blocks))]


def _read(element: Json) -> Block:
    try:
        return _read_block(element)
    except Refusal as refusal:
        raise InvalidDemonstration(f"Invalid demonstration content block: {refusal}") from refusal


def _read_block(element: Json) -> Block:
    if not isinstance(element, dict):
        raise InvalidDemonstration(f"invalid type: {_found(element)}, expected object")
    kind = element.get("type")
    if not isinstance(kind, str):
        raise InvalidDemonstration("missing tag field `type`, a string")
    rest = {name: value for name, value in element.items() if name != "type"}
    if kind == "text":
        return {"type": kind, **fields.read(rest, TEXT, required=("text",))}
    if kind == "tool_call":
        known = {name: value for name, value in rest.items() if name in TOOL_CALL}
        return {"type": kind, **fields.read(known, TOOL_CALL, required=tuple(TOOL_CALL))}
    raise InvalidDemonstration(f"unknown variant `{excerpt(kind)}`, expected `text` or `tool_call`")


def _found(element: Json) -> str:
    """Name a type as TensorZero does here: of a number, only that it is one."""
    is_number = isinstance(element, int | float) and not isinstance(element, bool)
    return "number" if is_number else found(element)


def _complete(blocks: list[Block], place: int, tools: dict[str, str | None], check: Check) -> Block:
    block = blocks[place]
    if block["type"] == "text":
        return block
    name, arguments = str(block["name"]), dump(block["arguments"])
    if name not in tools:
        names = ", ".join(f"`{one}`" for one in tools)
        expected = excerpt(f"one of {names}" if names else "no tool call")
        refusal = InvalidDemonstration("Demonstration contains invalid tool name")
        raise refusal.at(f"/{place}/name", expected, blocks)
    refusal = InvalidDemonstration("Demonstration contains invalid tool call arguments")
    schema, pointer = tools[name], f"/{place}/arguments"
    if schema is None:
        raise refusal.at(pointer, "no call: a custom tool has no schema", blocks)
    violation = check(schema, arguments)
    if violation is not None:
        raise refusal.at(f"{pointer}{violation.pointer}", violation.expected, blocks)
    return {
        "type": "tool_call",
        "id": block["id"],
        "raw_name": name,
        "raw_arguments": arguments,
        "name": name,
        "arguments": block["arguments"],
    }
