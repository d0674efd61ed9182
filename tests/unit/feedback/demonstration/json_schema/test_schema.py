"""JSON Schema as TensorZero has it: its library's words, its dialects."""

import json
import socket
from pathlib import Path

import pytest

from feedback.demonstration.json_schema.message import pack, unpack
from feedback.demonstration.json_schema.schema import answer
from shared.document import Json, dump

DRAFTS = {
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: "https://json-schema.org/draft/2020-12/schema",
}
SLOW = "^(?:(?=a)a+)+$(?<=b)"
LONG = "a" * 40 + "c"


def ask(schema: object, value: Json) -> list[str]:
    """Check a value against a schema, or its text: [], [reason] or [message, pointer, keyword]."""
    text = schema if isinstance(schema, str) else json.dumps(schema)
    return unpack(answer(pack(text, dump(value))))


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"required": ["age"]}, {}, '"age" is a required property'),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"z": 1},
            "Additional properties are not allowed ('z' was unexpected)",
        ),
        ({"type": "string"}, 1, '1 is not of type "string"'),
        ({"type": ["null", "string"]}, 5, '5 is not of types "null", "string"'),
        ({"minimum": 0}, -1, "-1 is less than the minimum of 0"),
        ({"maximum": 5}, 6, "6 is greater than the maximum of 5"),
        ({"exclusiveMinimum": 0}, 0, "0 is less than or equal to the minimum of 0"),
        ({"enum": ["fahrenheit", "celsius"]}, "k", '"k" is not one of "fahrenheit" or "celsius"'),
        ({"enum": [1, "a", None]}, True, 'true is not one of 1, "a" or null'),
        ({"const": 1}, 2, "1 was expected"),
        ({"pattern": "^[0-9]{3}$"}, "12", '"12" does not match "^[0-9]{3}$"'),
        ({"minLength": 3}, "ab", '"ab" is shorter than 3 characters'),
        ({"minItems": 2}, [1], "[1] has less than 2 items"),
        ({"maxItems": 3}, [1, 2, 3, 4], "[1,2,3,4] has more than 3 items"),
        ({"uniqueItems": True}, [1, 1.0], "[1,1.0] has non-unique elements"),
        ({"minProperties": 1}, {}, "{} has less than 1 property"),
        (False, 2, "False schema does not allow 2"),
        (
            {"$schema": DRAFTS[7], "items": [{}], "additionalItems": False},
            [1, 2],
            "Additional items are not allowed (2 was unexpected)",
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "null"}]},
            True,
            "true is not valid under any of the schemas listed in the 'oneOf' keyword",
        ),
        (
            {"oneOf": [{"type": "number"}, {"minimum": 0}]},
            1,
            "1 is valid under more than one of the schemas listed in the 'oneOf' keyword",
        ),
        ({"contains": {"type": "null"}}, [1], "None of [1] are valid under the given schema"),
        ({"$schema": DRAFTS[7], "format": "email"}, "nope", '"nope" is not a "email"'),
        ({"type": "number"}, "x", '"x" is not of type "number"'),
        ({"type": "number"}, True, 'true is not of type "number"'),
        ({"pattern": "^\\d$"}, "٣", '"٣" does not match "^\\d$"'),
        ({"pattern": "^(?!a)"}, "a", '"a" does not match "^(?!a)"'),
        ({"const": 1}, True, "1 was expected"),
        ({"const": 2**64 - 1}, float(2**64), f"{2**64 - 1} was expected"),
        (
            {"$ref": "#/$defs/s", "minLength": 5, "$defs": {"s": {"type": "string"}}},
            "a",
            '"a" is shorter than 5 characters',
        ),
    ],
)
def test_the_first_violation_is_reported_in_the_librarys_words(
    schema: Json, value: Json, message: str
) -> None:
    """With JSON's quotes, as TensorZero answers."""
    assert ask(schema, value)[0] == message


def nested(levels: int) -> Json:
    """Make a list in a list, and so on."""
    value: Json = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (True, None),
        ({}, None),
        ({"type": "integer"}, 1.0),
        ({"type": "integer"}, 1000.0),
        ({"type": "integer"}, 1e300),
        ({"type": "integer"}, -0.0),
        ({"type": "integer", "maximum": 2**64 - 1}, 2**64 - 1),
        ({"type": "integer", "minimum": -(2**63)}, -(2**63)),
        ({"const": 0}, -0.0),
        ({"const": 1}, 1.0),
        ({"enum": [1]}, 1.0),
        ({"uniqueItems": True}, [1, True, 0, False]),
        ({"multipleOf": 0.1}, 0.3),
        ({"maxLength": 1}, "😀"),
        ({"pattern": "^(?!a)"}, "b"),
        ({"items": {"$ref": "#"}}, nested(127)),
        ({"$ref": DRAFTS[2020]}, {"type": "string"}),
        (
            {
                "$schema": DRAFTS[7],
                "$ref": "#/definitions/s",
                "minLength": 5,
                "definitions": {"s": {"type": "string"}},
            },
            "a",
        ),
    ],
)
def test_what_fits_has_no_violation(schema: Json, value: Json) -> None:
    """Numbers are equal by value, and a truth value is no number."""
    assert ask(schema, value) == []


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize(
    ("name", "wrong"),
    [("email", "nope"), ("date-time", "2023-02-30"), ("uri", "nope"), ("ipv4", "1"), ("what", "")],
)
def test_a_format_is_asserted_in_the_old_drafts_only(draft: int, name: str, wrong: str) -> None:
    """And never one that is unknown."""
    found = ask({"$schema": DRAFTS[draft], "format": name}, wrong)

    assert bool(found) is (draft < 2019 and name != "what")


