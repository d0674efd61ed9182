"""Fields of an object: the first wrong one is reported, in TensorZero's words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import fields
from shared.document import Json
from shared.fields import InvalidField, MissingField, UnknownField
from shared.refusal import Refusal

KNOWN: dict[str, fields.Field] = {
    "id": fields.uuid,
    "name": fields.text,
    "flag": fields.boolean,
    "tags": fields.texts,
    "value": fields.anything,
    "maybe": fields.optional(fields.boolean),
}
ID = "0192c4a0-7e00-7000-8000-000000000001"
TYPES: dict[str, Json] = {
    "null": None,
    "boolean `true`": True,
    "integer `5`": 5,
    "floating point `1.5`": 1.5,
    'string "s"': "s",
    "sequence": ["s"],
    "map": {"s": "s"},
}
"""A value of each type, by the type's name in a refusal."""
EXPECTED = {
    "id": ("a formatted UUID string", {'string "s"'}),
    "name": ("a string", {'string "s"'}),
    "flag": ("a boolean", {"boolean `true`"}),
    "tags": ("a map", {"map"}),
    "maybe": ("a boolean", {"boolean `true`", "null"}),
}
NAMES = "`id`, `name`, `flag`, `tags`, `value`, `maybe`"
NO_UUID = "id: UUID parsing failed: expected 32 hexadecimal digits, with or without hyphens"
HUGE = "x" * 1_000_000


def _refusal(document: Json, *required: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        fields.read(document, KNOWN, required)
    return caught.value


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.sampled_from(list(TYPES)))
def test_fields_are_read_by_their_names(tags: dict[str, str], found: str) -> None:
    """Each in its own way; what is absent stays absent, and null is a value where it may be."""
    good: dict[str, Json] = {
        "id": ID,
        "flag": True,
        "tags": dict(tags),
        "value": TYPES[found],
        "maybe": None,
    }

    read = fields.read({**good, "id": ID.upper()}, KNOWN, ("id", "value"))

    assert read == good
    assert list(read["tags"]) == list(tags)


@pytest.mark.parametrize("found", TYPES)
@pytest.mark.parametrize("field", EXPECTED)
def test_a_wrong_type_is_reported_with_the_expected_one(field: str, found: str) -> None:
    """No type is converted: 1 is not true, and "true" is not either."""
    expected, right = EXPECTED[field]
    if found in right:
        return

    refusal = _refusal({field: TYPES[found]})

    assert isinstance(refusal, InvalidField)
    assert str(refusal) == f"{field}: invalid type: {found}, expected {expected}"


@pytest.mark.parametrize("found", [found for found in TYPES if found != "map"])
def test_a_document_that_is_no_object_is_refused(found: str) -> None:
    """An array too, whatever its length."""
    refusal = _refusal(TYPES[found])

    assert isinstance(refusal, InvalidField)
    assert str(refusal) == f"invalid type: {found}, expected a JSON object"


@pytest.mark.parametrize(
    ("document", "kind", "text"),
    [
        (
            {"foo": 1},
            UnknownField,
            f"foo: unknown field `foo`, expected one of {NAMES}",
        ),
        ({}, MissingField, "missing field `name`"),
        ({"name": ""}, MissingField, "missing field `value`"),
        (
            {"id": f"{ID} "},
            InvalidField,
            f'{NO_UUID}, found string "{ID} "',
        ),
        (
            {"tags": {"a": "x", "b": 5, "c": 5}},
            InvalidField,
            "tags.b: invalid type: integer `5`, expected a string",
        ),
    ],
)
def test_a_refusal_names_the_field(document: Json, kind: type[Refusal], text: str) -> None:
    """Fields that are missing are reported in the order of requirement."""
    refusal = _refusal(document, "name", "value")

    assert type(refusal) is kind
    assert str(refusal) == text


def test_a_single_known_field_is_named_alone() -> None:
    """It is not "one of" anything."""
    with pytest.raises(UnknownField, match=r"^foo: unknown field `foo`, expected `text`$"):
        fields.read({"foo": 1}, {"text": fields.text}, ())


@given(st.permutations(["flag", "name", "foo", "tags"]))
def test_the_first_wrong_field_is_reported(order: list[str]) -> None:
    """In the order of the document; missing ones come last."""
    assert str(_refusal(dict.fromkeys(order, 1), "value")).startswith(f"{order[0]}: ")


@pytest.mark.parametrize(
    "document",
    [HUGE, {HUGE: 1}, {"id": HUGE}, {"flag": HUGE}, {"tags": {HUGE: 1}}, {"tags": HUGE}],
    ids=["body", "name", "uuid", "boolean", "tag", "tags"],
)
def test_nothing_of_a_caller_is_repeated_at_length(document: Json) -> None:
    """Neither names nor values."""
    assert len(str(_refusal(document))) < 1_000
