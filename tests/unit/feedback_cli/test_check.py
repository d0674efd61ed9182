"""`feedback aggregates check` while votes arrive: it reports what is wrong, and nothing else."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from feedback_cli.recount import database
from feedback_cli.recount.check import LOOKS, Checked
from feedback_cli.recount.compare import Place
from feedback_cli.recount.difference import Difference
from feedback_cli.recount.looks import Looks
from shared.items import Item
from tests.unit.aggregates.strategies import uuid
from tests.unit.aggregator.history import DAY, START
from tests.unit.feedback_cli import operated
from tests.unit.feedback_cli.operated import Operation

SEEDS = range(10)
WRONG = 1_000
"""By how much a counter is wrong: more than votes that arrive can hide."""


@pytest.fixture(autouse=True)
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables be read in one part, so that a seed is one order of all calls."""
    monkeypatch.setattr(database, "SEGMENTS", 1)
    monkeypatch.setattr(operated, "PAGE", 40)


def _rebuilt(seed: int) -> Operation:
    operation = Operation(seed, writes=40)
    operation.history.publish_all()
    operation.rebuild()
    operation.history.orderly = bool(seed % 2)
    return operation


def _check(
    operation: Operation, chance: random.Random, often: float, rounds: int = LOOKS
) -> Checked:
    """Check while votes arrive between calls, in some looks; what is written is counted soon.

    Some of it at once, all of it before the next look.
    """
    looks = 1

    def arrive(_number: int, _method: str) -> None:
        if looks <= rounds and chance.random() < often:
            with _quietly(operation):
                operation.history.go_on(chance.randint(1, 4))
                if chance.random() < 0.7:
                    operation.follow()

    def pause(_: float) -> None:
        nonlocal looks
        with _quietly(operation):
            operation.follow()
        looks += 1

    operation.client.before = arrive
    checked = operation.check(sleep=pause)
    with _quietly(operation):
        operation.follow()
    operation.client.before = lambda _number, _method: None
    return checked


@contextmanager
def _quietly(operation: Operation) -> Iterator[None]:
    """Make calls that no votes come before."""
    before = operation.client.before
    operation.client.before = lambda _number, _method: None
    yield
    operation.client.before = before


def _inference(operation: Operation, number: int) -> Item:
    """Record an inference of a function that no other one is of; return its id."""
    item: Item = {
        "target_id": {"S": uuid(START, 1_000 + number)},
        "target_type": {"S": "inference"},
        "episode_id": {"S": uuid(START, 2_000 + number)},
        "function_name": {"S": "quiet"},
        "variant_name": {"S": "a"},
    }
    operation.memory.put_item(TableName="target", Item=item)
    return item["target_id"]


def _vote_apart(operation: Operation) -> None:
    """Give feedback on an inference that gets no other."""
    operation.history.put("boolean", _inference(operation, 1), "flag", {"BOOL": True})
    operation.follow()


@pytest.mark.parametrize("seed", SEEDS)
def test_votes_that_arrive_between_any_two_calls_are_no_differences(seed: int) -> None:
    """Whether few arrive or many, and however soon they are counted."""
    operation = _rebuilt(seed)
    chance = random.Random(seed)  # noqa: S311 - no secret

    checked = _check(operation, chance, chance.choice([0.02, 0.1, 0.5, 1]))

    assert (checked.differences, checked.more) == ([], 0)
    assert operation.is_exact()
    quiet = operation.check()
    assert (quiet.differences, quiet.moving) == ([], 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_wrong_is_never_hidden_by_votes_that_arrive(seed: int) -> None:
    """It is reported, or its place has moved all the time, and that is said."""
    operation = _rebuilt(seed)
    chance = random.Random(seed)  # noqa: S311 - no secret
    _vote_apart(operation)
    counter = chance.choice(_counters(operation.current))
    plant(counter, attribute := chance.choice([name for name in counter if "N" in counter[name]]))

    checked = _check(operation, chance, chance.choice([0.02, 0.1, 0.5, 1]))

    found = [(one.attribute, int(one.found) - int(one.expected)) for one in checked.differences]
    assert found == [(attribute, WRONG)] or (found == [] and checked.moving > 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_wrong_where_no_votes_arrive_is_always_reported(seed: int) -> None:
    """However many arrive elsewhere; and where all votes arrive within one look, any place."""
    operation = _rebuilt(seed)
    chance = random.Random(seed)  # noqa: S311 - no secret
    _vote_apart(operation)
    counters, rounds = _counters(operation.current), 1
    if seed % 3:
        counters = [one for one in counters if "/quiet/" in one["key"]["S"]]
        rounds = LOOKS
    plant(counter := chance.choice(counters), "cn")

    checked = _check(operation, chance, chance.choice([0.1, 0.5, 1]), rounds)

    assert [one.attribute for one in checked.differences] == ["cn"]
    [one] = checked.differences
    assert int(one.found) - int(one.expected) == WRONG
    assert (one.variant, one.period) == (
        counter["variant"]["S"],
        counter["sort"]["S"].partition("/")[0],
    )


def _counters(items: list[Item]) -> list[Item]:
    return [one for one in items if "/counts/" in one["key"]["S"]]


def plant(item: Item, name: str) -> None:
    """Let a counter be wrong."""
    item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + WRONG)}


