"""Ids that an application makes for its inferences."""

from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from shared import uuids
from tensorzero_feedback import new_id


@given(
    milliseconds=st.integers(0, 2**48 - 1),
    nanoseconds=st.integers(0, 999_999),
    entropy=st.binary(min_size=10, max_size=10),
)
def test_an_id_is_a_uuid_of_version_7(milliseconds: int, nanoseconds: int, entropy: bytes) -> None:
    """The API reads its time; all other bits are random."""
    id_ = new_id(lambda: milliseconds * 1_000_000 + nanoseconds, lambda _: entropy)

    assert (UUID(id_).version, UUID(id_).variant) == (7, RFC_4122)
    assert uuids.milliseconds(uuids.Uuid(id_)) == milliseconds
    random = UUID(id_).int ^ int.from_bytes(entropy, "big")
    assert random & (1 << 76) - 1 & ~(0b11 << 62) == 0


def test_no_two_ids_are_alike() -> None:
    """Whenever they are made."""
    assert len({new_id() for _ in range(1_000)}) == 1_000
