"""Which client an environment gets: the direct one, or the SDK alone."""

import os.path
from collections.abc import Callable, Mapping
from importlib.util import find_spec

from shared.direct.client import Authority, Client
from shared.direct.connection import Connection, verified
from shared.direct.exchange import Exchange
from shared.direct.target import Target, target

SDK = "botocore"
"""The package that brings the root certificates; it is found, and not imported."""


def connect(environ: Mapping[str, str], *, attempts: int = 3) -> Client:
    """Build the client; the environment is that of app.py.

    A call is attempted so often at most: once without the SDK, where the environment allows it,
    and otherwise by the SDK. What every call will need is loaded now, while the processor is fast.
    """
    found = target(environ)
    if found is None:
        client = Client(None, _loader(None, attempts))
        client.load()
        return client
    context = verified(found.roots or roots()) if found.tls else None
    exchange = Exchange(found, Connection(found, context))
    return Client(exchange, _loader(found, max(attempts - 1, 1)))


def _loader(to: Target | None, attempts: int) -> Callable[[], Authority]:
    def load() -> Authority:
        from shared.direct.sdk import Sdk  # noqa: PLC0415 - it loads the SDK

        return Sdk(to, attempts)

    return load


def roots(package: str = SDK) -> str:
    """Find the SDK's file of root certificates. Raises ModuleNotFoundError without the SDK."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"No package {package!r} on the path: is the dependencies layer attached?"
        )
    return os.path.join(os.path.dirname(spec.origin), "cacert.pem")  # noqa: PTH118, PTH120
