"""The Idempotency-Key header: what can be a key, and that two spellings are one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.idempotency_key import LONGEST, InvalidIdempotencyKey, check, from_headers

PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)


def _read(header: str) -> str | None:
    return from_headers({"idempotency-key": header})


def test_without_the_header_there_is_no_key() -> None:
    """Nor with another one."""
    assert from_headers({"x-idempotency-key": "k"}) is None


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ('"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ("  k ", "k"),
        ('"a, b"', "a, b"),
        (r'"a\"b\\c"', 'a"b\\c'),
        ("k" * LONGEST, "k" * LONGEST),
        (f'"{"k" * LONGEST}"', "k" * LONGEST),
    ],
)
def test_a_key_is_read_quoted_or_bare(header: str, key: str) -> None:
    """As the draft spells it, and as most clients do."""
    assert _read(header) == key


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        '""',
        '"',
        '"a',
        'a"',
        '"a";b',
        '"a" "b"',
        r'"a\b"',
        "a,b",
        "a b",
        "é",
        '"é"',
        "a\x00",
        '"a\n"',
        "k" * (LONGEST + 1),
        f'"{"k" * (LONGEST + 1)}"',
    ],
)
def test_what_cannot_be_one_key_is_refused(header: str) -> None:
    """Never taken for another, or for none: the caller relies on it."""
    with pytest.raises(InvalidIdempotencyKey, match=r"^Idempotency-Key: expected"):
        _read(header)


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("a,b", "expected one key, quoted, or bare without quotes, commas and spaces"),
        ("é", "expected 1 to 255 printable ASCII characters"),
        ("k" * (LONGEST + 1), "expected 1 to 255 printable ASCII characters"),
    ],
)
def test_a_refusal_says_what_is_wrong(header: str, text: str) -> None:
    """How it is spelled, or what it consists of."""
    with pytest.raises(InvalidIdempotencyKey, match=f"^Idempotency-Key: {text}$"):
        _read(header)


@given(st.text(PRINTABLE, min_size=1, max_size=LONGEST))
def test_every_key_can_be_quoted(key: str) -> None:
    """With a backslash before what would end it."""
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')

    assert _read(f'"{escaped}"') == key
    assert check("idempotency_key", key) == key


def test_a_field_that_cannot_be_a_key_is_named() -> None:
    """As the batch names it."""
    with pytest.raises(InvalidIdempotencyKey, match=r"^idempotency_key: expected 1 to 255"):
        check("idempotency_key", "")
