"""The Python client, with trouble on both sides of the API: it is sure of all that it gave."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from benchmarks.load.bodies import STORED
from benchmarks.load.traffic import Post, Traffic
from tensorzero_feedback import (
    AsyncFeedbackClient,
    FeedbackClient,
    FeedbackError,
    Outcome,
    Retries,
    Unavailable,
    Unconfirmed,
)
from tests.audit.ledger import Outcome as Seen
from tests.audit.ledger import Request
from tests.faults.client import SHORT
from tests.faults.conftest import Stage
from tests.faults.fault import FAULTS
from tests.faults.front import Front, Mishap
from tests.faults.weather import Weather

POSTS = 120
CALLERS = 4
SHARE = 0.25
"""Of the requests, how many something happens to on their way."""
PATIENT = Retries(deadline=60, attempt=60, clock=lambda: 0.0, random=lambda: 1.0)
"""For it no time passes, so it never gives up."""
IMPATIENT = replace(PATIENT, first_pause=40, longest_pause=100)
"""It would pause for 40 s, then for 80 s, so it gives up after two attempts."""
NOT_STORED = 429
"""The status of what was not answered, and is not stored: the audit finds no row of it."""
ROUTES = ("POST /feedback", "POST /feedback/batch")


class _Mishaps(Counter[Mishap]):
    """Strike at random; a mishap that has struck least comes first."""

    def draw(self, random: Random) -> Iterator[Mishap | None]:
        while True:
            struck = random.random() < SHARE
            mishap = min(random.sample([*Mishap], len(Mishap)), key=self.__getitem__)
            self[mishap] += struck
            yield mishap if struck else None


def _posts(traffic: Traffic, random: Random) -> Iterator[Post]:
    """Make single requests of all kinds, batches and atomic batches; all have keys."""
    for number in range(POSTS):
        kinds = random.choices([*STORED, "refused"], k=random.randint(2, 12))
        match number % 4:
            case 0:
                yield traffic.batch(kinds, keyed=1)
            case 1:
                yield traffic.batch([kind for kind in kinds if kind in STORED], 1, atomic=True)
            case _:
                yield traffic.single(kinds[0], keyed=True)


def _bodies(post: Post) -> list[Any]:
    return [{**request.body, "idempotency_key": request.key} for request in post.requests]


def _seen(result: str | FeedbackError) -> Seen:
    """Say what the client knows: that it may be stored, that it is not, or that it is."""
    match result:
        case Unconfirmed():
            return Seen()
        case Unavailable():
            return Seen(NOT_STORED)
        case FeedbackError():
            return Seen(result.status)
        case str():
            return Seen(200, result)


def _note(post: Post, results: Sequence[str | FeedbackError]) -> None:
    for request, result in zip(post.requests, results, strict=True):
        request.seen.append(_seen(result))


def _results(outcomes: Sequence[Outcome]) -> list[str | FeedbackError]:
    return [outcome.error or str(outcome.id) for outcome in outcomes]


def _give(url: str, posts: Sequence[Post], retries: Retries) -> None:
    """Give it all, from several threads that share a client."""
    with FeedbackClient(url, retries=retries, sleep=lambda _: None) as client:

        def give(post: Post) -> None:
            if post.batch:
                outcomes = client.batch(_bodies(post), atomic=post.atomic)
                _note(post, _results(outcomes))
                return
            try:
                _note(post, [client.feedback(**_bodies(post)[0])])
            except FeedbackError as error:
                _note(post, [error])

        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(give, posts))


async def _hurry(_seconds: float) -> None:
    """Let others go first, instead of a pause."""
    await anyio.lowlevel.checkpoint()


def _give_async(url: str, posts: Sequence[Post], retries: Retries) -> None:
    """Give it all, from several tasks that share a client."""

    async def work() -> None:
        waiting = iter(posts)
        async with (
            AsyncFeedbackClient(url, retries=retries, sleep=_hurry) as client,
            anyio.create_task_group() as tasks,
        ):

            async def give() -> None:
                for post in waiting:
                    if post.batch:
                        outcomes = await client.batch(_bodies(post), atomic=post.atomic)
                        _note(post, _results(outcomes))
                        continue
                    try:
                        _note(post, [await client.feedback(**_bodies(post)[0])])
                    except FeedbackError as error:
                        _note(post, [error])

            for _ in range(CALLERS):
                tasks.start_soon(give)

    asyncio.run(work())


def _after_a_mishap(request: Request) -> set[int | None]:
    """Return what is also right: a refusal does not say what became of an earlier attempt."""
    return set() if request.sound else {None}


def _requests(posts: Sequence[Post]) -> dict[str, Request]:
    return {request.name: request for post in posts for request in post.requests}


@pytest.mark.parametrize("give", [_give, _give_async])
def test_a_patient_client_gets_all_stored_once(give: Any, stage: Stage) -> None:
    """Whatever happens to its requests, and to the API's calls of DynamoDB."""
    random, mishaps = Random(1), _Mishaps()  # noqa: S311 - no secret
    weather = stage.proxy.trouble = Weather(random)
    posts = [*_posts(stage.traffic, random)]
    stage.client.requests |= _requests(posts)
    front = Front(stage.client.api, ROUTES, mishaps.draw(random), SHORT)
    with front.running():
        give(front.url, posts, PATIENT)

    assert {*weather.struck} == {*FAULTS}
    assert {*mishaps} == {*Mishap}
    assert front.requests > POSTS
    for post in posts:
        for request in post.requests:
            assert request.seen[-1].status in post.expected(request) | _after_a_mishap(request)
    assert stage.audit().findings == ()


@pytest.mark.parametrize("give", [_give, _give_async])
def test_an_impatient_client_knows_what_it_does_not_know(give: Any, stage: Stage) -> None:
    """It tries twice. Given again, with the same keys, all is stored once."""
    random, mishaps = Random(2), _Mishaps()  # noqa: S311 - no secret
    stage.proxy.trouble = Weather(random)
    posts = [*_posts(stage.traffic, random)]
    stage.client.requests |= _requests(posts)
    front = Front(stage.client.api, ROUTES, mishaps.draw(random), SHORT)
    with front.running():
        give(front.url, posts, IMPATIENT)
    assert stage.audit().findings == ()
    seen = {one.status for request in stage.client.requests.values() for one in request.seen}
    assert seen >= {200, None}
    with front.running():
        give(front.url, posts, PATIENT)

    assert stage.audit().findings == ()
    for request in stage.client.requests.values():
        assert request.seen[-1].status not in {None, NOT_STORED} or not request.sound
