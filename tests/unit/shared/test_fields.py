"""Fields of an object: the first wrong one is told, in TensorZero's words."""

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


def _refusal(document: Json, *required: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        fields.read(document, KNOWN, required)
    return caught.value


def test_fields_are_read_by_their_names() -> None:
    """Each by its own reader; what is absent stays absent."""
    document: Json = {
        "id": ID.upper(),
        "flag": True,
        "tags": {"a": ""},
        "value": [],
        "maybe": None,
    }

    assert fields.read(document, KNOWN, ("id",)) == {
        "id": ID,
        "flag": True,
        "tags": {"a": ""},
        "value": [],
        "maybe": None,
    }


WRONG: dict[str, Json] = {
    "null": None,
    "boolean `true`": True,
    "integer `5`": 5,
    "floating point `1.5`": 1.5,
    'string "s"': "s",
    "sequence": ["s"],
    "map": {"s": "s"},
}
EXPECTED = {
    "id": ("a formatted UUID string", 'string "s"'),
    "name": ("a string", 'string "s"'),
    "flag": ("a boolean", "boolean `true`"),
    "tags": ("a map", "map"),
}


@pytest.mark.parametrize("found", WRONG)
@pytest.mark.parametrize("field", EXPECTED)
def test_a_wrong_type_is_told_with_what_was_expected(field: str, found: str) -> None:
    """No type is taken for another: 1 is not true, and "true" is not either."""
    expected, right = EXPECTED[field]
    if found == right:
        return

    refusal = _refusal({field: WRONG[found]})

    assert isinstance(refusal, InvalidField)
    assert str(refusal) == f"{field}: invalid type: {found}, expected {expected}"


@pytest.mark.parametrize("found", [found for found in WRONG if found != 'string "s"'])
def test_a_tag_that_is_no_text_is_told_by_its_path(found: str) -> None:
    """The map's own name before it."""
    refusal = _refusal({"tags": {"a": "x", "b": WRONG[found]}})

    assert str(refusal) == f"tags.b: invalid type: {found}, expected a string"


@pytest.mark.parametrize("value", [True, False, None])
def test_an_optional_field_may_be_null(value: bool | None) -> None:
    """Which is as if it were absent."""
    assert fields.read({"maybe": value}, KNOWN, ()) == {"maybe": value}


def test_an_optional_field_may_not_be_anything_else() -> None:
    """It is as strict as the field that it makes optional."""
    assert str(_refusal({"maybe": 0})) == "maybe: invalid type: integer `0`, expected a boolean"


@pytest.mark.parametrize("value", [*WRONG.values(), {"nested": [None]}])
def test_a_field_of_any_type_takes_what_it_is_given(value: Json) -> None:
    """Null among it."""
    assert fields.read({"value": value}, KNOWN, ("value",)) == {"value": value}


def test_an_unknown_field_is_told_with_those_that_there_are() -> None:
    """In the order in which TensorZero declares them."""
    refusal = _refusal({"foo": 1})

    assert isinstance(refusal, UnknownField)
    assert str(refusal) == (
        "foo: unknown field `foo`, expected one of `id`, `name`, `flag`, `tags`, `value`, `maybe`"
    )


def test_where_there_is_one_field_only_it_is_told_as_one() -> None:
    """It is not "one of" anything."""
    with pytest.raises(UnknownField) as caught:
        fields.read({"foo": 1}, {"text": fields.text}, ())

    assert str(caught.value) == "foo: unknown field `foo`, expected `text`"


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"flag": 1, "name": 1, "foo": 1}, "flag: "),
        ({"name": 1, "flag": 1, "foo": 1}, "name: "),
        ({"foo": 1, "name": 1, "flag": 1}, "foo: "),
        ({"tags": {"x": 1, "y": 1}, "flag": 1}, "tags.x: "),
    ],
)
def test_the_first_wrong_field_is_told(document: Json, told: str) -> None:
    """In the order of the document, not of the fields."""
    assert str(_refusal(document, "value")).startswith(told)


@pytest.mark.parametrize(
    ("document", "text"),
    [({}, "missing field `name`"), ({"name": ""}, "missing field `value`")],
)
def test_a_missing_field_is_told_in_the_order_of_requirement(document: Json, text: str) -> None:
    """Only after all that are there are right."""
    refusal = _refusal(document, "name", "value")

    assert isinstance(refusal, MissingField)
    assert str(refusal) == text


@pytest.mark.parametrize("found", [found for found in WRONG if found != "map"])
def test_a_document_that_is_no_object_is_refused(found: str) -> None:
    """An array too, whatever its length."""
    refusal = _refusal(WRONG[found])

    assert isinstance(refusal, InvalidField)
    assert str(refusal) == f"invalid type: {found}, expected a JSON object"


@pytest.mark.parametrize("text", ["", "abc", "0" * 33, f"{ID} ", f"{ID[:-1]}g", "urn:uuid:"])
def test_a_text_that_is_no_uuid_is_told(text: str) -> None:
    """With the text."""
    refusal = _refusal({"id": text})

    assert isinstance(refusal, InvalidField)
    assert str(refusal).startswith("id: UUID parsing failed: ")
    assert f'"{text}"' in str(refusal)


HUGE = "x" * 1_000_000


@pytest.mark.parametrize(
    "document",
    [HUGE, {HUGE: 1}, {"id": HUGE}, {"flag": HUGE}, {"tags": {HUGE: 1}}, {"tags": HUGE}],
    ids=["body", "name", "uuid", "boolean", "tag", "tags"],
)
def test_nothing_of_a_caller_is_repeated_at_length(document: Json) -> None:
    """Neither names nor values."""
    assert len(str(_refusal(document))) < 1_000


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_tags_of_any_text_are_taken_as_they_are(tags: dict[str, str]) -> None:
    """In their order."""
    read = fields.texts("tags", dict(tags))

    assert list(read.items()) == list(tags.items())
