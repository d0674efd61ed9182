"""What can go wrong with a call of DynamoDB, and which calls it can happen to."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.adapter.loopback import RESET, Answer, failure

WRITES = frozenset({"PutItem", "BatchWriteItem", "TransactWriteItems"})
CALLS = frozenset({"GetItem", "BatchGetItem"}) | WRITES
BATCHES = frozenset({"BatchGetItem", "BatchWriteItem"})
TRANSACTIONS = frozenset({"TransactWriteItems"})
MOMENT = 0.05
"""Seconds: longer than a call takes, shorter than anybody's patience."""


@dataclass(frozen=True)
class Call:
    """A call on its way to DynamoDB."""

    operation: str
    parameters: dict[str, Any]
    forward: Callable[[str, dict[str, Any]], Answer]

    def happen(self, **changed: Any) -> Answer:
        """Let DynamoDB have it; give its answer."""
        return self.forward(self.operation, {**self.parameters, **changed})


Strike: TypeAlias = Callable[[Call], Answer | str]
"""Takes a call's place, and gives what the SDK sees."""


@dataclass(frozen=True)
class Fault:
    """Something that can go wrong."""

    strike: Strike
    hits: frozenset[str] = CALLS


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
    """Cancel a transaction for its first item's sake; a put, which is none, is refused alike."""

    def strike(call: Call) -> Answer:
        if call.operation == "PutItem":
            return failure(f"{reason}Exception")
        reasons = [{"Code": "None"} for _ in call.parameters["TransactItems"]]
        reasons[0]["Code"] = reason
        return failure("TransactionCanceledException", CancellationReasons=reasons)

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
    return Answer(body=json.dumps({**done, undone: {last: but(asked, [left])}}))


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
