"""The rules of ``[functions]``, as far as feedback needs them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from configuration.keys import CHAT_FUNCTION, JSON_FUNCTION
from configuration.node import Node
from configuration.schema import Schema, read_schema
from configuration.value import describe
from shared.reserved import PREFIX

Type: TypeAlias = Literal["chat", "json"]

_TYPES: tuple[Type, ...] = ("chat", "json")


@dataclass(frozen=True, slots=True)
class Function:
    """A function: a chat function has tools, a JSON function may have a schema.

    ``variants`` are the names of its variants.
    """

    type: Type
    tools: tuple[str, ...] = ()
    output_schema: Schema | None = None
    variants: tuple[str, ...] = ()


def read_functions(root: Node, tools: Collection[str]) -> dict[str, Function]:
    """Read ``[functions]``; every tool that a function names is one of ``tools``."""
    return {node.name: _read(node, tools) for node in root.tables("functions")}


def _read(node: Node, tools: Collection[str]) -> Function:
    if node.name.startswith(PREFIX):
        node.refuse(f"User-defined function name cannot start with `{PREFIX}`: {node.name}")
    table = node.need("variants")
    variants = () if table is None else names(table)
    if node.tag(_TYPES) == "chat":
        node.check_keys(CHAT_FUNCTION)
        return Function("chat", tools=tuple(_tools(node, tools)), variants=variants)
    node.check_keys(JSON_FUNCTION)
    schema = node.get("output_schema")
    output_schema = None if schema is None else read_schema(schema)
    return Function("json", output_schema=output_schema, variants=variants)


def names(node: Node) -> tuple[str, ...]:
    """Return the names of what a table holds, as it must be one."""
    return tuple(child.name for child in node.children()) if node.is_table() else ()


def _tools(node: Node, known: Collection[str]) -> list[str]:
    tools = node.get("tools")
    if tools is None:
        return []
    if not isinstance(tools.value, list):
        tools.refuse_type("a sequence")
        return []
    for index, name in enumerate(tools.value):
        if not isinstance(name, str):
            problem = f"invalid type: {describe(name)}, expected a string"
            tools.refuse(f"{tools.key}.[{index}]: {problem}")
        elif name not in known:
            tools.refuse(f"`{tools.key}`: tool `{name}` is not present in the config")
    return tools.value
