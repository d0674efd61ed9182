"""JSON: what is read, and as what; what is refused, and in which words; how it is written."""

import json
import sys
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import document
from shared.document import Json, MalformedBody
from shared.refusal import EXCERPT
from shared.structure import MAX_DEPTH, MAX_VALUES, BodyTooLarge

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
def test_json_is_read(value: Json, ascii_only: bool) -> None:
    """Whether its texts are escaped or not."""
    assert document.parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=40) | st.text('[]{}",:\\u0d8e+-1.NI ', max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing but a MalformedBody is raised."""
    try:
        value = document.parse(body)
    except MalformedBody:
        return
    assert document.parse(document.dump(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 2.0**64),
        ("-9223372036854775809", -(2.0**63)),
        ("1" + "0" * 300, 1e300),
        ("1E+2", 100.0),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", sys.float_info.max),
        *((zero, -0.0) for zero in ("-0", "-0.0", "-0e5", "-1e-400")),
    ],
)
def test_numbers_are_read_as_tensorzero_reads_them(text: str, value: float) -> None:
    """An integer of 64 bits, signed or not, stays one; a negative zero keeps its sign."""
    number = document.parse(text.encode())

    assert (type(number), repr(number)) == (type(value), repr(value))


REFUSED: dict[str, list[str | bytes]] = {
    "number out of range": ["1e400", "-1e400", "1" + "0" * 309, "-1" + "0" * 309],
    "NaN is not a JSON number": ["NaN"],
    "Infinity is not a JSON number": ["Infinity", "-Infinity"],
    " at line 1 column ": [
        *("", " ", "{", "[1,2", "nope", '{"a":1}x', '{"a":1,}', "{'a':1}", '{"a":01}', "+1"),
        *('"a\nb"', b"\xef\xbb\xbf{}", "{}".encode("utf-16-le"), "{}".encode("utf-32-le")),
    ],
    "half of a surrogate pair": [
        *(r'"\ud800"', r'"\uDFFF"', r'["\ud83d\u0041"]', r'"\ude00\ud83d"', r'{"\udc00": 1}'),
    ],
    "invalid UTF-8 at byte ": [
        b'"\xff"',
        b'"\xc3"',
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
        b"\xff\xfe{\x00",
    ],
}
"""What is not JSON, by the reason that a refusal gives."""


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_json_is_refused_with_the_reason(reason: str) -> None:
    """No infinity, no half of a character, no other encoding, no byte order mark."""
    for body in REFUSED[reason]:
        assert reason in _refusal(body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00"', "😀"),
        (r'"\\ud800"', r"\ud800"),
        (r'"\u0000"', "\x00"),
        ('{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
    ],
    ids=["pair", "escaped backslash", "NUL", "a key given twice"],
)
def test_odd_json_is_read(text: str, value: Json) -> None:
    """Of a key given twice the last value counts."""
    assert document.parse(text.encode()) == value


def _nested(levels: int, pattern: str) -> bytes:
    """Nest arrays and objects in turn, as the pattern says."""
    kinds = (pattern * levels)[:levels]
    openings = "".join({"[": "[", "{": '{"a":'}[kind] for kind in kinds)
    closings = "".join({"[": "]", "{": "}"}[kind] for kind in reversed(kinds))
    return f"{openings}1{closings}".encode()


@pytest.mark.parametrize("pattern", ["[", "{", "[{", "{["])
def test_127_levels_are_read_and_128_are_not(pattern: str) -> None:
    """Beside few brackets or many; far more do not exhaust the parser's stack."""
    deepest, siblings = _nested(MAX_DEPTH, pattern), b"[" + b"[]," * 500

    assert MAX_DEPTH == 127
    assert document.parse(deepest) == json.loads(deepest)
    assert document.parse(siblings + _nested(126, pattern) + b"]")
    for body in (_nested(128, pattern), siblings + deepest + b"]", _nested(100_000, pattern)):
        assert "recursion limit exceeded" in _refusal(body)


@pytest.mark.parametrize("text", ["[" * 1_000, r"\"" + "{" * 1_000, "\\\\"], ids=["[", '"{', "\\"])
def test_brackets_inside_a_string_are_no_levels(text: str) -> None:
    """Those after it are: an escaped quote or backslash ends no string early or late."""
    body = b'["%s", {"%s": 1}]' % (text.encode(), text.encode())

    assert document.parse(body) == json.loads(body)
    deeper = b'["%s", %s' % (text.encode(), b"[" * 127 + b"]" * 128)
    assert "recursion limit exceeded" in _refusal(deeper)


@pytest.mark.parametrize(
    ("largest", "larger"),
    [
        (b"[" + b"1," * (MAX_VALUES - 2) + b"1]", b"[" + b"1," * (MAX_VALUES - 1) + b"1]"),
        (
            b"[" + b"[]," * (MAX_VALUES // 2 - 2) + b"[]]",
            b"[" + b"[]," * (MAX_VALUES // 2 - 1) + b"[]]",
        ),
        (b'["' + b"," * MAX_VALUES + b'"]', b'["' + b"," * MAX_VALUES + b'"' * 1_000_001),
    ],
    ids=["numbers", "arrays", "strings"],
)
def test_250000_values_are_read_and_more_are_not(largest: bytes, larger: bytes) -> None:
    """A small value takes far more memory than its text; what is in a string is none."""
    assert MAX_VALUES == 250_000
    assert document.parse(largest) == json.loads(largest)
    with pytest.raises(BodyTooLarge, match="too many values: more than 250000"):
        document.parse(larger)


def test_what_nests_too_deeply_is_refused_for_that_however_much_follows() -> None:
    """What is counted first decides, in the text's order."""
    assert "recursion limit exceeded" in _refusal(b"[" * MAX_VALUES)


def test_a_text_of_quotes_takes_no_longer_than_it_is_long() -> None:
    """A pattern that began anew at each of them would take hours."""
    body = b"[" + b"[]," * 128 + b'x"' * 1_000_000
    started = time.process_time()
    assert _refusal(body)

    assert time.process_time() - started < 5


def test_a_long_string_among_many_brackets_takes_little_memory() -> None:
    """A stack to backtrack on would take a hundred times the string."""
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
        (-5, "integer `-5`"),
        (1.5, "floating point `1.5`"),
        ('é😀"', r'string "é😀\""'),
        ("x" * 1_000_000, f'string "{"x" * EXCERPT}…"'),
        ([], "sequence"),
        ({}, "map"),
    ],
    ids=["null", "boolean", "integer", "float", "string", "long string", "array", "object"],
)
def test_a_type_is_named_as_tensorzero_names_it(value: Json, name: str) -> None:
    """With the value where it is short, or its beginning."""
    assert document.found(value) == name


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
        (1e16, "1e+16"),
        (2**64 - 1, "18446744073709551615"),
        (-0.0, "-0.0"),
        ("1e-05", '"1e-05"'),
        ({'a"1e-05': [1e-5, '\\"', 1e-5]}, '{"a\\"1e-05":[0.00001,"\\\\\\"",0.00001]}'),
    ],
)
def test_json_is_written_as_tensorzero_writes_it(value: Json, text: str) -> None:
    """Numbers are respelled, but not what looks like one in a text."""
    assert document.dump(value) == text


def test_keys_can_be_sorted() -> None:
    """At every level: an output is found by its text."""
    value: Json = {"b": {"d": 1, "c": 1}, "a": 1}

    assert document.dump(value, sort_keys=True) == '{"a":1,"b":{"c":1,"d":1}}'


@given(JSON | st.floats(-1e-4, 1e-4))
def test_what_is_written_is_read_back(value: Json) -> None:
    """The same value, in another spelling."""
    assert document.parse(document.dump(value).encode()) == value
