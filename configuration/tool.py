"""The rules of ``[tools]``."""

from dataclasses import dataclass

from configuration.keys import TOOL
from configuration.node import Node
from configuration.schema import NO_SCHEMA, Schema, read_schema
from shared.reserved import PREFIX


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: the name a model calls it by, and the schema of its arguments."""

    name: str
    parameters: Schema


def read_tools(root: Node) -> dict[str, Tool]:
    """Read ``[tools]``."""
    return {node.name: _read(node) for node in root.tables("tools")}


def _read(node: Node) -> Tool:
    if node.name.startswith(PREFIX):
        node.refuse(f"Tool name cannot start with '{PREFIX}': {node.name}")
    node.check_keys(TOOL)
    node.need("description")
    node.read("description", str, default="")
    node.read("strict", bool, default=False)
    parameters = node.need("parameters")
    return Tool(
        name=node.read("name", str, default=node.name),
        parameters=NO_SCHEMA if parameters is None else read_schema(parameters),
    )
