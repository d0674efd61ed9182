"""Callers with the same key at the same moment: one row, and all of them are told its id."""

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import pytest

from tests.adapter.loopback import Answer
from tests.faults.client import Client
from tests.faults.conftest import Stage
from tests.faults.fault import WRITES, Call
from tests.faults.proxy import Trouble
from tools.load.traffic import Post, Traffic

PATIENCE = 60
"""Seconds after which a rival that does not come is a failure."""


@dataclass
class StartingLine(Trouble):
    """The first write of each of two waits for the other's: neither can know of the other."""

    writes: Iterator[int] = field(default_factory=itertools.count)
    line: threading.Barrier = field(default_factory=lambda: threading.Barrier(2, timeout=PATIENCE))

    def meet(self, call: Call) -> Answer | str:
        """Hold a write until its rival is there too."""
        if call.operation in WRITES and next(self.writes) < self.line.parties:
            self.line.wait()
        return call.happen()


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
def test_one_stores_and_both_are_told(
    make: Callable[[Traffic], Post], rival: Callable[[Post], Post], times: int, stage: Stage
) -> None:
    """Both have looked, and seen nothing, when both write."""
    rivals = [Client(stage.make_api(), requests=stage.client.requests) for _ in range(2)]

    with ThreadPoolExecutor(len(rivals)) as pool:
        for _ in range(times):
            stage.proxy.trouble = StartingLine()
            post = make(stage.traffic)
            served = list(pool.map(Client.send, rivals, (post, rival(post))))
            assert served == [True, True]

    assert stage.proxy.operations.count("TransactWriteItems") >= 2 * times
    report = stage.audit()
    assert report.findings == ()
    assert report.counted["rows"] == report.counted["requests"] >= times
