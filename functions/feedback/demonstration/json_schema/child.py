"""The parent's side of a child process: a question and its answer, within a budget."""

import os
import select
import signal
import time
import weakref

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.confinement import OUT_OF_MEMORY, SIZE, UNCONFINED
from shared.clock import Seconds

LONGEST = 64 * 1024
"""The longest answer that is read, in bytes."""


class Ended(Exception):
    """The child did not live to answer."""


class OutOfTime(Ended):
    """It has used up its budget."""


class OutOfMemory(Ended):
    """It needed more memory than it may have."""


class Crashed(Ended):
    """It ended otherwise: its stack was full, the library failed, somebody sent a signal."""


class Child:
    """A child process that reads questions from a channel and writes answers to it."""

    def __init__(self, pid: int, channel: int) -> None:
        """Take charge of the process, and of this end of its channel, a file descriptor."""
        self._pid = pid
        self._channel = channel
        os.set_blocking(channel, False)
        self._charged: Seconds = 0.0
        """The processor time that budgets have paid for."""
        self._lifetime: Seconds | None = None
        """The processor time of its whole life, once it has ended."""
        self._orphaned = weakref.finalize(self, _end, pid, channel)
        """Ends the process when this object goes, or the interpreter."""

    def exchange(self, question: bytes, budget: Budget) -> bytes:
        """Send a question and return the answer; the budget pays for the processor time.

        Raises OutOfTime, OutOfMemory, Crashed: then the child has ended.
        """
        try:
            self._send(SIZE.pack(len(question)) + question, budget)
            return self._receive(budget)
        except OutOfTime:
            self._end()
            raise
        except (ConnectionError, EOFError) as error:
            raise _reason(self._end()) from error
        finally:
            used = self._processor_time()
            budget.processor -= used - self._charged
            self._charged = used

    def _send(self, data: bytes, budget: Budget) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._channel, rest) :]
            except BlockingIOError:
                self._await(select.POLLOUT, budget)

    def _receive(self, budget: Budget) -> bytes:
        """Read an answer: its size, and as many bytes; most come at once."""
        come, size = bytearray(), SIZE.size
        while len(come) < size:
            self._await(select.POLLIN, budget)
            part = os.read(self._channel, LONGEST)
            if not part:
                raise EOFError("the child has closed its end")
            come += part
            if size == SIZE.size <= len(come):
                size += SIZE.unpack_from(come)[0]
            if size > SIZE.size + LONGEST:
                raise EOFError("no answer is so long")
        return bytes(come[SIZE.size : size])

    def _await(self, event: int, budget: Budget) -> None:
        """Wait until the channel is ready, or the child is gone. Raises OutOfTime.

        Processor time passes no faster than the clock, so it is only looked at when it could be
        used up.
        """
        channel = select.poll()
        channel.register(self._channel, event)
        ready = False
        while not ready:
            processor = budget.processor - (self._processor_time() - self._charged)
            left = min(processor, budget.time_left)
            if left <= 0:
                raise OutOfTime
            ready = bool(channel.poll(left * 1_000))

    def _processor_time(self) -> Seconds:
        return _processor_time(self._pid) if self._lifetime is None else self._lifetime

    def _end(self) -> int:
        """End the process, unless it has ended already; return its wait status."""
        self._orphaned.detach()
        status, self._lifetime = _end(self._pid, self._channel)
        return status


def _end(pid: int, channel: int) -> tuple[int, Seconds]:
    """Kill and reap a process; return its wait status, and the processor time of its life."""
    os.kill(pid, signal.SIGKILL)
    os.close(channel)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # it has a clock until it is reaped
    lifetime = _processor_time(pid)
    return os.waitpid(pid, 0)[1], lifetime


def _processor_time(pid: int) -> Seconds:
    """Read the clock of a process's processor time: see clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2)


def _reason(status: int) -> Ended:
    """Return why a child ended; Rust's allocator aborts when it gets no more memory."""
    code = os.waitstatus_to_exitcode(status)
    if code == UNCONFINED:
        raise RuntimeError("a child process could not be confined")
    return OutOfMemory() if code in {OUT_OF_MEMORY, -signal.SIGABRT} else Crashed()
