"""Makes small schemas and values out of chance: each keyword of each draft, numbers at edges."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

Json: TypeAlias = Any

DRAFTS = {
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: "https://json-schema.org/draft/2020-12/schema",
}
TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")
FORMATS = (
    *("date", "date-time", "duration", "email", "hostname", "idn-email", "idn-hostname", "ipv4"),
    *("ipv6", "iri", "iri-reference", "json-pointer", "regex", "relative-json-pointer", "time"),
    *("uri", "uri-reference", "uri-template", "uuid"),
)
NUMBERS = (
    *(0, -0.0, 1, -1, 2, 0.1, 0.3, 1e-7, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308),
    *(-1.7976931348623157e308, 2**31, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 2**64 - 1, 1e300),
)
PATTERNS = (
    *("", "^a*$", "^(a+)+$", "^(a|aa)+$", "(?=a)(a*)*b", "^(?:(?=a)a+)+$(?<=b)", r"(a)\1*b"),
    *(r"^\p{L}{1,99}", r"^[\p{L}\p{N}]{1,255}$", r"\w{500}", "(a{99}){99}", "(((a?){9}){9}){9}"),
    *("(?i)ſ{99}", ".{1,1000}x", "(?!a)", "(?<!a)b", "(?=a)a*?a*?a*?[bc](?<=a)"),
)
TEXTS = ("", "a", "a" * 16 + "c", "a" * 99, "é😀", "a@b.c", "2020-02-30", "[1]", "YQ==", "::1")
NAMES = ("a", "b", "c", "", "~/%", "é", "p0", "p1", "a" * 50)
FEW = (1, 1, 2, 3, 8)


@dataclass
class Parts:
    """Makes the parts of one schema of one draft, and of values for it."""

    random: Random
    draft: int = 2020
    names: list[str] = field(default_factory=list)
    """The definitions that there are to refer to."""

    def pick(self, choices: Any) -> Any:
        """Choose one."""
        return self.random.choice(choices)

    def some(self, make: Callable[[], Json]) -> list[Json]:
        """Make a few, at least one."""
        return [make() for _ in range(self.pick(FEW))]

    def small(self, depth: int = 3) -> Json:
        """Make a schema of a few keywords."""
        if depth == 0 or self.random.random() < 0.1:
            return self.pick((True, True, False)) if self.draft > 4 else {}
        return dict(self.keyword(depth - 1) for _ in range(self.pick(FEW)))

    def keyword(self, depth: int) -> tuple[str, Json]:
        """Make a keyword of the draft and what it has; now and then, of another draft."""
        kinds = self._kinds(depth)
        name = self.pick(" ".join(kinds).split())
        *_, make = (make for names, make in kinds.items() if name in names.split())
        return name, make()

    def _kinds(self, depth: int) -> dict[str, Callable[[], Json]]:
        def one() -> Json:
            return self.small(depth)

        def named() -> Json:
            return {self.pick(NAMES): one() for _ in range(self.pick(FEW))}

        kinds: dict[str, Callable[[], Json]] = {
            "allOf anyOf oneOf": lambda: self.some(one),
            "not additionalProperties items": one,
            "properties": named,
            "patternProperties": lambda: {self.pick(PATTERNS): one()},
            "minLength maxLength minItems maxItems minProperties maxProperties": lambda: self.pick(
                (0, 1, 2, 2**31, 2**63)
            ),
            "minimum maximum": self.number,
            "multipleOf": lambda: abs(self.number()) or 1,
            "pattern": lambda: self.pick(PATTERNS),
            "format": lambda: self.pick(FORMATS),
            "type": lambda: self.pick(TYPES),
            "enum": lambda: [self.number(), self.value(), "unique"],
            "required": lambda: [self.pick(NAMES)],
            "uniqueItems": lambda: True,
            "default": self.value,
        }
        if self.names:
            kinds["$ref"] = self.link
        if self.draft > 4:
            kinds["exclusiveMinimum exclusiveMaximum"] = self.number
            kinds["propertyNames contains"] = one
            kinds["const examples"] = lambda: [self.value()]
        if self.draft > 6:
            kinds["if then else"] = one
            kinds["contentEncoding"] = lambda: "base64"
            kinds["contentMediaType"] = lambda: "application/json"
        if self.draft > 7:
            kinds["unevaluatedItems unevaluatedProperties"] = lambda: self.pick((False, one()))
            kinds["dependentSchemas"] = named
            kinds["dependentRequired"] = lambda: {self.pick(NAMES): [self.pick(NAMES)]}
            kinds["minContains maxContains"] = lambda: self.pick((0, 1, 2**31))
        else:
            kinds["dependencies"] = named
            kinds["additionalItems"] = one
        if self.draft == 2020:
            kinds["prefixItems"] = lambda: self.some(one)
            kinds["$dynamicRef"] = lambda: self.pick(("#", *map("#/$defs/{}".format, self.names)))
            kinds["$dynamicAnchor $anchor"] = lambda: f"n{self.random.random()}"
        if self.draft == 2019:
            kinds["$recursiveRef"] = lambda: "#"
            kinds["$recursiveAnchor"] = lambda: True
        if self.random.random() < 0.01:
            kinds["type items $ref pattern minimum $id $schema required"] = self.value
        return kinds

    def link(self) -> Json:
        """Refer to a definition, or to the whole schema."""
        return self.pick(("#", *(f"#/$defs/{name}" for name in self.names)))

    def number(self) -> Json:
        """Choose a number at an edge, or one near it."""
        return self.pick(NUMBERS) if self.random.random() < 0.8 else self.random.gauss(0, 1e3)

    def value(self, depth: int = 2) -> Json:
        """Make a small value."""
        kind = self.pick("nstlo" if depth else "nst")
        if kind == "l":
            return [self.value(depth - 1) for _ in range(self.pick(FEW))]
        if kind == "o":
            return {self.pick(NAMES): self.value(depth - 1) for _ in range(self.pick(FEW))}
        return {"n": self.number(), "s": self.pick(TEXTS), "t": self.pick((True, None))}[kind]
