"""Workers: whatever a question does to its child, the next one is answered."""

import errno
import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.child import LONGEST, Crashed, Ended, OutOfMemory, OutOfTime
from feedback.demonstration.json_schema.confinement import Confinement, confinement
from feedback.demonstration.json_schema.worker import Worker
from tests.support.template import ROOT

MEGABYTE = 1024 * 1024
CONFINED = confinement(32 * MEGABYTE)
LOOSE = Confinement(32 * MEGABYTE, {resource.RLIMIT_NOFILE: 10**9})
"""Enough where it does not matter: such a child can write its coverage to a file."""


ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "functions"), str(ROOT)])}
LAST = mmap.mmap(-1, 4)
"""Memory that the processes share: who was asked last."""


def plenty() -> Budget:
    """Make a budget that no honest question spends, however busy the machine is."""
    return Budget(20, 60)


def pid(_question: bytes = b"") -> bytes:
    """Answer who answers."""
    return str(os.getpid()).encode()


def die(question: bytes) -> bytes:
    """Answer nothing, but do what the question says."""
    LAST[:] = os.getpid().to_bytes(4, "big")
    return WAYS[question.decode()]() or b""


def _spin() -> None:
    while True:
        pass


def _grow() -> None:
    kept = []
    while True:
        kept.append(bytes(MEGABYTE))


WAYS: dict[str, Callable[[], bytes | None]] = {
    "spin": _spin,
    "sleep": lambda: time.sleep(3_600),
    "grow": _grow,
    "abort": os.abort,
    "fault": lambda: os.kill(os.getpid(), signal.SIGSEGV),
    "raise": lambda: str(1 / 0).encode(),
    "leave": lambda: os._exit(0),
    "talk": lambda: bytes(LONGEST + 1),
    "be terminated": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "nothing": pid,
}


def test_one_child_answers_one_question_after_the_other() -> None:
    """It is forked by the first one."""
    worker = Worker(pid, LOOSE)

    first, second = (worker.ask(b"?", plenty()) for _ in range(2))

    assert first == second != pid()


@pytest.mark.parametrize("size", [0, 1, 65_535, 6 * MEGABYTE])
def test_a_question_of_any_size_arrives_whole(size: int) -> None:
    """In as many parts as it takes; and so does the longest answer."""
    worker = Worker(lambda question: question[:LONGEST], confinement(64 * MEGABYTE))
    question = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    assert worker.ask(b"?" + question, plenty()) == (b"?" + question)[:LONGEST]


@pytest.mark.parametrize(
    ("way", "processor", "time_left", "reason"),
    [
        ("spin", 2, 60, OutOfTime),  # a large process forks slowly
        ("sleep", 20, 0.2, OutOfTime),
        ("grow", 20, 60, OutOfMemory),
        ("abort", 20, 60, OutOfMemory),
        ("fault", 20, 60, Crashed),
        ("raise", 20, 60, Crashed),
        ("leave", 20, 60, Crashed),
        ("talk", 20, 60, Crashed),
        ("be terminated", 20, 60, Crashed),
    ],
)
@pytest.mark.parametrize("earlier", [False, True])
def test_a_child_that_ends_is_reported_and_replaced(
    way: str, processor: float, time_left: float, reason: type[Ended], earlier: bool
) -> None:
    """Whether it had answered before or not; by then it is gone, and reaped."""
    worker = Worker(die, LOOSE)
    if earlier:
        worker.ask(b"nothing", plenty())

    with pytest.raises(reason):
        worker.ask(way.encode(), Budget(processor, time_left))

    with pytest.raises(ChildProcessError):
        os.waitpid(int.from_bytes(LAST, "big"), os.WNOHANG)
    assert worker.ask(b"nothing", plenty()) != pid()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_that_was_killed_between_questions_is_replaced_unnoticed(number: int) -> None:
    """Not every death is the question's fault: it is asked again."""
    worker = Worker(pid, LOOSE)
    first = worker.ask(b"?", plenty())

    os.kill(int(first), number)

    assert worker.ask(b"?", plenty()) not in {first, pid()}