def test_the_formats_of_draft_7() -> None:
    """A date is one of the calendar; `uuid` came later."""
    assert ask({"$schema": DRAFTS[7], "format": "date"}, "2023-02-30")
    assert ask({"$schema": DRAFTS[7], "format": "uuid"}, "nope") == []


@pytest.mark.parametrize(
    ("schema", "value", "pointer"),
    [
        (False, 1, ""),
        ({"required": ["a"]}, {}, ""),
        ({"properties": {"a": {"items": {"type": "string"}}}}, {"a": ["x", 1]}, "/a/1"),
        ({"additionalProperties": {"maximum": 0}}, {"~a/b": 1}, "/~0a~1b"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"type": "null"}}}}, [0], "/0"),
    ],
)
def test_the_violation_has_its_place_in_the_value(schema: Json, value: Json, pointer: str) -> None:
    """As a JSON pointer."""
    assert ask(schema, value)[1] == pointer


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, 1, '"type": "string"'),
        ({"allOf": [{"maximum": 0}]}, 1, '"maximum": 0'),
        ({"properties": {"a": False}}, {"a": 1}, '"a": false'),
        ({"$ref": "#/$defs/d", "$defs": {"d": {"const": "é"}}}, 1, '"const": "é"'),
        ({"$ref": "urn:d", "$defs": {"d": {"$id": "urn:d", "type": "null"}}}, 1, '"type"'),
        (False, 2, "false"),
    ],
    ids=["keyword", "in a list", "no schema allows it", "reference", "resource", "nothing fits"],
)
def test_the_violated_keyword_is_reported(schema: object, value: Json, expected: str) -> None:
    """With its value, where the schema itself has it."""
    assert ask(schema, value)[2] == expected


def test_what_an_answer_repeats_is_cut_short() -> None:
    """Message, pointer and reason."""
    long = "x" * 1_000

    violation = ask({"additionalProperties": {"type": "null"}}, {long: long})
    assert [len(text) for text in violation[:2]] == [201, 201]
    [*_, keyword] = ask({"enum": [long]}, 1)
    assert len(keyword) == 201
    assert len(*ask({"type": long}, 1)) == 201


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("", "Invalid string: EOF while parsing a value at line 1 column 0"),
        ("[" * 100_000, "Invalid string: recursion limit exceeded at line 1 column 128"),
        ('{"maximum":NaN}', "Invalid string: expected value at line 1 column 12"),
        ([1], '[1] is not of types "boolean", "object"'),
        (
            {"type": "no"},
            "\"no\" is not valid under any of the schemas listed in the 'anyOf' keyword",
        ),
        ({"items": [{}]}, '[{}] is not of types "boolean", "object"'),
        ({"pattern": "("}, '"(" is not a "regex"'),
        ({"$ref": "#/nope"}, "Pointer '/nope' does not exist"),
        ({"properties": {"a": {"$ref": "#nope"}}}, "Anchor 'nope' does not exist"),
        (
            {"$schema": "https://example.com/x"},
            (
                "Unknown meta-schema: 'https://example.com/x'. Custom meta-schemas must be "
                "registered in the registry before use"
            ),
        ),
    ],
)
def test_a_schema_that_does_not_compile_is_reported(schema: object, reason: str) -> None:
    """In the library's words; what does not exist cannot be referred to."""
    assert ask(schema, None) == [reason]


@pytest.mark.parametrize("scheme", ["http", "https", "file"])
@pytest.mark.parametrize("keyword", ["$ref", "$schema", "$dynamicRef"])
def test_no_reference_is_fetched(scheme: str, keyword: str, tmp_path: Path) -> None:
    """Neither from the network nor from a file."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        (tmp_path / "schema").write_text("{}")
        place = tmp_path if scheme == "file" else f"/127.0.0.1:{server.getsockname()[1]}"

        [reason] = ask({keyword: f"{scheme}:/{place}/schema"}, None)

        assert "is not present in a registry" in reason or "Unknown meta-schema" in reason
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": SLOW},
        {"not": {"pattern": SLOW}},
        {"not": {"not": {"pattern": SLOW}}},
        {"oneOf": [{"pattern": SLOW}, {"type": "string"}]},
        {"if": {"pattern": SLOW}, "then": False},
    ],
)
def test_a_pattern_that_the_library_gives_up_decides_nothing(schema: Json) -> None:
    """Whatever it stands in: the value neither fits nor does not."""
    assert ask(schema, LONG) == ["a pattern asks for too much work on this value"]
