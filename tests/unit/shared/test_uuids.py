"""UUIDs: which texts are one, and which are minted."""

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import uuids
from shared.uuids import NotUuidV7, Uuid

CANONICAL = "0192c4a0-7e00-7abc-8def-0123456789ab"
SIMPLE = CANONICAL.replace("-", "")


@pytest.mark.parametrize(
    "text",
    [
        CANONICAL,
        CANONICAL.upper(),
        CANONICAL.title(),
        SIMPLE,
        SIMPLE.upper(),
        f"{{{CANONICAL}}}",
        f"{{{CANONICAL.upper()}}}",
        f"urn:uuid:{CANONICAL}",
        f"urn:uuid:{CANONICAL.upper()}",
    ],
)
def test_every_spelling_means_the_same_id(text: str) -> None:
    """Which is given in lower case, with hyphens."""
    assert uuids.parse(text) == CANONICAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        f" {CANONICAL}",
        f"{CANONICAL} ",
        f"{CANONICAL}\n",
        CANONICAL[:-1],
        f"{CANONICAL}0",
        f"{SIMPLE}0",
        SIMPLE[:-1],
        f"{CANONICAL[:-1]}g",
        CANONICAL[1:],
        CANONICAL[:23] + CANONICAL[24:],
        CANONICAL.replace("-", "_"),
        f"{{{SIMPLE}}}",
        f"{{{CANONICAL}",
        f"{CANONICAL}}}",
        f"urn:uuid:{SIMPLE}",
        f"URN:UUID:{CANONICAL}",
        f"uuid:{CANONICAL}",
        f"{{urn:uuid:{CANONICAL}}}",
        CANONICAL.replace("0", "٠"),
        CANONICAL.replace("0", "O"),
        CANONICAL.replace("-", "\u2010"),
    ],
)
def test_any_other_text_is_none(text: str) -> None:
    """Space around it, and digits of other scripts, included."""
    assert uuids.parse(text) is None


@given(st.uuids(), st.sampled_from(["{0}", "{0.hex}", "{{{0}}}", "urn:uuid:{0}"]), st.booleans())
def test_every_uuid_is_read_in_every_spelling(
    value: uuid.UUID,
    spelling: str,
    upper: bool,
) -> None:
    """Of any version and variant."""
    digits = spelling.format(value)
    text = digits.replace(str(value), str(value).upper()) if upper else digits

    assert uuids.parse(text) == str(value)


def test_a_minted_id_is_a_version_7_of_rfc_9562() -> None:
    """In the canonical form, with the clock's milliseconds."""
    before = time.time_ns() // 1_000_000
    minted = uuids.new()
    after = time.time_ns() // 1_000_000

    value = uuid.UUID(minted)
    assert minted == str(value)
    assert value.version == 7
    assert value.variant == uuid.RFC_4122
    assert before <= value.int >> 80 <= after
    assert before <= uuids.milliseconds(minted) <= after


def test_every_bit_that_may_vary_does() -> None:
    """All 74 of them, and no other of the lower 80."""
    minted = [uuid.UUID(uuids.new()).int & ((1 << 80) - 1) for _ in range(500)]
    varying = 0
    for value in minted:
        varying |= value ^ minted[0]

    assert varying == (0xFFF << 64) | ((1 << 62) - 1)
    assert len(set(minted)) == len(minted)


def test_later_ids_sort_later() -> None:
    """A table's sort key is the order of time."""
    first = uuids.new()
    time.sleep(0.002)

    assert first < uuids.new()


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_the_time_is_the_first_48_bits(moment: int, rest: int) -> None:
    """Up to the largest, whatever the variant."""
    value = uuid.UUID(int=moment << 80 | (rest & ~(0xF << 76)) | 7 << 76)

    assert uuids.milliseconds(Uuid(str(value))) == moment


@pytest.mark.parametrize(
    "text",
    [str(uuid.NAMESPACE_DNS), str(uuid.UUID(int=0)), str(uuid.UUID(int=2**128 - 1))]
    + [CANONICAL.replace("-7abc-", f"-{version}abc-") for version in "12345689f"],
)
def test_another_version_has_no_time(text: str) -> None:
    """It is told by the id itself."""
    with pytest.raises(NotUuidV7) as caught:
        uuids.milliseconds(Uuid(text))

    assert str(caught.value) == f"Failed to parse UUID as v7: {text}"


def test_the_variant_is_not_looked_at() -> None:
    """As in TensorZero."""
    assert uuids.milliseconds(Uuid("019a0000-0000-7000-0000-000000000000")) == 0x019A00000000
