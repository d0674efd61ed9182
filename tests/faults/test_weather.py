"""Hundreds of requests of every kind, and one call of DynamoDB in five goes wrong somehow."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from benchmarks.load.traffic import Traffic
from tests.faults.client import SHORT, Client, repeatable
from tests.faults.conftest import Stage
from tests.faults.fault import FAULTS
from tests.faults.weather import Weather

POSTS = 600
CALLERS = 4


@pytest.mark.parametrize("seed", [1, 2])
def test_every_answer_is_true(seed: int, stage: Stage) -> None:
    """Four callers, each with Lambdas of its own, send what has a key until they have an answer."""
    weather = stage.proxy.trouble = Weather(Random(seed))  # noqa: S311 - no secret
    posts = [*Traffic(stage.traffic.about, seed).mix(POSTS)]
    waiting = iter(posts)

    def work(client: Client) -> None:
        for post in waiting:
            client.send(post)
            repeat = repeatable(post)
            while any(request.seen[-1].kind == "failed" for request in repeat.requests):
                client.send(repeat)

    clients = [Client(stage.make_api(), SHORT, stage.client.requests) for _ in range(CALLERS)]
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(work, clients))

    assert {*weather.struck} == {*FAULTS}
    for post in posts:
        for request in post.requests:
            assert {one.status for one in request.seen} <= {*post.expected(request), 503}
    assert stage.audit().findings == ()
