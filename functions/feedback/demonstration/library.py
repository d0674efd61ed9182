"""The functions and tools of the configuration, read when the first demonstration comes."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from feedback.functions import UnknownFunction
from shared.reserved import DEFAULT_FUNCTION


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the configuration."""

    name: str
    """What it is called in an answer, which need not be its key."""
    parameters: str
    """The JSON Schema of its arguments, as text."""


@dataclass(frozen=True, slots=True)
class ChatFunction:
    """A function that answers with texts and tool calls."""

    tools: tuple[str, ...] = ()
    """The keys of its tools."""


@dataclass(frozen=True, slots=True)
class JsonFunction:
    """A function that answers with JSON."""

    output_schema: str
    """The JSON Schema that the answer fits, as text."""


@dataclass(frozen=True, slots=True)
class Library:
    """All functions and tools by their keys."""

    functions: dict[str, ChatFunction | JsonFunction]
    tools: dict[str, Tool]

    def function(self, name: str) -> ChatFunction | JsonFunction:
        """Look a function up. Raises UnknownFunction."""
        function = self.functions.get(name)
        if function is None:
            raise UnknownFunction(name)
        return function


@lru_cache(maxsize=8)
def library(folder: Path) -> Library:
    """Read `functions.json` of a compiled configuration, once an environment."""
    document = json.loads((folder / "functions.json").read_bytes())
    functions: dict[str, ChatFunction | JsonFunction] = {DEFAULT_FUNCTION: ChatFunction()}
    for name, function in document["functions"].items():
        if function["type"] == "chat":
            functions[name] = ChatFunction(tuple(function["tools"]))
        else:
            functions[name] = JsonFunction(function["output_schema"])
    tools = {key: Tool(**tool) for key, tool in document["tools"].items()}
    return Library(functions, tools)
