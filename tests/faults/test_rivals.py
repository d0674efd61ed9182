"""Callers with the same key at the same moment: one row, whose id all of them get."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from benchmarks.load.traffic import Post, Traffic
from tests.faults.client import Client, to_vote
from tests.faults.conftest import Stage
from tests.faults.fault import WRITES
from tests.support.loopback import Answer
from tests.support.proxy import Call, Trouble

LONGEST = 60
"""Seconds after which a rival that does not come is a failure."""


@dataclass
class StartingLine(Trouble):
    """The first write of each of two waits for the other's: neither can know of the other."""

    writes: Iterator[int] = field(default_factory=itertools.count)
    line: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=LONGEST))

    def meet(self, call: Call) -> Answer | str:
        """Hold a write until its rival is there too."""
        if call.operation in WRITES and next(self.writes) < self.line.parties:
            self.line.wait()
        return call.happen()


def race(stage: Stage, pairs: Iterable[tuple[Post, Post]]) -> list[list[bool]]:
    """Let two callers send a pair at once, one pair after the other, and audit the outcome.

    Return of each post whether it was answered as expected. Both callers have looked, and seen
    nothing, when they write.
    """
    rivals = [Client(stage.make_api(), requests=stage.client.requests) for _ in range(2)]
    served = []
    with ThreadPoolExecutor(len(rivals)) as pool:
        for pair in pairs:
            stage.proxy.trouble = StartingLine()
            served.append([*pool.map(Client.send, rivals, pair)])
    assert stage.proxy.operations.count("TransactWriteItems") >= 2 * len(served)
    assert stage.audit().findings == ()
    return served


def _single(traffic: Traffic) -> Post:
    return traffic.single("boolean", keyed=True)


def _batch(traffic: Traffic) -> Post:
    return traffic.batch(["float", "label", "comment"], keyed=1)


def _atomic(traffic: Traffic) -> Post:
    return traffic.batch(["float", "label", "comment"], keyed=1, atomic=True)


def _alone(post: Post) -> Post:
    return Post("keyed", post.requests[1:2])


def _one_by_one(post: Post) -> Post:
    return replace(post, atomic=False)


@pytest.mark.parametrize(
    ("make", "rival", "times"),
    [
        pytest.param(_single, replace, 1_000, id="two requests"),
        pytest.param(_batch, replace, 100, id="two batches"),
        pytest.param(_batch, _alone, 100, id="a batch and a request"),
        pytest.param(_atomic, replace, 100, id="two atomic batches"),
        pytest.param(_atomic, _alone, 100, id="an atomic batch and a request"),
        pytest.param(_atomic, _one_by_one, 100, id="an atomic batch and another"),
    ],
)
def test_one_stores_and_both_get_its_id(
    make: Callable[[Traffic], Post], rival: Callable[[Post], Post], times: int, stage: Stage
) -> None:
    """The very same rows were about to be written twice."""
    posts = [make(stage.traffic) for _ in range(times)]

    assert race(stage, [(post, rival(post)) for post in posts]) == [[True, True]] * times
    assert stage.audit().counted["rows"] == sum(len(post.requests) for post in posts)


def test_of_two_requests_with_one_key_one_is_stored_and_the_other_refused(stage: Stage) -> None:
    """A key is one request's, though nobody knows whose until both have come."""
    pairs = [(_single(stage.traffic), stage.traffic.single("comment")) for _ in range(100)]
    for one, other in pairs:
        other.requests[0].key = one.requests[0].key

    assert {*map(tuple, race(stage, pairs))} <= {(True, False), (False, True)}
    seen = [request.seen[0].status for request in stage.client.requests.values()]
    assert Counter(seen) == {200: 100, 422: 100}


def test_of_two_votes_of_one_author_one_is_stored_and_the_other_refused(stage: Stage) -> None:
    """They have no key, so neither is a repeat, though they say the same."""
    pairs = [(stage.traffic.single("boolean"), stage.traffic.single("boolean")) for _ in range(100)]
    for number, (one, other) in enumerate(pairs):
        other.requests[0].body = {**one.requests[0].body, "tags": other.requests[0].body["tags"]}
        for post in (one, other):
            to_vote(post, f"author {number}")

    assert {*map(tuple, race(stage, pairs))} <= {(True, False), (False, True)}
    seen = [request.seen[0].status for request in stage.client.requests.values()]
    assert Counter(seen) == {200: 100, 409: 100}
