"""Every fault, whatever is sent, whenever it strikes: nothing is lost, doubled or invented."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from benchmarks.load.bodies import STORED
from benchmarks.load.traffic import Post, Traffic
from tests.faults.client import LONG, SHORT, repeatable, to_vote
from tests.faults.conftest import Stage
from tests.faults.fault import FAULTS, WRITES, Fault, Strike, Struck, say, then
from tests.support.loopback import SILENCE
from tests.support.proxy import Trouble

MIXED = [*STORED, "refused", "dry run"]


@dataclass(frozen=True)
class Way:
    """A way to give feedback, and the calls of DynamoDB that it takes."""

    make: Callable[[Traffic], Post]
    calls: frozenset[str]


READ_AND_TRANSACT = frozenset({"BatchGetItem", "TransactWriteItems"})
WAYS = {
    "single": Way(lambda traffic: traffic.single("float"), frozenset({"GetItem", "PutItem"})),
    "single, a label": Way(
        lambda traffic: traffic.single("label"), frozenset({"GetItem", "TransactWriteItems"})
    ),
    "keyed": Way(lambda traffic: traffic.single("comment", keyed=True), READ_AND_TRANSACT),
    "vote": Way(
        lambda traffic: to_vote(traffic.single("boolean", keyed=True), "ada"), READ_AND_TRANSACT
    ),
    "batch": Way(
        lambda traffic: traffic.batch(MIXED * 4, keyed=0.5), READ_AND_TRANSACT | {"BatchWriteItem"}
    ),
    "atomic": Way(lambda traffic: traffic.batch([*STORED], atomic=True), READ_AND_TRANSACT),
    "atomic, keyed": Way(
        lambda traffic: traffic.batch([*STORED], keyed=1, atomic=True), READ_AND_TRANSACT
    ),
}
TIMES = {"once": 1, "twice in a row": 2, "for good": math.inf}
CASES = [
    pytest.param(fault, way, writes, times, id=f"{sent}: {name}, {where}, {often}")
    for name, fault in FAULTS.items()
    for sent, way in WAYS.items()
    for where, writes in (("at first", False), ("on the write", True))
    for often, times in TIMES.items()
    if fault.hits & way.calls & (WRITES if writes else way.calls)
]


@pytest.mark.parametrize(("fault", "way", "writes", "times"), CASES)
def test_nothing_is_lost_doubled_or_invented(
    fault: Fault, way: Way, writes: bool, times: float, stage: Stage
) -> None:
    """The client sends once more what has a key, while the trouble lasts and when it is over.

    It does not notice what lasts for fewer than three attempts, and is asked to send again by what
    lasts longer.
    """
    post = way.make(stage.traffic)
    repeat = repeatable(post)
    trouble = stage.proxy.trouble = Struck(fault, writes, times)
    stage.client.looks = SHORT if times == math.inf else LONG

    served = [stage.client.send(post)]
    served += [stage.client.send(repeat)] if repeat.requests else []
    stage.proxy.trouble = Trouble()
    served += [stage.client.send(repeat)] if repeat.requests else []

    assert trouble.struck
    assert served[-1] or not repeat.requests
    assert all(served) or times == math.inf
    for request in post.requests:
        assert {one.status for one in request.seen} <= {*post.expected(request), 503}
    assert stage.audit().findings == ()


@pytest.mark.parametrize("strike", [say(SILENCE), then(SILENCE)], ids=["lost", "done"])
def test_a_write_that_is_never_answered_is_sent_again(strike: Strike, stage: Stage) -> None:
    """After the SDK's two seconds, whether it was done or not."""
    stage.proxy.trouble = Struck(Fault(strike), writes=True, times=1)

    assert stage.client.send(WAYS["keyed"].make(stage.traffic))
    assert stage.proxy.operations[-2:] == ["TransactWriteItems"] * 2
    assert stage.audit().findings == ()
