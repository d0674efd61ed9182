"""What the API answers from aggregates: asked several at a time; some stacks have none."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from typing import TypeVar

from feedback_cli.errors import Failure
from tensorzero_feedback import Refused

A = TypeVar("A")
B = TypeVar("B")

AT_ONCE = 8
"""How many requests are sent at a time: well below what the API lets through in a second."""


@contextmanager
def needed() -> Iterator[None]:
    """Raise Failure if the stack has no such route: API Gateway's 404 has no code."""
    try:
        yield
    except Refused as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND or refusal.code != "http_404":
            raise
        raise Failure(
            "The stack keeps no aggregates. Deploy it with the parameter Aggregates=on, then count"
            " what is stored already: feedback aggregates rebuild."
        ) from refusal


def each(call: Callable[[A], B], arguments: Iterable[A]) -> Iterator[B]:
    """Call with each argument, several at a time; yield what is returned, in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(call, arguments)
        try:
            yield from results
        finally:
            pool.shutdown(cancel_futures=True)
