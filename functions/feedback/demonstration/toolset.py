"""The tools that an inference had: its function's, those allowed, and those given with it."""

import json
from dataclasses import dataclass
from typing import Any

from feedback.demonstration.library import ChatFunction, Library
from shared.document import dump
from shared.refusal import Refusal, excerpt


class ToolNotFound(Refusal):
    """A tool that was allowed or chosen for the inference, and is no longer configured."""

    code = "tool_not_found"


class DuplicateTool(Refusal):
    """Two tools of one name."""

    code = "duplicate_tool"


@dataclass(frozen=True, slots=True)
class Params:
    """The inference's own settings of tools, by TensorZero's names."""

    additional_tools: tuple[dict[str, Any], ...] = ()
    allowed_tools: tuple[str, ...] = ()
    tool_choice: str | dict[str, str] = "auto"

    @classmethod
    def parse(cls, text: str | None) -> "Params":
        """Read the recorded text; None if nothing was recorded."""
        said = json.loads(text) if text else {}
        return cls(
            additional_tools=tuple(said.get("additional_tools", ())),
            allowed_tools=tuple(said.get("allowed_tools", ())),
            tool_choice=said.get("tool_choice", "auto"),
        )


def toolset(function: ChatFunction, params: Params, library: Library) -> dict[str, str | None]:
    """Return the tools by the name an answer calls them, each with its schema's text.

    A custom tool has no schema. `allowed_tools` adds to the function's tools and restricts
    nothing, as in TensorZero. Raises ToolNotFound if a tool that was allowed or chosen is no
    longer there, and DuplicateTool if two have one name.
    """
    given = {tool["name"] for tool in params.additional_tools}
    keys = dict.fromkeys(function.tools)
    keys |= dict.fromkeys(key for key in params.allowed_tools if key not in given)
    tools: dict[str, str | None] = {}
    for key in keys:
        tool = library.tools.get(key)
        if tool is None:
            raise ToolNotFound(f"Tool not found: {excerpt(key)}")
        _add(tools, tool.name, tool.parameters)
    for added in params.additional_tools:
        schema = dump(added["parameters"]) if "parameters" in added else None
        _add(tools, added["name"], schema)
    if isinstance(params.tool_choice, dict) and params.tool_choice["specific"] not in tools:
        raise ToolNotFound(f"Tool not found: {excerpt(params.tool_choice['specific'])}")
    return tools


def _add(tools: dict[str, str | None], name: str, schema: str | None) -> None:
    if name in tools:
        raise DuplicateTool(f"Duplicate tool name: {excerpt(name)}. Tool names must be unique.")
    tools[name] = schema