def test_a_child_is_frozen_and_thawed_with_its_parent() -> None:
    """As Lambda does between invocations: the same one answers on."""
    code = (
        "from tests.unit.feedback.demonstration.json_schema.test_worker import *;"
        "worker = Worker(pid, CONFINED);"
        "print(worker.ask(b'?', plenty()).decode(), flush=True); input();"
        "print(worker.ask(b'?', plenty()).decode(), flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGSTOP)
        process.stdin.write("\n")
        process.stdin.flush()
        os.killpg(process.pid, signal.SIGCONT)

        assert process.stdout.readline() == first


def test_what_a_child_keeps_is_held_against_no_later_question() -> None:
    """A child that has grown is replaced; so is one in which a question finds too little left."""
    kept: list[mmap.mmap] = []

    def keep(question: bytes) -> bytes:
        if size := int(question) * MEGABYTE:
            memory = mmap.mmap(-1, size)  # not of the heap, where the parent may have left room
            for page in range(0, size, mmap.PAGESIZE):
                memory[page] = 1
            kept.append(memory)
        return pid()

    worker = Worker(keep, LOOSE)

    answers = [worker.ask(size, plenty()) for size in (b"10", b"0", b"30", b"30", b"0")]

    assert answers[0] == answers[1]
    assert len({*answers}) == 4
    assert kept == []


def test_a_question_takes_at_most_half_of_what_is_left() -> None:
    """And its budget is charged with what it took, until nothing is begun any more."""
    worker, budget, left = Worker(die, LOOSE), Budget(0.4, 60), []

    for _ in range(3):
        with pytest.raises(OutOfTime):
            worker.ask(b"spin", budget)
        left.append(budget.processor)

    assert 0.2 >= left[0] > left[1] > left[2] > 0
    worker.ask(b"nothing", plenty())
    with pytest.raises(OutOfTime):
        worker.ask(b"nothing", Budget(0.01, 60))
    assert worker.ask(b"nothing", plenty()) != pid()


def test_a_child_ends_when_its_owner_goes() -> None:
    """No process is left behind."""
    worker = Worker(pid, LOOSE)
    child = int(worker.ask(b"?", plenty()))

    del worker

    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_child_dies_with_its_parent() -> None:
    """Even if that is killed."""
    code = (
        "import os, signal;"
        "from tests.unit.feedback.demonstration.json_schema.test_worker import *;"
        "worker = Worker(pid, LOOSE);"
        "print(worker.ask(b'?', plenty()).decode(), flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    status = Path(f"/proc/{int(done.stdout)}/stat")

    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)


def test_a_child_that_cannot_be_confined_answers_nothing() -> None:
    """That is a bug of ours, and no question's fault."""
    worker = Worker(pid, Confinement(32 * MEGABYTE, {-1: 0}))

    with pytest.raises(RuntimeError, match="confined"):
        worker.ask(b"?", plenty())


def test_a_child_reaches_nothing_but_its_channel(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """No file, no socket, no connection of its parent's; what it prints goes nowhere."""
    with socket.create_server(("127.0.0.1", 0)) as inherited, (tmp_path / "f").open("w") as file:
        attempts: dict[bytes, Callable[[], object]] = {
            b"socket": socket.socket,
            b"file": (tmp_path / "g").open,
            b"inherited": lambda: os.fstat(inherited.fileno()),
            b"written": lambda: os.write(file.fileno(), b"x"),
        }

        def attempt(question: bytes) -> bytes:
            os.write(1, b"out")
            os.write(2, b"err")
            try:
                attempts[question]()
            except OSError as error:
                return errno.errorcode[error.errno or 0].encode()
            return b"done"

        worker = Worker(attempt, CONFINED)
        assert {name: worker.ask(name, plenty()) for name in attempts} == {
            b"socket": b"EMFILE",
            b"file": b"EMFILE",
            b"inherited": b"EBADF",
            b"written": b"EBADF",
        }
    assert capfd.readouterr() == ("", "")


def test_a_childs_limits_are_set_for_good() -> None:
    """The soft ones and the hard ones; a root user alone may fork in spite of them."""

    def limits(_question: bytes) -> bytes:
        return repr({which: resource.getrlimit(which) for which in CONFINED.limits}).encode()

    assert Worker(limits, CONFINED).ask(b"?", plenty()) == (
        repr({which: (most, most) for which, most in CONFINED.limits.items()}).encode()
    )
    assert CONFINED.limits.keys() == {
        resource.RLIMIT_CORE,
        resource.RLIMIT_CPU,
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_NOFILE,
        resource.RLIMIT_NPROC,
    }


def test_no_limit_is_raised_above_the_parents() -> None:
    """Only a root user could do that."""
    which = resource.RLIMIT_NOFILE
    _, hard = resource.getrlimit(which)
    worker = Worker(lambda _: repr(resource.getrlimit(which)).encode(), LOOSE)

    assert worker.ask(b"?", plenty()) == repr((hard, hard)).encode()
