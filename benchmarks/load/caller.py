"""Sends posts over HTTP in a closed loop: so many callers, each with one request at a time."""

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.load.bodies import Body, Target
from benchmarks.load.traffic import Post

TIMEOUT = 40
"""Seconds that an answer is waited for: API Gateway gives up at 30."""
BEAT = 5
"""Seconds between two reports of progress."""


@dataclass(slots=True)
class Run:
    """The outcome of many posts."""

    concurrency: int
    seconds: float = 0.0
    """From the first to the last."""
    took: list[tuple[str, float]] = field(default_factory=list)
    """Of each post, its kind and the seconds until its answer."""
    surprises: list[str] = field(default_factory=list)
    """Answers that were not to be expected."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who has the API's URL, and the headers that let them in."""

    url: str
    headers: Mapping[str, str]

    def record(self, about: Iterable[Target]) -> None:
        """Record targets."""
        connection = self._connect()
        for target in about:
            record = json.dumps(target.record)
            answer = self._exchange(connection, "/internal/inferences", record, {})
            if answer[0] != 200:  # noqa: PLR2004 - OK
                raise SystemExit(f"A target could not be recorded: {answer}")
        connection.close()

    def post(self, path: str, body: Body) -> Any:  # noqa: ANN401 - JSON
        """Post one body, on a connection of its own; return the answer. Raises SystemExit."""
        return self._once("POST", path, json.dumps(body))

    def get(self, path: str, query: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        """Get something, on a connection of its own; return the answer. Raises SystemExit."""
        return self._once("GET", f"{path}?{urlencode(query)}", "")

    def send(
        self, posts: Iterable[Post], concurrency: int, until: float, say: Callable[[str], None]
    ) -> Run:
        """Send them all, or as many as there is time for; `until` is a monotonic moment."""
        run, waiting, started = Run(concurrency), iter(posts), time.monotonic()
        with ThreadPoolExecutor(concurrency) as pool:
            callers = {pool.submit(self._work, waiting, until, run) for _ in range(concurrency)}
            try:
                while callers:
                    done, callers = wait(callers, BEAT, FIRST_EXCEPTION)
                    for caller in done:
                        caller.result()
                    run.seconds = time.monotonic() - started
                    rate = len(run.took) / run.seconds
                    say(f"{len(run.took):,} at concurrency {concurrency}, {rate:.0f} a second")
            finally:
                deque(waiting, maxlen=0)  # after a bug, or Ctrl-C, nobody sends any more
        return run

    def _work(self, waiting: Iterator[Post], until: float, run: Run) -> None:
        connection = self._connect()
        for post in waiting:
            if time.monotonic() > until:
                break
            path = f"{post.path}?{urlencode(post.query)}".rstrip("?")
            started = time.perf_counter()
            status, text = self._exchange(connection, path, post.body, post.headers)
            run.took.append((post.kind, time.perf_counter() - started))
            if not post.note(status, text):
                run.surprises.append(f"{post.kind}: {status} {text}")
        connection.close()

    def _once(self, method: str, path: str, body: str) -> Any:  # noqa: ANN401 - JSON
        connection = self._connect()
        status, text = self._exchange(connection, path, body, {}, method)
        connection.close()
        if status != 200:  # noqa: PLR2004 - OK
            raise SystemExit(f"{method} {path} was answered {status} {text}")
        return json.loads(text)

    def _connect(self) -> HTTPConnection:
        return HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT)

    def _exchange(
        self,
        connection: HTTPConnection,
        path: str,
        body: str,
        headers: Mapping[str, str],
        method: str = "POST",
    ) -> tuple[int | None, str]:
        """Return the status and the body of an answer; no status if there was none."""
        target = urlsplit(self.url).path + path
        try:
            connection.request(method, target, body.encode(), {**headers, **self.headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            connection.close()  # the next request opens it again
            return None, ""
