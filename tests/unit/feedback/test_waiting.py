"""Waiting for targets: how long, how often they are looked for, and when they are given up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.model import Level, Target
from feedback.waiting import TargetNotFound, rounds, wait
from shared.clock import Seconds
from shared.uuids import NotUuidV7, Uuid
from tests.unit.fakes import ManualTime, uuid7

NOW = 1_790_000_000.0
SHIFT = 10_000_000_000
TARGET, OTHER, MISSING = (Target(Level.INFERENCE, uuid7(NOW, rest)) for rest in (1, 2, 3))
WAITS = st.floats(1, 6)


@pytest.mark.parametrize(
    ("born", "seconds"),
    [
        (NOW, 6),
        (NOW - 0.001, 5.999),
        (NOW - 4.999, 1.001),
        (NOW - 5, 1),
        (NOW - 60, 1),
        (0, 1),
        (NOW + 0.5, 6),
        (NOW + 1e9, 6),
        (SHIFT + 0.999, 6),
        (SHIFT + 1, 1),
        (SHIFT + NOW, 6),
        (SHIFT + NOW - 3, 3),
        (SHIFT + NOW - 60, 1),
        (SHIFT + NOW + 60, 6),
    ],
)
def test_a_target_is_waited_for_until_six_seconds_after_its_timestamp(
    born: Seconds, seconds: Seconds
) -> None:
    """But at least for one; a time ahead counts as now, and workflow evaluations are shifted."""
    assert wait(uuid7(born), NOW) == pytest.approx(seconds, abs=1e-6)


@given(st.integers(0, 2**48 - 1), st.floats(0, 1e11))
def test_any_wait_is_one_to_six_seconds(milliseconds: int, now: Seconds) -> None:
    """Whatever the id and the clock say."""
    assert 1 <= wait(uuid7(milliseconds / 1_000), now) <= 6


@pytest.mark.parametrize("version", "012345689abcdef")
def test_an_id_of_another_version_is_not_waited_for(version: str) -> None:
    """It cannot be an inference's."""
    with pytest.raises(NotUuidV7):
        wait(Uuid(f"0192c4a0-7e00-{version}000-8000-000000000001"), NOW)


def _look(
    waits: dict[Target, Seconds], appears: dict[Target, Seconds], time: ManualTime
) -> dict[Target, list[Seconds]]:
    """Look for targets until each has appeared; return when each was looked for, from the start."""
    start, looks = time.now(), dict[Target, list[Seconds]]()
    for targets in rounds(waits, time.clock()):
        for target in targets:
            looks.setdefault(target, []).append(time.now() - start)
            if target in appears and looks[target][-1] >= appears[target]:
                del waits[target]
    return looks


def test_a_target_that_is_there_is_looked_for_once() -> None:
    """At once, and nobody sleeps."""
    time = ManualTime()

    assert _look({TARGET: 6}, {TARGET: 0}, time) == {TARGET: [0]}
    assert time.slept == []


@given(WAITS, st.floats(0, 1))
def test_a_target_is_found_soon_after_it_appears(seconds: Seconds, share: float) -> None:
    """Up to the deadline itself, and at most 0.4 s late."""
    appears = min(seconds * share, seconds - 1e-6)

    *_, found = _look({TARGET: seconds}, {TARGET: appears}, ManualTime())[TARGET]

    assert appears <= found <= min(appears + 0.4, seconds) + 1e-6


@given(WAITS)
def test_a_missing_target_is_looked_for_until_the_deadline(seconds: Seconds) -> None:
    """After 0.05, 0.1, 0.2 and then every 0.4 s: each look costs money."""
    time = ManualTime()

    looks = _look({MISSING: seconds}, {}, time)[MISSING]

    assert time.slept[:3] == [0.05, 0.1, 0.2]
    assert time.slept[3:-1] == pytest.approx([0.4] * len(time.slept[3:-1]))
    assert looks[-1] == time.now() - 1_790_000_000 == pytest.approx(seconds, abs=1e-5)
    assert len(looks) <= 20


@given(WAITS, WAITS, st.floats(0, 0.9))
def test_several_targets_are_looked_for_together(
    one: Seconds, other: Seconds, share: float
) -> None:
    """Each as long as its own wait lasts, and no longer than it takes to find it."""
    waits = {TARGET: one, MISSING: other, OTHER: 6.0}

    looks = _look(waits, {TARGET: share * one, OTHER: 0}, ManualTime())

    assert looks[OTHER] == [0]
    assert share * one <= looks[TARGET][-1] <= min(share * one + 0.4, one) + 1e-6
    assert looks[MISSING][-1] <= other + 1e-6
    assert looks[MISSING][-1] >= min(other, looks[TARGET][-1]) - 0.4 - 1e-6
    assert set(waits) == {MISSING}


def test_a_look_that_takes_longer_than_the_wait_is_the_last() -> None:
    """There is no time for another."""
    time, asked = ManualTime(), list[list[Target]]()

    for targets in rounds({TARGET: 1}, time.clock()):
        asked.append(targets)
        time.moment += 2

    assert (asked, time.slept) == ([[TARGET]], [])


@pytest.mark.parametrize("level", Level)
def test_a_missing_target_is_reported_by_its_level(level: Level) -> None:
    """In TensorZero's words; if TensorZero would have waited longer, it may be sent again."""
    name = {"inference": "Inference", "episode": "Episode"}[level]
    missing, cut = (TargetNotFound(Target(level, TARGET.id), cut=cut) for cut in (False, True))

    assert str(missing) == str(cut) == f"{name} ID: {TARGET.id} does not exist"
    assert (missing.retry_after, cut.retry_after) == (None, 1)
