"""The bound on a schema's work: never under what the library does, and cheap itself."""

import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from feedback.demonstration.invalid import InvalidSchema
from feedback.demonstration.json_schema.effort import STEPS, Effort
from feedback.demonstration.json_schema.references import RESOURCES
from feedback.demonstration.json_schema.weight import measure
from shared.document import Json

DEFINITIONS = 5


def one(_schema: dict[str, Json]) -> int:
    """Weigh each application as one."""
    return 1


def work(schema: Json, depth: int = 0) -> int:
    """Count applications along one path."""
    return Effort(schema, one).path(depth).work


def refused(schema: Json, depth: int = 0) -> str:
    """Tell why the count refuses."""
    with pytest.raises(InvalidSchema) as refusal:
        work(schema, depth)
    return str(refusal.value).removeprefix("Failed to compile JSON Schema: ")


def doubling(length: int, keyword: str) -> Json:
    """Make a schema that applies its last definition 2^length times."""
    definitions: dict[str, Json] = {
        f"a{step}": {keyword: [{"$ref": f"#/$defs/a{step + 1}"}] * 2} for step in range(length)
    }
    return {"$ref": "#/$defs/a0", "$defs": {**definitions, f"a{length}": {}}}


@pytest.mark.parametrize(
    ("value", "parts", "characters", "depth"),
    [
        (None, 1, 0, 0),
        (1.5, 1, 0, 0),
        ("añ", 1, 2, 0),
        ([], 1, 0, 0),
        ({"ab": ["cd", 1]}, 5, 4, 2),
    ],
)
def test_a_value_is_measured(value: Json, parts: int, characters: int, depth: int) -> None:
    """A key is a part as a value is."""
    assert measure(value) == (parts, characters, depth)


@pytest.mark.parametrize(
    ("schema", "depth", "expected"),
    [
        (True, 3, 1),
        ({}, 3, 1),
        ({"allOf": [{}, {}], "anyOf": [{}], "oneOf": [True]}, 0, 5),
        ({"not": {}, "if": {}, "then": {}, "else": {}}, 0, 5),
        ({"dependentSchemas": {"a": {}}, "dependencies": {"a": ["b"], "c": {}}}, 0, 4),
        ({"properties": {"a": {}, "b": {"not": {}}}, "additionalProperties": {}}, 1, 3),
        ({"properties": {"a": {}}}, 0, 1),
        ({"prefixItems": [{}], "items": {"items": {}}}, 1, 2),
        ({"items": [{}, {"not": {}}], "additionalItems": {}}, 1, 3),
        ({"patternProperties": {"a": {}, "b": {}}}, 1, 3),
        ({"contains": {}, "propertyNames": {"not": {}}}, 1, 4),
        ({"unevaluatedProperties": {}, "unevaluatedItems": {}}, 1, 3),
        ({"unevaluatedItems": False, "allOf": [{}, {}]}, 0, 17),
        ({"$ref": 5}, 0, 1),
        ({"enum": [{"$ref": "#"}], "properties": {"$ref": {"$ref": "#/enum"}}}, 0, 1),
    ],
)
def test_the_schemas_applied_along_a_path_are_counted(
    schema: Json, depth: int, expected: int
) -> None:
    """Of those for a child's name, or place, the dearest; of all others each."""
    assert work(schema, depth) == expected


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("#/$defs/a~1b", "a/b"),
        ("#/%24defs/a~0b", "a~b"),
        ("#/$defs/list/0", "list"),
        ("#name", "name"),
        ("#old", "old"),
        ("child", "child"),
        ("http://x/y/child#", "child"),
        ("../child", "child"),
        ("child#/$defs/inner", "inner"),
        ("?odd", "every"),
    ],
)
def test_references_are_followed(reference: str, target: str) -> None:
    """To whatever they may mean: the longest chain there is the count."""
    definitions: dict[str, Any] = {
        "a/b": {}, "a~b": {}, "name": {"$anchor": "name"}, "old": {"$id": "#old"},
        "child": {"$id": "http://x/y/child", "$defs": {"inner": {}}}, "list": [{}],
    }  # fmt: skip
    chosen = definitions.get(target, definitions["child"])
    chosen = chosen["$defs"]["inner"] if target == "inner" else chosen
    (chosen[0] if isinstance(chosen, list) else chosen)["allOf"] = [{}, {}, {}]

    root: Any = {"properties": {"p": {"$ref": reference}}, "$defs": definitions}

    assert work(root, 1) == 6


@pytest.mark.parametrize("reference", ["#/nope", "#/$defs/list/7", "#nope", "http://x/other"])
def test_a_reference_that_is_not_followed_is_refused(reference: str) -> None:
    """What cannot be counted cannot be bounded."""
    schema: Json = {"$ref": reference, "$defs": {"list": [{}], "c": {"$id": "http://x/y"}}}

    assert refused(schema) == f"cannot follow {reference!r}"


def test_a_meta_schema_counts_as_a_constant_for_each_level() -> None:
    """Its own references are not followed."""
    schema: Json = {"$ref": "https://json-schema.org/draft/2020-12/schema"}

    assert work(schema, 3) == 4001


