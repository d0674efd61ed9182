"""JSON in: what is read, and as what; what is refused, and in which words."""

import json
import math
import sys
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import document
from shared.document import MalformedBody
from shared.refusal import EXCERPT

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def _refusal(body: bytes) -> str:
    with pytest.raises(MalformedBody) as caught:
        document.parse(body)
    text = str(caught.value)
    assert text.startswith("Failed to parse the request body as JSON: ")
    assert text.endswith(" (400 Bad Request)")
    return text


@given(JSON, st.booleans())
def test_whatever_is_json_is_read_back(value: document.Json, ascii_only: bool) -> None:
    """Whether its texts are escaped or not."""
    body = json.dumps(value, ensure_ascii=ascii_only).encode()

    assert document.parse(body) == value


@given(st.binary(max_size=40) | st.text(alphabet='[]{}",:\\u0d8e+-1.NI ', max_size=30))
def test_any_bytes_are_read_or_refused(body: bytes | str) -> None:
    """Never anything but a value or a MalformedBody."""
    with suppress(MalformedBody):
        document.parse(body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1", 1),
        ("-9223372036854775808", -9223372036854775808),
        ("18446744073709551615", 18446744073709551615),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_an_integer_of_64_bits_stays_one(text: str, value: int) -> None:
    """Signed or unsigned, as it is in TensorZero."""
    number = document.parse(text.encode())

    assert type(number) is int
    assert number == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("18446744073709551616", 18446744073709551616.0),
        ("-9223372036854775809", -9223372036854775809.0),
        ("1" + "0" * 300, 1e300),
        ("0.5", 0.5),
        ("1e2", 100.0),
        ("1E+2", 100.0),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", sys.float_info.max),
    ],
)
def test_any_other_number_becomes_a_float(text: str, value: float) -> None:
    """An integer beyond 64 bits among them."""
    number = document.parse(text.encode())

    assert type(number) is float
    assert number == value


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0e5", "-1e-400"])
def test_a_negative_zero_keeps_its_sign(text: str) -> None:
    """As a float, which has one."""
    number = document.parse(text.encode())

    assert type(number) is float
    assert number == 0
    assert math.copysign(1, number) == -1


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1" + "0" * 309, "-1" + "0" * 309, "1e99999"])
def test_a_number_beyond_a_float_is_refused(text: str) -> None:
    """It is no infinity."""
    assert ": number out of range (" in _refusal(text.encode())


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_what_python_adds_to_json_is_refused(text: str) -> None:
    """By its name."""
    assert f": {text} is not a JSON number (" in _refusal(text.encode())


@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[1,2", "nope", '{"a":1}x', '{"a":1,}', "{'a':1}", '{"a":01}', '"a\nb"', "+1"],
)
def test_malformed_json_is_refused_with_its_place(text: str) -> None:
    """Line and column, as a parser counts them."""
    assert " at line " in _refusal(text.encode())


@pytest.mark.parametrize(
    "body",
    [b'{"a":"\xff"}', b'"\xc3"', b'"\xed\xa0\x80"', b'"\xc0\xaf"', '{"a":1}'.encode("utf-16")],
    ids=["stray byte", "cut short", "encoded surrogate", "overlong", "utf-16"],
)
def test_bytes_that_are_not_utf_8_are_refused(body: bytes) -> None:
    """With the byte's place."""
    assert "invalid UTF-8 at byte " in _refusal(body)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_utf_16_without_a_mark_is_refused_as_well(encoding: str) -> None:
    """Though its bytes are UTF-8 by accident."""
    assert "line 1 column" in _refusal('{"a":1}'.encode(encoding))


def test_a_byte_order_mark_is_refused() -> None:
    """JSON has none."""
    assert "at line 1 column 1" in _refusal(b"\xef\xbb\xbf{}")


@pytest.mark.parametrize(
    "text", [r'"\ud800"', r'"\uDFFF"', r'{"\udc00": 1}', r'["\ud83d\u0041"]', r'"\ude00\ud83d"']
)
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    """It is no character, and no table could store it."""
    assert "half of a surrogate pair" in _refusal(text.encode())


@pytest.mark.parametrize(
    ("text", "value"),
    [(r'"\ud83d\ude00"', "😀"), (r'"\\ud800"', r"\ud800"), (r'"\u0000"', "\x00")],
    ids=["pair", "escaped backslash", "NUL"],
)
def test_an_escape_that_is_a_character_is_taken(text: str, value: str) -> None:
    """NUL among them."""
    assert document.parse(text.encode()) == value


def test_of_a_key_given_twice_the_last_value_counts() -> None:
    """As in TensorZero, which reads the body into a generic value first."""
    assert document.parse(b'{"a": 1, "b": 2, "a": 3}') == {"a": 3, "b": 2}


