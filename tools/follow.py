"""Follows the stack on this machine: what its functions log, and what is stored, as it comes."""

import json
import time
from collections.abc import Iterator

from feedback.kinds.registry import KINDS
from feedback.rows import LABELS
from tools.stack import Stack

PLATFORM_LINES = ("START ", "END ", "REPORT ")  # the template keeps them out of AWS's logs too
METRIC = '{"_aws":'
"""How a line begins that is a metric: each stands beside a line for people."""


class Follower:
    """Looks into the logs of all functions, and into the tables of feedback of every kind."""

    def __init__(self, stack: Stack) -> None:
        """Begin now: what is there already is not news."""
        self._stack = stack
        tables = stack.tables()
        self._items = {tables[key]: set[str]() for key in (*KINDS, LABELS)}
        self._lines = {name: list[tuple[int, str]]() for name in stack.functions()}
        self._since = int(time.time() * 1000)
        for table in self._items:
            self._items[table].update(map(json.dumps, stack.items(table)))

    def news(self) -> Iterator[str]:
        """Yield a line for each line that was logged and each item that was stored since then."""
        for function, seen in self._lines.items():
            since = max((moment for moment, _ in seen), default=self._since)
            lines = self._stack.log(function, since=since)
            for moment, line in lines:
                if (moment, line) not in seen and not _is_noise(line):
                    yield f"log     {function} {line.rstrip()}"
            self._lines[function] = lines or seen
        for table, known in self._items.items():
            items = {*map(json.dumps, self._stack.items(table))}
            yield from (f"stored  {table} {item}" for item in sorted(items - known))
            known.update(items)


def _is_noise(line: str) -> bool:
    return line.startswith((*PLATFORM_LINES, METRIC))
