"""Which of the routes a request takes, as API Gateway chooses it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True)
class Match:
    """A route, and what its variables stand for in the request's path."""

    route: str
    parameters: dict[str, str]


def match(routes: Iterable[str], method: str, path: str) -> Match | None:
    """Choose the route of a request, those with fewer variables first; None if there is none.

    API Gateway decodes the path first.
    """
    for route in sorted(routes, key=lambda one: one.count("{")):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route)
        pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", pattern)
        if found := re.fullmatch(pattern, f"{method} {unquote(path)}"):
            return Match(route, found.groupdict())
    return None
