"""The child process: it gives up what it was born with, then answers questions.

Enforced: limits of address space and of processor time; no file descriptor but its channel, and
none can be opened, so that files, the network and the parent's connections are out of reach; no
core dump; no byte is written to a file; no further process or thread, unless it runs as root.
Not enforced: it is the parent's user with a copy of the parent's memory. If a schema made the
library run foreign code, that code could send signals, but its only way out would be the channel,
and what arrives there is read as text.
"""

import gc
import os
import resource
import signal
import struct
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple, NoReturn, TypeAlias

from shared.clock import Seconds

Answer: TypeAlias = Callable[[bytes], bytes]
"""A question to its answer."""

SIZE = struct.Struct("!I")
"""The number of bytes of a question or an answer, which precedes it."""
LIFETIME: Seconds = 8
"""The processor time after which a child is ended, even if its parent cannot do it."""

OUT_OF_MEMORY, UNCONFINED = 12, 13
"""Exit statuses."""

_CHANNEL, _OUTPUT, _ERRORS = 0, 1, 2
_KILOBYTE = 1024


class Confinement(NamedTuple):
    """What a child may have."""

    memory: int
    """Bytes of address space, beyond what it is born with."""
    limits: Mapping[int, int]
    """The operating system's further limits, by `resource`'s numbers."""


def confinement(memory: int) -> Confinement:
    """Return what a child may have that runs what somebody else wrote."""
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: int(LIFETIME),
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    return Confinement(memory, limits)


def serve(channel: int, answer: Answer, confined: Confinement) -> NoReturn:
    """Be the child: answer questions until the parent is gone or this process has grown old."""
    status = UNCONFINED
    try:
        _confine(channel, confined)
        status = 1
        _answer_all(answer, confined.memory // 2)
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        os._exit(status)


def _confine(channel: int, confined: Confinement) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(channel, _CHANNEL)
    os.dup2(nowhere, _OUTPUT)
    os.dup2(nowhere, _ERRORS)  # an allocator that gives up says so
    os.closerange(_ERRORS + 1, os.sysconf("SC_OPEN_MAX"))
    with open("/proc/self/statm", "rb") as pages:  # noqa: PTH123 - pathlib does the same in more steps
        born_with = int(pages.read().split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, born_with + confined.memory)
    for which, most in confined.limits.items():
        _limit(which, most)
    gc.freeze()  # a collection would copy every page of the parent's objects


def _limit(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(which, (most, most))


def _answer_all(answer: Answer, growth: int) -> None:
    """Answer questions as long as what is kept for later ones leaves room for them."""
    born_with = _peak()
    while question := _receive():
        answered = answer(question)
        _send(SIZE.pack(len(answered)) + answered)
        if _peak() - born_with > growth or time.process_time() > LIFETIME / 2:
            break


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE


def _receive() -> bytes:
    """Read a question; it is empty when the parent is gone."""
    head = _read(SIZE.size)
    return _read(*SIZE.unpack(head)) if head else b""


def _read(size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size and (part := os.read(_CHANNEL, size - len(parts))):
        parts += part
    return bytes(parts)


def _send(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(_CHANNEL, rest) :]
