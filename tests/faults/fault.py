"""What can go wrong with a call of DynamoDB, and which calls it can happen to."""

import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.support.loopback import RESET, Answer, cancelled, failure
from tests.support.proxy import Call, Trouble

WRITES = frozenset({"PutItem", "BatchWriteItem", "TransactWriteItems"})
CALLS = frozenset({"GetItem", "BatchGetItem"}) | WRITES
BATCHES = frozenset({"BatchGetItem", "BatchWriteItem"})
TRANSACTIONS = frozenset({"TransactWriteItems"})
MOMENT = 0.05
"""Seconds: longer than a call takes, shorter than any timeout."""


Strike: TypeAlias = Callable[[Call], Answer | str]
"""Takes a call's place, and returns what the SDK sees."""


@dataclass(frozen=True)
class Fault:
    """Something that can go wrong."""

    strike: Strike
    hits: frozenset[str] = CALLS


@dataclass
class Struck(Trouble):
    """A fault strikes so many calls that it can happen to: of all, or of the writes among them."""

    fault: Fault
    writes: bool = False
    times: float = math.inf
    struck: int = 0

    def meet(self, call: Call) -> Answer | str:
        """Strike if it is time."""
        hits = self.fault.hits & WRITES if self.writes else self.fault.hits
        if self.struck >= self.times or call.operation not in hits:
            return call.happen()
        self.struck += 1
        return self.fault.strike(call)


def say(end: Answer | str) -> Strike:
    """Do nothing, and answer this."""
    return lambda _call: end


def then(end: Answer | str, happen: Strike = Call.happen) -> Strike:
    """Let it happen, and answer something else."""

    def strike(call: Call) -> Answer | str:
        happen(call)
        return end

    return strike


def hold(call: Call) -> Answer:
    """Let it happen, late."""
    threading.Event().wait(MOMENT)
    return call.happen()


def cancel(reason: str) -> Strike:
    """Cancel a transaction because of its first item; refuse a put for the same reason."""

    def strike(call: Call) -> Answer:
        if call.operation == "PutItem":
            return failure(f"{reason}Exception")
        others = len(call.parameters["TransactItems"]) - 1
        return cancelled(reason, *["None"] * others)

    return strike


def leave_one(call: Call) -> Answer:
    """Do a batch but for its last item; one alone is throttled, as DynamoDB does it."""
    if call.operation == "BatchGetItem":
        return _leave_one(call, "UnprocessedKeys", lambda asked: asked["Keys"], _keys)
    return _leave_one(call, "UnprocessedItems", lambda asked: asked, lambda _, items: items)


def _keys(asked: dict[str, Any], keys: list[Any]) -> dict[str, Any]:
    return {**asked, "Keys": keys}


def _leave_one(
    call: Call,
    undone: str,
    items: Callable[[Any], list[Any]],
    but: Callable[[Any, list[Any]], Any],
) -> Answer:
    *tables, (last, asked) = call.parameters["RequestItems"].items()
    *firsts, left = items(asked)
    rest = dict(tables) | ({last: but(asked, firsts)} if firsts else {})
    if not rest:
        return failure("ProvisionedThroughputExceededException")
    done = json.loads(call.happen(RequestItems=rest).body)
    return Answer.of(**{**done, undone: {last: but(asked, [left])}})


FAULTS = {
    "the answer is late": Fault(hold),
    "the answer is lost": Fault(then(RESET)),
    "the call is lost": Fault(say(RESET)),
    "throttled": Fault(say(failure("ThrottlingException"))),
    "over capacity": Fault(say(failure("ProvisionedThroughputExceededException"))),
    "broken": Fault(say(failure("InternalServerError", 500))),
    "done, and broken": Fault(then(failure("InternalServerError", 500))),
    "away, says somebody else": Fault(say(Answer(503, "<html>Service Unavailable</html>"))),
    "one item is left": Fault(leave_one, BATCHES),
    "one item is left, and the answer is lost": Fault(then(RESET, leave_one), BATCHES),
    "in conflict": Fault(cancel("TransactionConflict"), TRANSACTIONS | {"PutItem"}),
    "throttled within": Fault(cancel("ThrottlingError"), TRANSACTIONS),
    "under way": Fault(say(failure("TransactionInProgressException")), TRANSACTIONS),
    "done, and under way": Fault(then(failure("TransactionInProgressException")), TRANSACTIONS),
}
