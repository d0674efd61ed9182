"""The header's form tells an API key from a token, and either from everything else."""

import pytest

from authorizer.credential import MAX_TOKEN, MalformedCredential, Secret, parse

KEY = f"sk-t0-{'aB3' * 4}-{'xY9z' * 12}"


def test_a_key_is_its_public_id_and_its_secret() -> None:
    """In TensorZero's form."""
    assert parse(f"Bearer {KEY}") == Secret("aB3" * 4, "xY9z" * 12)


def test_a_token_has_8_kilobytes_at_most() -> None:
    """API Gateway takes 10 for all headers together."""
    assert MAX_TOKEN == 8_192


@pytest.mark.parametrize("token", ["a.b.c", "eyJ0_-9.e30.AZaz09", f"a.{'b' * (MAX_TOKEN - 4)}.c"])
def test_a_token_is_three_parts_of_base64url(token: str) -> None:
    """Up to a length that no good one has."""
    assert parse(f"Bearer {token}") == token


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        KEY,
        f"bearer {KEY}",
        f"BEARER {KEY}",
        f"Bearer  {KEY}",
        f" Bearer {KEY}",
        f"Bearer {KEY} ",
        f"Bearer {KEY}\n",
        f"Bearer\t{KEY}",
        f"Basic {KEY}",
        f"Bearer {KEY},Bearer {KEY}",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}_",
        f"Bearer {KEY[:-1]}é",
        f"Bearer {KEY[:-1]}٣",
        f"Bearer {KEY.replace('sk-', 'pk-')}",
        f"Bearer {KEY.replace('t0', 't1')}",
        f"Bearer {KEY.upper()}",
        f"Bearer sk-t0-{'a' * 13}-{'b' * 48}",
        f"Bearer sk-t0-{'a' * 12}-{'b' * 24}-{'b' * 23}",
        "Bearer a.b",
        "Bearer a.b.",
        "Bearer .b.c",
        "Bearer a..c",
        "Bearer a.b.c.d",
        "Bearer a.b.c=",
        "Bearer a.b.c\n",
        "Bearer a.é.c",
        f"Bearer a.{'b' * (MAX_TOKEN - 3)}.c",
    ],
)
def test_anything_else_is_refused(header: str) -> None:
    """Case-sensitive, one space, nothing around it; the refusal repeats none of it."""
    with pytest.raises(MalformedCredential) as refusal:
        parse(header)

    assert KEY not in str(refusal.value)
