"""The built Lambda, killed around each of its calls of DynamoDB: a new one puts all in order."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

import pytest

from benchmarks.load.bodies import STORED
from benchmarks.load.traffic import Post, Traffic
from shared.http import Event, Reply
from tests.e2e.lambda_runtime import runtime
from tests.faults.client import Context, repeatable
from tests.faults.conftest import Stage
from tests.support.loopback import RESET, Answer
from tests.support.proxy import Call, Trouble
from tests.support.runtime_api import LambdaDied, Runtime
from tests.support.stack import BUILD
from tools.emulator import Emulator

GRACE = 10
"""Seconds within which a process that is killed is gone."""


class Moment(Enum):
    """When a Lambda is killed, seen from a call of DynamoDB."""

    BEFORE = auto()
    DURING = auto()
    """It is done, and not answered."""
    AFTER = auto()


@dataclass
class Killer(Trouble):
    """Kills the Lambda at one of its calls."""

    kill: Callable[[], None]
    moment: Moment
    calls_left: int

    def meet(self, call: Call) -> Answer | str:
        """Kill it if it is time; let the call happen unless that was before."""
        self.calls_left -= 1
        if self.calls_left or self.moment is Moment.AFTER:
            return call.happen()
        if self.moment is Moment.DURING:
            call.happen()
        self.kill()
        return RESET

    def answered(self) -> None:
        """Kill it when it has its answer."""
        if not self.calls_left:
            self.kill()


@dataclass(frozen=True)
class Way:
    """A way to give feedback, and how many calls of DynamoDB it takes."""

    make: Callable[[Traffic], Post]
    calls: int


WAYS = {
    "single": Way(lambda traffic: traffic.single("boolean"), 2),
    "keyed": Way(lambda traffic: traffic.single("label", keyed=True), 2),
    "batch": Way(lambda traffic: traffic.batch([*STORED] * 3, keyed=0.5), 3),
    "atomic": Way(lambda traffic: traffic.batch([*STORED], atomic=True), 2),
    "atomic, keyed": Way(lambda traffic: traffic.batch([*STORED], keyed=1, atomic=True), 2),
}


@pytest.fixture(scope="session")
def built() -> None:
    """Build what Lambda runs, for this machine."""
    BUILD.make()


def _api(lambda_: Runtime) -> Callable[[Event, Context], Reply | None]:
    def answer(event: Event, _context: Context) -> Reply | None:
        try:
            kind, answered = lambda_.invoke(event)
        except LambdaDied:
            return None
        assert kind == "response", answered
        reply: Reply = answered
        return reply

    return answer


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_lambda_that_is_killed_loses_doubles_and_invents_nothing(
    way: Way, stage: Stage, aws: Emulator, tmp_path: Path
) -> None:
    """Before, during and after each call; then what has a key is sent to a new one."""
    traffic, client = stage.traffic, stage.client
    behind = Emulator(stage.proxy.port, aws.log)

    @contextmanager
    def lambda_(name: str) -> Iterator[Runtime]:
        folder = tmp_path / name
        folder.mkdir()
        function = "BatchFunction" if way.make(traffic).batch else "SubmitFunction"
        with runtime(function, folder, behind, stage.tables) as started:
            client.api = _api(started)
            yield started

    repeats = []
    for call in range(1, way.calls + 1):
        for moment in Moment:
            post = way.make(traffic)
            with lambda_(f"{call} {moment.name}") as victim:
                stage.proxy.trouble = Killer(victim.process.kill, moment, call)
                client.send(post)
                assert victim.process.wait(GRACE) == -signal.SIGKILL
            repeats.append(repeatable(post))

    stage.proxy.trouble = Trouble()
    stage.proxy.calls.clear()
    with lambda_("successor"):
        assert client.send(way.make(traffic))
        assert len(stage.proxy.calls) == way.calls
        for repeat in repeats:
            assert not repeat.requests or client.send(repeat)
    assert stage.audit().findings == ()