def _burst(operation: Operation, looks: set[int], arrive: Callable[[], object]) -> list[int]:
    """Let something arrive in these looks, once the aggregates are read; return all looks."""
    seen, paginate = list[int](), operation.client.paginate

    def pages(**asked: Any) -> Iterator[dict[str, Any]]:
        if asked["TableName"] == "target":
            seen.append(len(seen) + 1)
            if seen[-1] in looks:
                arrive()
        yield from paginate(**asked)

    setattr(operation.client, "paginate", pages)  # noqa: B010 - a method
    return seen


@pytest.mark.parametrize("look", range(1, LOOKS + 1))
def test_many_votes_in_one_look_hide_nothing(look: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few differences are kept: those of votes on their way are none of them."""
    monkeypatch.setattr("feedback_cli.recount.looks.MOST", 1)
    operation = _rebuilt(1)
    counter = max(_counters(operation.current), key=lambda one: one["key"]["S"])
    plant(counter, "cn")

    def arrive() -> None:
        operation.history.go_on(100)
        operation.follow()

    looks = _burst(operation, {look}, arrive)
    checked = operation.check()

    assert [one.attribute for one in checked.differences] == ["cn"]
    assert (checked.more, checked.moving) == (0, 0 if look < LOOKS else checked.moving)
    assert len(looks) <= LOOKS


def test_a_place_that_is_equal_by_chance_is_looked_at_again() -> None:
    """Three votes too many are counted, and just three arrive before all feedback is read."""
    operation = _rebuilt(1)
    targets = [_inference(operation, number) for number in range(4)]
    operation.history.now = START + 20 * DAY

    def vote(target: Item) -> None:
        operation.history.put("boolean", target, "flag", {"BOOL": False})
        operation.follow()

    vote(targets[0])
    [counter] = [
        one
        for one in _counters(operation.current)
        if "/quiet/" in one["key"]["S"]
        and one["sort"]["S"].startswith("d")
        and any(name.startswith("a") for name in one)
    ]
    [attribute] = [name for name in counter if name.startswith("a")]
    counter[attribute] = {"N": "4"}

    looks = _burst(operation, {1}, lambda: [*map(vote, targets[1:])])
    [difference] = operation.check().differences

    assert (difference.attribute, difference.expected, difference.found) == (attribute, "4", "7")
    assert len(looks) == 3


def test_what_is_counted_before_the_next_look_is_no_difference() -> None:
    """A vote may be on its way; the operator is told why it takes longer."""
    operation = _rebuilt(7)
    operation.history.go_on(5)

    checked = operation.check(sleep=lambda _: operation.follow())

    assert (checked.differences, checked.moving) == ([], 0)
    assert any("looking again in 10 s" in text for text in operation.said)


def test_what_moves_all_the_time_is_counted_and_not_judged() -> None:
    """Votes arrive there in all looks, and one counter is wrong by something else each time."""
    operation = _rebuilt(7)
    target, counter = _inference(operation, 1), _counters(operation.current)[0]
    operation.follow()

    def arrive() -> None:
        plant(counter, "cn")
        operation.history.put("boolean", target, "flag", {"BOOL": True})
        operation.follow()

    looks = _burst(operation, {1, 2, 3, 4}, arrive)
    checked = operation.check()

    # What is remembered of the target, a day's and an hour's counter at two times; and the counter.
    assert (checked.differences, checked.moving) == ([], 6)
    assert len(looks) == LOOKS


def test_two_generations_are_not_one_place() -> None:
    """A rebuild ends within a check: what was wrong before it is no longer."""
    operation = _rebuilt(7)
    plant(_counters(operation.current)[0], "cn")

    checked = operation.check(sleep=lambda _: operation.rebuild())

    assert (checked.differences, checked.generation) == ([], 5)
    assert checked.moving > 0


def test_a_value_that_changes_to_and_fro_is_no_difference() -> None:
    """All looks read the same two numbers of one counter, though never at the same time."""
    operation = _rebuilt(7)
    target = _inference(operation, 1)
    operation.history.now = START + 20 * DAY

    def vote(value: bool) -> None:
        operation.history.put("boolean", target, "flag", {"BOOL": value})
        operation.follow()

    vote(False)  # noqa: FBT003 - as above
    _burst(operation, {1, 2, 3, 4}, lambda: vote(True))  # noqa: FBT003
    checked = operation.check(sleep=lambda _: vote(False))  # noqa: FBT003

    assert checked.differences == []
    assert checked.moving > 0
    assert operation.is_exact()


def test_a_row_that_is_deleted_and_put_back_is_no_difference() -> None:
    """It is counted whenever the aggregates are read, and gone whenever feedback is."""
    operation = _rebuilt(7)
    row = operation.history.put("boolean", _inference(operation, 1), "flag", {"BOOL": True})
    operation.follow()

    def delete() -> None:
        operation.memory.delete("boolean", {name: row[name] for name in ("target_id", "id")})
        operation.follow()

    def put_back(_: float) -> None:
        operation.memory.put_item(TableName="boolean", Item=row)
        operation.follow()

    _burst(operation, {1, 2, 3, 4}, delete)
    checked = operation.check(sleep=put_back)

    assert checked.differences == []
    assert checked.moving > 0
    assert operation.is_exact()


ONE = Difference("1", "2", "cn")


def test_a_place_that_was_not_there_in_two_looks_was_right() -> None:
    """Whatever it says when it comes, or comes back."""
    with closing(Looks()) as looks:
        looks.add([Place(b"a", b"1", [ONE])])
        looks.add([])
        assert looks.open == 1
        looks.add([])
        assert looks.open == 0
        looks.add([Place(b"a", b"1", [ONE]), Place(b"b", b"1", [ONE])])

        assert (looks.open, looks.differences) == (0, [])


def test_a_place_that_went_and_came_back_has_moved() -> None:
    """Its mark is that of the look before the last one."""
    with closing(Looks()) as looks:
        for places in ([Place(b"a", b"1", [ONE])], [], [Place(b"a", b"1", [ONE])]):
            looks.add(places)

        assert (looks.open, looks.differences) == (1, [])


def test_what_is_judged_once_is_not_judged_again() -> None:
    """Though it moves afterwards."""
    with closing(Looks()) as looks:
        for mark in (b"1", b"1", b"2", b"2"):
            looks.add([Place(b"a", mark, [ONE]), Place(b"b", mark, [])])

        assert (looks.open, looks.differences, looks.more) == (0, [ONE], 0)


def test_differences_are_in_the_order_of_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are kept."""
    monkeypatch.setattr("feedback_cli.recount.looks.MOST", 3)
    others = [Difference("1", "2", "cn", function) for function in "bac"]
    with closing(Looks()) as looks:
        for _ in range(2):
            looks.add([Place(b"a", b"1", [others[0]]), Place(b"b", b"1", [*others[1:], ONE])])

        assert looks.differences == [others[1], others[0], others[2]]
        assert looks.more == 1
