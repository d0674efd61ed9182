"""The header's form distinguishes an API key, a token, and everything else."""

import pytest

from authorizer.credential import MAX_TOKEN, MalformedCredential, Secret, parse

KEY = f"sk-t0-{'aB3' * 4}-{'xY9z' * 12}"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_key_is_its_public_id_and_its_secret(scheme: str) -> None:
    """In TensorZero's form; the scheme may be in any case, as in HTTP."""
    assert parse(f"{scheme} {KEY}") == Secret("aB3" * 4, "xY9z" * 12)


@pytest.mark.parametrize("token", ["a.b.c", "eyJ0_-9.e30.AZaz09", f"a.{'b' * (MAX_TOKEN - 4)}.c"])
def test_a_token_is_three_parts_of_base64url(token: str) -> None:
    """Of 8 kilobytes at most: API Gateway takes 10 for all headers together."""
    assert MAX_TOKEN == 8_192
    assert parse(f"Bearer {token}") == token


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer", "Bearer ", KEY, f"Basic {KEY}", f" Bearer {KEY}", f"Bearer\t{KEY}"),
        *(f"Bearer  {KEY}", f"Bearer {KEY} ", f"Bearer {KEY}\n", f"Bearer {KEY},Bearer {KEY}"),
        *(f"Bearer {KEY[:-1]}{last}" for last in ("", "xx", "_", "é", "٣")),
        f"Bearer {KEY.replace('sk-', 'pk-')}",
        f"Bearer {KEY.replace('t0', 't1')}",
        f"Bearer {KEY.upper()}",
        f"Bearer sk-t0-{'a' * 13}-{'b' * 48}",
        f"Bearer sk-t0-{'a' * 12}-{'b' * 24}-{'b' * 23}",
        *(f"Bearer {token}" for token in ("a.b", "a.b.", ".b.c", "a..c", "a.b.c.d", "a.b.c=")),
        *("Bearer a.b.c\n", "Bearer a.é.c", f"Bearer a.{'b' * (MAX_TOKEN - 3)}.c"),
    ],
)
def test_anything_else_is_refused(header: str) -> None:
    """One space, nothing around it; the refusal repeats none of it."""
    with pytest.raises(MalformedCredential) as refusal:
        parse(header)

    assert KEY not in str(refusal.value)