def _nested(levels: int, pattern: str) -> bytes:
    """Nest arrays and objects in turn, as the pattern says."""
    kinds = (pattern * levels)[:levels]
    openings = "".join({"[": "[", "{": '{"a":'}[kind] for kind in kinds)
    closings = "".join({"[": "]", "{": "}"}[kind] for kind in reversed(kinds))
    return f"{openings}1{closings}".encode()


@pytest.mark.parametrize("pattern", ["[", "{", "[{", "{["])
def test_127_levels_are_read(pattern: str) -> None:
    """Of arrays, of objects, or of both."""
    body = _nested(127, pattern)

    assert document.parse(body) == json.loads(body)


@pytest.mark.parametrize("pattern", ["[", "{", "[{", "{["])
@pytest.mark.parametrize("levels", [128, 100_000])
def test_more_levels_are_refused(pattern: str, levels: int) -> None:
    """Before a parser could run out of stack."""
    assert "recursion limit exceeded" in _refusal(_nested(levels, pattern))


@pytest.mark.parametrize("text", ["[" * 1_000, r"\"" + "{" * 1_000, "\\\\"], ids=["[", '"{', "\\"])
def test_brackets_inside_a_string_are_no_levels(text: str) -> None:
    """Whatever is escaped before them."""
    body = b'["%s", {"%s": 1}]' % (text.encode(), text.encode())

    value = document.parse(body)

    assert value == json.loads(body)


def test_brackets_after_a_string_are_levels() -> None:
    """A quote that is escaped, or a backslash that is, ends no string too early or too late."""
    body = rb'["\\", "\"", "]", ' + b"[" * 127 + b"]" * 127 + b"]"

    assert "recursion limit exceeded" in _refusal(body)


@pytest.mark.parametrize("pattern", ["[", "{"])
def test_the_limit_is_the_same_beside_many_brackets(pattern: str) -> None:
    """127 levels, the outermost array among them, are read; 128 are not."""
    siblings = b"[" + b"[]," * 500
    body = siblings + _nested(126, pattern) + b"]"

    assert document.parse(body) == json.loads(body)
    assert "recursion limit exceeded" in _refusal(siblings + _nested(127, pattern) + b"]")


def test_many_brackets_side_by_side_are_few_levels() -> None:
    """What counts is depth, not number."""
    assert document.parse(b"[" + b"[]," * 1_000 + b"[]]") == [[]] * 1_001


def test_a_long_string_among_many_brackets_takes_little_memory() -> None:
    """A Lambda has little, and a stack to backtrack on would take a hundred times the string."""
    body = b'["' + b"a[" * 500_000 + b'"]'
    tracemalloc.start()
    try:
        document.parse(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 8 * len(body)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (None, "null"),
        (True, "boolean `true`"),
        (False, "boolean `false`"),
        (5, "integer `5`"),
        (-5, "integer `-5`"),
        (1.5, "floating point `1.5`"),
        ("s", 'string "s"'),
        ('a"b', r'string "a\"b"'),
        ("é😀", 'string "é😀"'),
        ([], "sequence"),
        ({}, "map"),
    ],
)
def test_a_type_is_named_as_tensorzero_names_it(value: document.Json, name: str) -> None:
    """With the value where it is short by nature."""
    assert document.found(value) == name


@given(JSON)
def test_a_named_value_is_never_repeated_at_length(value: document.Json) -> None:
    """Even if each of its characters has to be escaped."""
    assert len(document.found(value)) <= len('string ""…') + 6 * EXCERPT


def test_a_long_string_is_cut() -> None:
    """And shows that it was."""
    assert document.found("x" * 1_000_000) == f'string "{"x" * EXCERPT}…"'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": "é", "a": [1, None, True]}, '{"b":"é","a":[1,null,true]}'),
        (0.0001, "0.0001"),
        (1e-5, "0.00001"),
        (-1.5e-5, "-0.000015"),
        (1e-6, "1e-6"),
        (-1.5e-7, "-1.5e-7"),
        (1e-10, "1e-10"),
        (5e-324, "5e-324"),
        (1e16, "1e+16"),
        (2**64 - 1, "18446744073709551615"),
        (-0.0, "-0.0"),
        ("1e-05", '"1e-05"'),
        ({'a"1e-05': [1e-5, '\\"', 1e-5]}, '{"a\\"1e-05":[0.00001,"\\\\\\"",0.00001]}'),
    ],
)
def test_json_is_written_as_tensorzero_writes_it(value: document.Json, text: str) -> None:
    """Numbers are respelled, and what looks like one in a text is not."""
    assert document.dump(value) == text


def test_keys_are_sorted_where_a_text_is_looked_up_by() -> None:
    """At every level."""
    value: document.Json = {"b": {"d": 1, "c": 1}, "a": 1}

    assert document.dump(value, sort_keys=True) == '{"a":1,"b":{"c":1,"d":1}}'


@given(JSON | st.floats(-1e-4, 1e-4))
def test_whatever_is_written_is_read_back(value: document.Json) -> None:
    """The same value, in another spelling."""
    assert document.parse(document.dump(value).encode()) == value
