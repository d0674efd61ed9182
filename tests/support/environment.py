"""Lambda's environment for a while: what a process of its own would have around it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from shared.direct.target import SWITCH


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set variables for as long as the block lasts; no other AWS_ variable is left in it."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def towards(endpoint: str) -> dict[str, str]:
    """Return the variables that send a client's calls to an endpoint on this machine.

    Where the whole suite runs with the SDK alone, so does this client.
    """
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        **{name: os.environ[name] for name in (SWITCH,) if name in os.environ},
    }
