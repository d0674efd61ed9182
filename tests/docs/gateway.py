"""The API as the README's reader meets it: a method, a path and a body in, an answer out."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.lambdas import handler, packages, write_layer
from tests.unit.fakes import Invocation
from tools.event import event

if TYPE_CHECKING:
    from runtime.endpoint import Handler


@dataclass(frozen=True)
class Gateway:
    """The template's routes, each with its Lambda."""

    routes: dict[str, "Handler"]

    def send(self, method: str, path: str, body: str) -> tuple[int, str]:
        """Answer a request as the API does: with a status and a text."""
        for route, handle in self.routes.items():
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route)
            if match := re.fullmatch(pattern, f"{method} {path}"):
                # curl calls a body a form, and API Gateway encodes what is neither text nor JSON.
                request = event(body.encode() if body else None, route=route)
                reply = handle({**request, "pathParameters": match.groupdict()}, Invocation())
                return reply["statusCode"], reply["body"]
        return 404, '{"message":"Not Found"}'


@contextmanager
def gateway(folder: Path, endpoint: str, tables: Mapping[str, str]) -> Iterator[Gateway]:
    """Build every Lambda, with the example configuration, for as long as the block lasts."""
    layer = write_layer(folder)
    with ExitStack() as stack:
        handlers = {
            package: stack.enter_context(handler(package, layer, endpoint, tables))
            for package in set(packages().values())
        }
        yield Gateway({route: handlers[package] for route, package in packages().items()})
