"""The feedback function with marks between its parts: callgrind dumps its count at each.

A mark is a call of a function that nothing else calls; what was counted before it belongs to the
part that is on top of a stack. The parts, in the order of the marks, go to the file that MARKS
names; STDLIB names the modules of the standard library that the function loads.
"""

import importlib
import json
import os
import time
from collections.abc import Callable
from typing import Any

_marks: list[str] = []
_stack = ["Python itself"]
_STACKED = {  # what is called by these names belongs to a part
    ("shared.http", "body"): "read and check the request",
    ("shared.document", "parse"): "read and check the request",
    ("shared.caller", "caller"): "read and check the request",
    ("shared.endpoint", "caller"): "read and check the request",
    ("feedback.request.FeedbackRequest", "parse"): "read and check the request",
    ("submit.service", "draft"): "rules and rows",
    ("submit.service", "complete"): "rules and rows",
    ("shared.direct.exchange", "encode"): "encode and sign",
    ("shared.direct.signing.Signer", "headers"): "encode and sign",
    ("shared.direct.connection.Connection", "exchange"): "send and receive, TLS",
    ("shared.direct.connection.Connection", "_open"): "connect, TLS handshake",
    ("shared.direct.parsing", "result"): "read DynamoDB's answers",
    ("shared.http", "reply"): "everything else",
}


def _mark() -> None:
    _marks.append(_stack[-1])
    time.clock_getres(time.CLOCK_MONOTONIC)


def _enter(part: str) -> None:
    _mark()
    _stack.append(part)


def _leave() -> None:
    _mark()
    _stack.pop()


def _marked(function: Callable[..., Any], part: str) -> Callable[..., Any]:
    def run(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - anything's
        _enter(part)
        try:
            return function(*arguments, **named)
        finally:
            _leave()

    return run


def _wrap(owner: Any, name: str, part: str) -> None:  # noqa: ANN401 - a module or a class
    setattr(owner, name, _marked(getattr(owner, name), part))


_enter("standard library")
for _name in os.environ["STDLIB"].split(","):
    importlib.import_module(_name)
_leave()
_enter("root certificates")
_connection = importlib.import_module("shared.direct.connect")
_leave()
_wrap(_connection, "verified", "root certificates")
_enter("our modules, configuration")
_app = importlib.import_module("submit.app")
_leave()
for (_owner, _name), _part in _STACKED.items():
    _module, _, _class = _owner.rpartition(".")
    try:
        _found = importlib.import_module(_owner)
    except ModuleNotFoundError:
        _found = getattr(importlib.import_module(_module), _class)
    _wrap(_found, _name, _part)
_requests = 0


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer, and write the marks down."""
    global _requests  # noqa: PLW0603 - a count of this process
    _requests += 1
    _enter("everything else")
    _marks[-1] = f"between {_requests}" if _requests > 1 else _marks[-1]
    reply: dict[str, Any] = _app.handler(event, context)
    _leave()
    with open(os.environ["MARKS"], "w", encoding="utf-8") as file:  # noqa: PTH123 - as the others
        json.dump(_marks, file)
    return reply