@pytest.mark.parametrize("anchor", ["$dynamicAnchor", "$recursiveAnchor"])
def test_a_meta_schema_may_not_come_back_to_the_schema(anchor: str) -> None:
    """A dynamic anchor would lead it there."""
    uri = "https://json-schema.org/draft/2020-12/schema"

    assert refused({"$ref": uri, anchor: "meta"}) == f"cannot follow {uri!r}"


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_doubling_is_refused(keyword: str) -> None:
    """2^40 applications are written in two kilobytes."""
    assert work(doubling(10, keyword)) == 2 + 4 * (2**10 - 1)
    assert refused(doubling(40, keyword)) == "it asks for too much work"


def test_doubling_by_depth_is_refused() -> None:
    """A recursive schema that goes the same way twice; once is no harm."""
    branch: Json = {"properties": {"c": {"$ref": "#"}}}

    assert work({"allOf": [branch]}, 60) == 182
    assert refused({"allOf": [branch, branch]}, 60) == "it asks for too much work"


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$recursiveRef": "#"},
        {"$dynamicAnchor": "a", "not": {"$dynamicRef": "#a"}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
    ],
)
def test_a_schema_that_applies_itself_to_the_same_value_is_refused(schema: Json) -> None:
    """Six definitions that refer to each other take the library three seconds."""
    assert refused(schema) == "it applies itself to the same value, without end"


def test_alternatives_are_tried_again_to_be_explained() -> None:
    """Once more for each level that they nest."""
    inner: Json = {"items": {"anyOf": [{}]}, "allOf": [{}]}

    assert Effort({"oneOf": [inner, {}]}, one).path(1) == (6, 10, 3)
    assert Effort({"allOf": [inner]}, one).path(0).tries == 1
    assert Effort({"$ref": "http://json-schema.org/draft-07/schema"}, one).path(5).tries == 7


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/$defs", "$defs": [{"$id": f"http://x/{n}"} for n in range(RESOURCES)]},
        {"$ref": "#a", "$defs": [{"$anchor": "a"} for _ in range(RESOURCES + 1)]},
    ],
)
def test_too_many_identifiers_are_refused(schema: Json) -> None:
    """Each reference is compared with each of them."""
    assert refused(schema) == "it has too many identifiers"


def test_long_chains_do_not_exhaust_the_stack() -> None:
    """Only what is too large to look at is refused."""
    steps: dict[str, Json] = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(STEPS)}
    chain: dict[str, Json] = {
        "$defs": {**steps, f"a{STEPS}": {}},
        "$ref": f"#/$defs/a{STEPS // 2}",
    }

    assert work(chain) == STEPS // 2 + 2
    assert refused({**chain, "$ref": "#/$defs/a0"}) == "it has too many parts"


TICKS: list[None] = []


class Tick:
    """A keyword that counts how often the library applies the schema it stands in."""

    def __init__(self, _schema: dict[str, Any], _value: object, _path: list[str | int]) -> None:
        """Take nothing of it."""

    def validate(self, _instance: object) -> None:
        """Count."""
        TICKS.append(None)


def references(first: int) -> st.SearchStrategy[Any]:
    """Refer to one of the definitions from the first on, or to nothing."""
    last = st.just({"tick": True})
    numbers = st.integers(first, max(first, DEFINITIONS - 1))
    return last if first == DEFINITIONS else numbers.map(lambda n: {"$ref": f"#/$defs/d{n}"})


def applicators(number: int) -> st.SearchStrategy[dict[str, Any]]:
    """Make a definition that applies later ones in place, and any to children."""
    here, below = references(number + 1), references(0)
    names = st.dictionaries(st.sampled_from("ab"), below, min_size=1)
    return st.fixed_dictionaries(
        {"tick": st.just(value=True), "allOf": st.lists(here, min_size=1, max_size=3)},
        optional={
            **dict.fromkeys(("anyOf", "oneOf"), st.lists(here, min_size=1, max_size=3)),
            **dict.fromkeys(("not", "if", "then", "else"), here),
            "$ref": here.map(lambda schema: schema.get("$ref", "#/$defs/end")),
            **dict.fromkeys(("items", "additionalProperties", "contains", "propertyNames"), below),
            **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), below),
            "properties": names,
            "patternProperties": names,
            "dependentSchemas": st.dictionaries(st.sampled_from("ab"), here, min_size=1),
            "prefixItems": st.lists(below, min_size=1, max_size=2),
        },
    )


DOCUMENTS = st.tuples(*map(applicators, range(DEFINITIONS))).map(
    lambda definitions: {
        "$ref": "#/$defs/d0",
        "$defs": {
            **{f"d{number}": schema for number, schema in enumerate(definitions)},
            "end": {"tick": True},
        },
    }
)
VALUES = st.recursive(
    st.sampled_from(("a", 1, None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(DOCUMENTS, VALUES)
def test_the_library_never_does_more_than_is_counted(schema: dict[str, Any], value: Any) -> None:
    """On any small schema, with any references: its applications are counted by a keyword."""
    size = measure(value)
    try:
        path = Effort(schema, one).path(size.depth)
    except InvalidSchema:
        reject()
    validator = jsonschema_rs.validator_for(json.dumps(schema), keywords={"tick": Tick})
    TICKS.clear()

    validator.is_valid(value)
    assert len(TICKS) <= path.work * size.parts

    TICKS.clear()
    sum(1 for _ in validator.iter_errors(value))
    assert len(TICKS) <= path.work * size.parts * path.tries
