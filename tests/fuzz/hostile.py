"""Makes hostile schemas and values out of chance: any graph of references, any width and depth."""

import json
from collections.abc import Callable
from itertools import pairwise
from random import Random

from tests.fuzz.parts import DRAFTS, NAMES, PATTERNS, Json, Parts


def texts(random: Random) -> tuple[str, str]:
    """Make a schema and a value, as JSON texts that are not too long to be recorded and sent."""
    maker = Maker(random)
    return _fit(maker.schema, 256 * 1024), _fit(maker.large, 400 * 1024)


def _fit(make: Callable[[], Json], limit: int) -> str:
    while len(text := json.dumps(make())) > limit:
        pass
    return text


class Maker(Parts):
    """Makes one schema, and values for it."""

    def schema(self) -> Json:
        """Make a schema: a small one, or definitions that refer to each other, or many parts."""
        self.draft = self.pick((4, 6, 7, 2019, 2020, 2020, 2020))
        made = self.pick(
            (self.small, self.graph, self.graph, self.expanding, self.wide, self.deep)
        )()
        if isinstance(made, dict) and self.draft != 2020:
            made = {"$schema": DRAFTS[self.draft], **made}
        return made

    def graph(self) -> Json:
        """Make definitions of which each refers to others: chains, circles, trees that meet."""
        count = self.pick((1, 2, 5, 7, 9, 12, 30, 300, 3_000))
        width = self.pick((1, 1, 2, 4, 8, 8, 50)) if count < 300 else 1
        self.names = [f"d{number}" for number in range(count)]
        ways, tail = self.some(self.way), self.pick((self.names[:1], ["end"]))
        extras = self.pick(({}, {}, self.unevaluated(), self.small(1)))
        defs = {
            name: self.linked(ways[number % len(ways)], after, width, extras)
            for number, (name, after) in enumerate(
                zip(self.names, [*self.names[1:], *tail], strict=True)
            )
        }
        defs["end"] = self.small(2)
        return {"$ref": "#/$defs/d0", **self.unevaluated(), "$defs": defs}

    def expanding(self) -> Json:
        """Make a graph that grows beyond all measure where it is written out in place."""
        self.draft, self.names = self.pick((2019, 2020)), []
        way, width = self.pick((("$ref", 1), ("allOf", 4), ("allOf", 8), ("anyOf", 3)))
        count = 3_000 if way == "$ref" else self.pick((4, 6, 8, 10))
        names = [*(f"d{number}" for number in range(count)), "end"]
        defs = {
            name: self.linked(way, after, width, self.pick(({}, {}, {"title": name})))
            for name, after in pairwise(names)
        }
        return {"$ref": "#/$defs/d0", **self.unevaluated(), "$defs": {**defs, "end": self.small(1)}}

    def way(self) -> str:
        """Choose how a definition refers to the next one."""
        ways = ["$ref", "allOf", "allOf", "anyOf", "oneOf", "properties", "patternProperties"]
        ways += ["items", "not", "additionalProperties", "dependencies"]
        newer = ["if", "contains", "propertyNames", "prefixItems", "dependentSchemas"]
        return str(self.pick(ways + newer * (self.draft > 7)))

    def linked(self, way: str, name: str, width: int, extras: Json) -> Json:
        """Refer to a definition so often."""
        link = {"$ref": f"#/$defs/{name}"}
        more = extras if isinstance(extras, dict) else {}
        if way == "$ref":
            return {**more, **link}
        if way in {"allOf", "anyOf", "oneOf", "prefixItems"}:
            return {**more, way: [link] * width}
        if way in {"properties", "patternProperties", "dependencies", "dependentSchemas"}:
            return {**more, way: {f"p{number}": link for number in range(width)}}
        return {**more, way: link, "anyOf": [link] * width}

    def unevaluated(self) -> Json:
        """Make what must look at everything else."""
        if self.draft < 2019:
            return {}
        name = self.pick(("unevaluatedProperties", "unevaluatedItems"))
        return {name: self.pick((False, False, {"type": "string"}))}

    def wide(self) -> Json:
        """Make one part many times, or many that differ a little."""
        times = self.pick((10, 100, 1_000, 5_000))
        part = self.pick((self.small, self.graph))() if times < 5_000 else self.small(1)
        defs = part.pop("$defs", {}) if isinstance(part, dict) else {}
        way = self.pick(("allOf", "anyOf", "oneOf", "properties", "patternProperties", "enum"))
        parts = [part] * times
        if self.random.random() < 0.5 and self.draft > 4:
            pattern = self.pick(PATTERNS)
            parts = [{"pattern": f"{pattern}|{number}"} for number in range(min(times, 500))]
        if way.endswith("roperties"):
            return {way: {f"p{number}": one for number, one in enumerate(parts)}, "$defs": defs}
        return {way: parts if way != "enum" else [*range(times)], "$defs": defs}

    def deep(self) -> Json:
        """Nest a schema in itself."""
        made, ways = self.small(2), self.some(self.way)
        for level in range(self.pick((2, 10, 60, 110))):
            way = ways[level % len(ways)]
            if way in {"allOf", "anyOf", "oneOf", "prefixItems"}:
                made = {way: [made], **self.unevaluated()}
            elif way in {"properties", "patternProperties", "dependencies", "dependentSchemas"}:
                made = {way: {self.pick(("a", "p0")): made}}
            elif way != "$ref":
                made = {way: made}
        return made

    def large(self) -> Json:
        """Make a value of any size."""
        part, times = self.value(), self.pick((1, 10, 100, 1_000, 20_000))
        shapes: dict[str, Callable[[], Json]] = {
            "list": lambda: [part] * min(times, 5_000),
            "numbers": lambda: [self.number()] * times,
            "names": lambda: {f"p{number}": part for number in range(min(times, 5_000))},
            "text": lambda: "a" * times + "c",
            "objects": lambda: self._nested(part, lambda inner: {self.pick(NAMES): inner}),
            "lists": lambda: self._nested(part, lambda inner: [inner]),
            "small": lambda: part,
        }
        return shapes[self.pick([*shapes])]()

    def _nested(self, made: Json, wrap: Callable[[Json], Json]) -> Json:
        for _ in range(self.pick((1, 10, 120))):
            made = wrap(made)
        return made
