"""The Idempotency-Key header: what can be a key, and that two spellings are one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.idempotency_key import MAX_LENGTH, InvalidIdempotencyKey, check, from_headers

PRINTABLE = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
BARE = st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='",')
CHARACTERS = "expected 1 to 255 printable ASCII characters"
ONE_KEY = "expected one key, quoted, or bare without quotes, commas and spaces"


def test_without_the_header_there_is_no_key() -> None:
    """Nor with another one."""
    assert from_headers({"x-idempotency-key": "k"}) is None


@given(st.text(PRINTABLE, min_size=1, max_size=MAX_LENGTH))
def test_every_key_can_be_quoted(key: str) -> None:
    """With a backslash before what would end it; a batch's field needs no quotes."""
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')

    assert from_headers({"idempotency-key": f'"{escaped}"'}) == key
    assert check("idempotency_key", key) == key


@given(st.text(BARE, min_size=1, max_size=MAX_LENGTH), st.sampled_from(["{}", '"{}"', "  {} "]))
def test_a_plain_key_may_be_bare(key: str, spelling: str) -> None:
    """As most clients send it: it is the same key, even with a backslash in it."""
    if spelling == '"{}"':
        key = key.replace("\\", "")
    assert not key or from_headers({"idempotency-key": spelling.format(key)}) == key


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        *((header, CHARACTERS) for header in ("", " ", '""', "é", '"é"', "a\x00", '"a\n"')),
        *((spelling.format("k" * (MAX_LENGTH + 1)), CHARACTERS) for spelling in ("{}", '"{}"')),
        *((header, ONE_KEY) for header in ('"', '"a', 'a"', '"a";b', '"a" "b"', "a,b", "a b")),
        (r'"a\b"', ONE_KEY),
    ],
)
def test_what_cannot_be_one_key_is_refused(header: str, reason: str) -> None:
    """It is never taken for another key, or for none: the caller relies on it."""
    with pytest.raises(InvalidIdempotencyKey, match=f"^Idempotency-Key: {reason}$"):
        from_headers({"idempotency-key": header})


def test_the_longest_key_has_255_characters() -> None:
    """A batch's field is refused by its own name."""
    assert MAX_LENGTH == 255
    with pytest.raises(InvalidIdempotencyKey, match=r"^idempotency_key: expected 1 to 255"):
        check("idempotency_key", "k" * 256)
