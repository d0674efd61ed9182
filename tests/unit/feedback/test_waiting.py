"""The wait for a target: how long, how often it is looked for, and when it is given up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.model import Level, Record, Target
from feedback.waiting import not_found, rounds, wait
from shared.clock import Clock
from shared.uuids import NotUuidV7, Uuid
from tests.unit.fakes import DictLookup, ManualTime, uuid7

NOW = 1_790_000_000.0
SHIFT = 10_000_000_000


@pytest.mark.parametrize(
    ("born", "seconds"),
    [
        (NOW, 6),
        (NOW - 0.001, 5.999),
        (NOW - 3, 3),
        (NOW - 4.999, 1.001),
        (NOW - 5, 1),
        (NOW - 6, 1),
        (NOW - 60, 1),
        (0, 1),
        (NOW + 0.5, 6),
        (NOW + 1.001, 6),
        (NOW + 1e9, 6),
        (SHIFT, 6),
        (SHIFT + 0.999, 6),
        (SHIFT + 1, 1),
        (SHIFT + NOW, 6),
        (SHIFT + NOW - 3, 3),
        (SHIFT + NOW - 60, 1),
        (SHIFT + NOW + 60, 6),
        ((2**48 - 1) / 1_000, 6),
    ],
)
def test_a_target_is_waited_for_until_six_seconds_after_its_birth(
    born: float, seconds: float
) -> None:
    """But one second at least; the future is now, and workflow evaluations are shifted."""
    assert wait(uuid7(born), NOW) == pytest.approx(seconds, abs=1e-6)


@given(st.integers(0, 2**48 - 1), st.floats(0, 1e11))
def test_no_id_is_waited_for_outside_the_window(milliseconds: int, now: float) -> None:
    """Whatever it says, and whatever the clock says."""
    assert 1 <= wait(uuid7(milliseconds / 1_000), now) <= 6


@pytest.mark.parametrize("version", "012345689abcdef")
def test_an_id_of_another_version_is_not_waited_for(version: str) -> None:
    """It cannot be an inference's."""
    uuid = Uuid(f"0192c4a0-7e00-{version}000-8000-000000000001")

    with pytest.raises(NotUuidV7):
        wait(uuid, NOW)


TARGET = Target(Level.INFERENCE, uuid7(NOW))
RECORD = Record(function_name="f")


def _find(targets: DictLookup, time: ManualTime, wait: float) -> Record | None:
    return _find_all(targets, time, {TARGET: wait}).get(TARGET)


def _find_all(
    targets: DictLookup, time: ManualTime, waits: dict[Target, float]
) -> dict[Target, Record]:
    def look(asked: list[Target]) -> dict[Target, Record]:
        found = {target: targets.get(target, ()) for target in asked}
        return {target: record for target, record in found.items() if record is not None}

    return rounds(look, waits, time.clock())


def test_a_target_that_is_there_is_found_at_the_first_look() -> None:
    """Nobody sleeps."""
    targets, time = DictLookup({TARGET: RECORD}), ManualTime()

    assert _find(targets, time, 6) == RECORD
    assert targets.looks == [TARGET]
    assert time.slept == []


@given(st.floats(1, 6), st.floats(0, 1))
def test_a_target_is_found_as_soon_as_it_appears(wait: float, share: float) -> None:
    """Up to the deadline itself, and at most 0.4 s late."""
    targets, time = DictLookup(), ManualTime()
    start = time.now()
    appears = start + wait * share
    time.meanwhile[appears] = lambda: targets.records.update({TARGET: RECORD})

    assert _find(targets, time, wait) == RECORD
    assert time.now() - appears <= 0.4 + 1e-6
    assert time.now() - start <= wait + 1e-6


def test_feedback_sent_right_after_its_inference_hardly_waits() -> None:
    """The first looks are the closest ones."""
    targets, time = DictLookup(), ManualTime()
    time.meanwhile[time.now() + 0.03] = lambda: targets.records.update({TARGET: RECORD})

    _find(targets, time, 6)

    assert time.slept == [0.05]


def test_the_pauses_grow_to_four_tenths_of_a_second() -> None:
    """Few looks in all: each is paid for."""
    targets, time = DictLookup(), ManualTime()
    time.meanwhile[time.now() + 1.5] = lambda: targets.records.update({TARGET: RECORD})

    _find(targets, time, 6)

    assert time.slept == [0.05, 0.1, 0.2, 0.4, 0.4, 0.4]


@given(st.floats(1, 6))
def test_a_target_that_never_appears_is_given_up_at_the_deadline(wait: float) -> None:
    """Neither before the last look nor after."""
    targets, time = DictLookup(), ManualTime()
    start = time.now()

    assert _find(targets, time, wait) is None
    assert time.now() - start == pytest.approx(wait, abs=1e-5)
    assert len(targets.looks) == len(time.slept) + 1
    assert max(time.slept) <= 0.4
    assert len(targets.looks) <= 20


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (Level.INFERENCE, "Inference ID: {} does not exist"),
        (Level.EPISODE, "Episode ID: {} does not exist"),
    ],
)
def test_a_missing_target_is_told_by_its_level(level: Level, text: str) -> None:
    """In TensorZero's words."""
    target = Target(level, uuid7(NOW))

    assert str(not_found(target)) == text.format(target.id)


def test_a_look_that_takes_longer_than_the_window_is_the_last() -> None:
    """It was taken before the deadline, and what it did not rounds is not there."""
    time = ManualTime()

    def look(_targets: list[Target]) -> dict[Target, Record]:
        time.moment += 2
        return {}

    assert rounds(look, {TARGET: 1}, time.clock()) == {}
    assert time.slept == []


def test_several_targets_are_looked_for_together_each_as_long_as_it_may_take() -> None:
    """One that was found, or given up, is not looked for again."""
    there, late, never = (Target(Level.INFERENCE, uuid7(NOW, rest)) for rest in (2, 3, 4))
    targets, time = DictLookup({there: RECORD}), ManualTime()
    time.meanwhile[time.now() + 2] = lambda: targets.records.update({late: RECORD})

    found = _find_all(targets, time, {there: 1, late: 6, never: 1})

    assert found == {there: RECORD, late: RECORD}
    assert targets.looks.count(there) == 1
    assert targets.looks.count(never) < targets.looks.count(late)
    assert time.now() - 1_790_000_000 == pytest.approx(2.15, abs=0.25)


def test_the_real_clock_tells_the_time_and_lets_it_pass() -> None:
    """It is what the handler runs by."""
    clock = Clock()
    before = clock.now()
    clock.sleep(0.01)

    assert before > NOW - 1e9
    assert clock.now() - before >= 0.009
