"""Feedback as JSON lines: read, and given keys by which the same lines can be sent again."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn, cast

from tensorzero_feedback import Feedback


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not empty."""

    number: int
    """Its place among all lines; the first is 1."""
    end: int
    """How many bytes there are up to its end."""
    feedback: Feedback | None
    """None: the line is not a JSON object, and cannot be sent."""


def read(lines: Iterable[bytes], run: str) -> Iterator[Line]:
    """Read lines. Those without an idempotency key get one.

    The key is a hash of the run's name, of what the line says, and of how many lines before it say
    the same. So the same lines have the same keys, whatever was added before or after them, and
    equal lines have different ones. White space and the order of an object's names do not matter.
    """
    alike: Counter[str] = Counter()
    end = 0
    for number, line in enumerate(lines, 1):
        end += len(line)
        if not line.strip():
            continue
        document, said = _parsed(line)
        if document is not None and document.get("idempotency_key") is None:
            document["idempotency_key"] = _key(run, said, alike[said])
            alike[said] += 1
        yield Line(number, end, document)


def _parsed(line: bytes) -> tuple[Feedback | None, str]:
    """Return a line's JSON object, None if it is not one, and what it says in one spelling."""
    try:
        document = json.loads(line.decode(), parse_constant=_refuse)
        said = json.dumps(document, sort_keys=True)
    except (ValueError, RecursionError):
        return None, ""
    # Whether its fields are right, the API says.
    return (cast("Feedback", document) if isinstance(document, dict) else None), said


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _key(run: str, said: str, before: int) -> str:
    text = json.dumps([run, said, before])
    return f"give-{hashlib.sha256(text.encode()).hexdigest()}"
