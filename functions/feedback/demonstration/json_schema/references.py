"""Finds what a reference in a JSON Schema may point at, erring on the side of too much."""

from collections.abc import Iterator
from urllib.parse import unquote

from feedback.demonstration.invalid import InvalidSchema
from shared.document import Json

_IDS = ("$id", "id")
_ANCHORS = ("$anchor", "$dynamicAnchor")
_ODD = {"", ".", ".."}
RESOURCES = 32
"""How many schemas of a document may have an id, and how many targets a reference."""

_NAMELESS = "/"
"""The name of a document without an id: no reference has it."""


class References:
    """The resources and the anchors of one schema document.

    Base URIs are not resolved: a reference may mean any resource whose name could be its
    own. So what the library follows within the document is always among the targets.
    """

    def __init__(self, document: Json) -> None:
        self._resources: list[tuple[str, Json]] = [(_NAMELESS, document)]
        self._anchors: dict[str, list[Json]] = {}
        self._targets: dict[str, list[Json]] = {}
        self.dynamic = False
        for node in objects(document):
            self._index(node)

    def _index(self, node: dict[str, Json]) -> None:
        self.dynamic = self.dynamic or not node.keys().isdisjoint(
            ("$dynamicAnchor", "$recursiveAnchor")
        )
        for uri in (node.get(key) for key in _IDS):
            if isinstance(uri, str):
                base, _, anchor = uri.partition("#")
                if base:
                    self._resources.append((_name(base), node))
                self._anchors.setdefault(anchor, []).append(node)
        for anchor_name in (node.get(key) for key in _ANCHORS):
            if isinstance(anchor_name, str):
                self._anchors.setdefault(anchor_name, []).append(node)

    def targets(self, reference: str) -> list[Json]:
        """List what the reference may mean: none, if nothing in the document.

        Raises InvalidSchema if there is too much to choose from.
        """
        if reference not in self._targets:
            self._targets[reference] = self._find(reference)
        return self._targets[reference]

    def _find(self, reference: str) -> list[Json]:
        base, _, written = reference.partition("#")
        name = _name(base)
        found: list[Json] = []
        for fragment in {written, unquote(written)}:
            if fragment and not fragment.startswith("/"):
                found += self._anchors.get(fragment, [])
            else:
                for own, resource in self._resources[: RESOURCES + 1]:
                    if not name or not own or name == own:
                        found += _follow(resource, fragment)
        if max(len(self._resources), len(found)) > RESOURCES:
            raise InvalidSchema("Failed to compile JSON Schema: it has too many identifiers")
        return list({id(target): target for target in found}.values())


def _name(uri: str) -> str:
    """Take a URI's last segment, which resolving it keeps; nothing, if it might not."""
    name = uri.replace(":", "/").rpartition("/")[2].lower()
    return "" if name in _ODD or "%" in uri or "?" in uri else name


def _follow(node: Json, pointer: str) -> Iterator[Json]:
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and key in node:
            node = node[key]
        elif isinstance(node, list) and key.isdecimal() and int(key) < len(node):
            node = node[int(key)]
        else:
            return
    yield node


def objects(document: Json) -> Iterator[dict[str, Json]]:
    """Go through all objects of a JSON document, at any depth."""
    stack = [document]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
