"""UUIDs: which texts are one, what they mean, and how they are made."""

import time
import uuid
from functools import reduce
from itertools import pairwise
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import uuids
from shared.uuids import Generator, NotUuidV7, Uuid

CANONICAL = "0192c4a0-7e00-7abc-8def-0123456789ab"
SIMPLE = CANONICAL.replace("-", "")


@given(
    st.uuids(),
    st.sampled_from(["{}", "{{{}}}", "urn:uuid:{}", "simple"]),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_every_uuid_is_read_in_every_spelling(
    value: uuid.UUID, spelling: str, case: type[str]
) -> None:
    """Of any version and variant, in any case; it is returned in lower case with hyphens."""
    text = case(value.hex) if spelling == "simple" else spelling.format(case(str(value)))

    assert uuids.parse(text) == str(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        f" {CANONICAL}",
        f"{CANONICAL}\n",
        CANONICAL[:-1],
        f"{CANONICAL}0",
        f"{SIMPLE}0",
        SIMPLE[:-1],
        f"{CANONICAL[:-1]}g",
        CANONICAL[:23] + CANONICAL[24:],
        CANONICAL.replace("-", "_"),
        f"{{{SIMPLE}}}",
        f"{{{CANONICAL}",
        f"{CANONICAL}}}",
        f"urn:uuid:{SIMPLE}",
        f"URN:UUID:{CANONICAL}",
        f"{{urn:uuid:{CANONICAL}}}",
        CANONICAL.replace("0", "٠"),
        CANONICAL.replace("-", "\u2010"),
    ],
)
def test_any_other_text_is_none(text: str) -> None:
    """Space around it, and digits of other scripts, included."""
    assert uuids.parse(text) is None


def test_an_id_is_a_version_7_of_rfc_9562() -> None:
    """In the canonical form, with the clock's milliseconds."""
    before = time.time_ns() // 1_000_000
    made = uuids.new()
    after = time.time_ns() // 1_000_000

    value = uuid.UUID(made)
    assert (made, value.version, value.variant) == (str(value), 7, uuid.RFC_4122)
    assert before <= uuids.milliseconds(made) <= after


@given(st.lists(st.integers(1, 5).map(lambda tick: tick * 600_000), min_size=2))
def test_each_id_is_greater_than_the_one_before(clock: list[int]) -> None:
    """Also in the same millisecond, or if the clock goes back: a sort key is the order of time."""
    moments = iter(clock)
    generator = Generator(lambda: next(moments))

    made = [generator.new() for _ in clock]

    assert made == sorted(set(made))
    assert [uuids.milliseconds(one) for one in made] == [
        max(clock[: place + 1]) // 1_000_000 for place in range(len(clock))
    ]
    assert {(uuid.UUID(one).version, uuid.UUID(one).variant) for one in made} == {
        (7, uuid.RFC_4122)
    }


def test_no_id_can_be_guessed_from_another() -> None:
    """The first of a millisecond has 73 random bits, and each step to the next one has 32."""
    firsts = [uuid.UUID(Generator(lambda: 10**9).new()).int for _ in range(500)]
    follow = Generator(lambda: 10**9)
    numbers = [uuid.UUID(follow.new()).int & (2**62 - 1) for _ in range(500)]
    steps = [(after - before) % 2**62 for before, after in pairwise(numbers)]

    assert reduce(or_, (value ^ firsts[0] for value in firsts)) == (0x7FF << 64) | (2**62 - 1)
    assert reduce(or_, (step ^ steps[0] for step in steps)) >= 2**32 - 1
    assert max(steps) <= 2**32


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_the_time_is_the_first_48_bits(moment: int, rest: int) -> None:
    """Whatever the variant, as in TensorZero."""
    value = uuid.UUID(int=moment << 80 | (rest & ~(0xF << 76)) | 7 << 76)

    assert uuids.milliseconds(Uuid(str(value))) == moment


@given(st.uuids().filter(lambda value: str(value)[14] != "7"))
def test_another_version_has_no_time(value: uuid.UUID) -> None:
    """The refusal names the id."""
    with pytest.raises(NotUuidV7, match=f"^Failed to parse UUID as v7: {value}$"):
        uuids.milliseconds(Uuid(str(value)))
