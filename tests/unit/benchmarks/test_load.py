"""The load: what is sent, what is noted of the answers, how the times are summed up."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from benchmarks.load.__main__ import report
from benchmarks.load.bodies import KINDS, STORED, targets
from benchmarks.load.caller import Caller, Run
from benchmarks.load.distribution import by_kind, quantile, summary, table
from benchmarks.load.traffic import SETTLED, SHARES, Post, Traffic
from tests.audit.audit import Finding, Report
from tests.audit.ledger import Outcome

ID = "0192c4a0-7e00-7000-8000-00000000000a"
FOREVER = float("inf")


@pytest.fixture
def traffic() -> Traffic:
    """Make requests about two targets."""
    return Traffic(targets(1), sender={"whose": "mine"})


def test_a_mix_has_all_kinds_and_as_many_posts_as_asked_for(traffic: Traffic) -> None:
    """Each request has a name and a sender, and about the share of its kind."""
    posts = [*traffic.mix(5_000)]
    kinds = Counter(post.kind for post in posts)
    requests = {id(one): one for post in posts for one in post.requests}.values()

    assert len(posts) == 5_000
    assert kinds.keys() == SHARES.keys()
    assert len({request.name for request in requests}) == len(requests)
    assert {request.sender["whose"] for request in requests} == {"mine"}
    assert sum(SHARES.values()) == 100
    assert all(abs(kinds[kind] - 50 * share) < 100 for kind, share in SHARES.items())


def test_a_mix_is_the_same_for_the_same_seed() -> None:
    """But for the ids, which are new each time."""
    about = targets(2)
    one, same, other = (Traffic(about, seed).mix(500) for seed in (1, 1, 2))

    kinds = [post.kind for post in one]
    assert kinds == [post.kind for post in same]
    assert kinds != [post.kind for post in other]


def test_a_repeat_is_of_a_request_with_a_key_and_a_reused_key_of_one_that_is_answered(
    traffic: Traffic,
) -> None:
    """The first is the same request, the other is another one, and will be refused."""
    keyed: list[Post] = []
    for post in traffic.mix(5_000):
        [request, *_] = post.requests
        if post.kind == "keyed":
            keyed.append(post)
        if post.kind == "repeat":
            assert request in [one.requests[0] for one in keyed]
        if post.kind == "reused key":
            assert request.key in [one.requests[0].key for one in keyed[:-SETTLED]]
            assert not request.sound


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_is_sent_as_json_with_its_key_in_a_header(kind: str, traffic: Traffic) -> None:
    """Each kind, on its own."""
    post, keyed = traffic.single(kind), traffic.single(kind, keyed=True)

    assert json.loads(post.body) == post.requests[0].body
    assert (post.path, post.query, post.kind) == ("/feedback", {}, kind)
    assert post.headers == {"content-type": "application/json"}
    assert keyed.headers["idempotency-key"] == keyed.requests[0].key
    assert keyed.kind == "keyed"


def test_a_batch_is_sent_as_an_array_with_each_key_in_its_element(traffic: Traffic) -> None:
    """Whether it is atomic follows the path, and is one matter for all of them."""
    post = traffic.batch([*STORED] * 20, 0.5)
    atomic = traffic.batch([*STORED], 1, atomic=True)

    elements = json.loads(post.body)
    assert [one.pop("idempotency_key") for one in elements] == [one.key for one in post.requests]
    assert elements == [one.body for one in post.requests]
    assert 30 < sum(request.key is not None for request in post.requests) < 70
    assert (post.path, post.query) == ("/feedback/batch", {})
    assert post.headers == {"content-type": "application/json"}
    assert {request.atomic for request in post.requests} == {None}
    assert atomic.query == {"atomic": "true"}
    assert {request.atomic for request in atomic.requests} == {atomic.requests[0].name}


ACCEPTED = json.dumps({"feedback_id": ID})
REFUSED = json.dumps({"error": "text", "code": "code"})


@pytest.mark.parametrize(
    ("kind", "status", "text", "outcome", "expected"),
    [
        ("boolean", 200, ACCEPTED, Outcome(200, ID), True),
        ("boolean", 400, REFUSED, Outcome(400), False),
        ("boolean", 503, "<html>", Outcome(503), False),
        ("boolean", None, "", Outcome(), False),
        ("dry run", 200, ACCEPTED, Outcome(200, ID), True),
        ("refused", 404, REFUSED, Outcome(404), True),
        ("refused", 200, ACCEPTED, Outcome(200, ID), False),
        ("refused", 503, REFUSED, Outcome(503), False),
    ],
)
def test_an_answer_is_noted_and_judged(
    kind: str, status: int | None, text: str, outcome: Outcome, expected: bool, traffic: Traffic
) -> None:
    """What is sound is to be accepted, and the rest refused."""
    post = traffic.single(kind)

    assert post.note(status, text) is expected
    assert post.requests[0].seen == [outcome]


def test_each_element_of_a_batch_has_an_answer_of_its_own(traffic: Traffic) -> None:
    """Unless the whole has none; an atomic one falls as a whole, with a status of its own."""
    post = traffic.batch(["boolean", "refused"])
    elements = [{"status": 200, "feedback_id": ID}, {"status": 404, "code": "code"}]

    assert post.note(200, json.dumps(elements))
    assert not post.note(200, json.dumps(elements[::-1]))
    assert not post.note(503)
    assert not post.note()
    assert post.requests[0].seen == [Outcome(200, ID), Outcome(404), Outcome(503), Outcome()]
    atomic = traffic.batch(["boolean", "refused"], atomic=True)
    assert atomic.note(200, json.dumps([{"status": 424}, {"status": 404}]))
    assert not atomic.note(200, json.dumps([{"status": 200}, {"status": 404}]))


class _Server(BaseHTTPRequestHandler):
    """Accepts every request, but cuts the connection of comments."""

    protocol_version = "HTTP/1.1"
    heard: ClassVar[list[tuple[str, str, Any]]]
    open: ClassVar[threading.Semaphore]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.heard.append((self.path, self.headers["authorization"], body))
        assert self.open.acquire(blocking=False), "more callers than asked for"
        if "comment" in str(body):
            self.close_connection = True
        else:
            self.send_response(200)
            self.send_header("content-length", str(len(ACCEPTED)))
            self.end_headers()
        self.open.release()
        if not self.close_connection:
            self.wfile.write(ACCEPTED.encode())

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@contextmanager
def serving(callers: int) -> Iterator[tuple[Caller, list[tuple[str, str, Any]]]]:
    """Run a server that takes so many callers at once; yield one of them, and what is heard."""
    heard: list[tuple[str, str, Any]] = []
    handler = type("Handler", (_Server,), {"heard": heard, "open": threading.Semaphore(callers)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/stage"
            yield Caller(url, {"authorization": "Bearer me"}), heard
        finally:
            server.shutdown()
            thread.join()


def test_everything_is_sent_once_by_callers_who_wait_for_their_answer(traffic: Traffic) -> None:
    """Below the stage's path, with the caller's headers; progress is reported."""
    posts = [traffic.single("boolean") for _ in range(100)]
    said: list[str] = []
    with serving(4) as (caller, heard):
        run = caller.send(posts, 4, FOREVER, said.append)

    assert sorted(int(body["tags"]["request"]) for _, _, body in heard) == [*range(1, 101)]
    assert {(path, who) for path, who, _ in heard} == {("/stage/feedback", "Bearer me")}
    assert [kind for kind, _ in run.took] == ["boolean"] * 100
    assert run.surprises == []
    assert all(post.requests[0].seen == [Outcome(200, ID)] for post in posts)
    assert said[-1].startswith("100 at concurrency 4, ")


def test_a_connection_that_is_cut_is_a_surprise_and_the_next_request_makes_another(
    traffic: Traffic,
) -> None:
    """Nothing is sent twice."""
    posts = [traffic.single(kind) for kind in ("boolean", "comment", "boolean")]
    with serving(1) as (caller, heard):
        run = caller.send(posts, 1, FOREVER, lambda _: None)

    assert [post.requests[0].seen for post in posts] == [
        [Outcome(200, ID)],
        [Outcome()],
        [Outcome(200, ID)],
    ]
    assert len(heard) == 3
    assert run.surprises == ["comment: None "]


def test_nothing_is_sent_when_time_is_over(traffic: Traffic) -> None:
    """What was not sent has no outcome."""
    posts = [traffic.single("boolean")]
    with serving(1) as (caller, heard):
        run = caller.send(posts, 1, 0, lambda _: None)

    assert (heard, run.took, posts[0].requests[0].seen) == ([], [], [])


def test_targets_are_recorded_by_the_caller_who_gives_feedback_on_them() -> None:
    """Before that; if that fails, everything ends, since all of it would be refused."""
    about = targets(2)
    with serving(1) as (caller, heard):
        caller.record(about)

    assert [body for _, _, body in heard] == [target.record for target in about]
    assert {path for path, _, _ in heard} == {"/stage/internal/inferences"}
    with serving(0) as (caller, _), pytest.raises(SystemExit, match="could not be recorded"):
        caller.record(about)


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.501, 51), (0.9, 90), (0.99, 99), (0.999, 100), (1.0, 100)]
)
def test_a_quantile_is_the_smallest_that_covers_its_share(share: float, value: int) -> None:
    """Of the values themselves: nothing is made up between two of them."""
    assert quantile([*range(1, 101)], share) == value


RUN = Run(8, 2.0, [("float", 0.004), ("boolean", 0.001), ("boolean", 0.003), ("boolean", 0.002)])


def test_the_table_and_the_drawing_have_a_line_a_kind() -> None:
    """All first, then the most frequent: how many, how many a second, the quantiles."""
    assert [*by_kind(RUN).items()] == [
        ("all", [1.0, 2.0, 3.0, 4.0]),
        ("boolean", [1.0, 2.0, 3.0]),
        ("float", [4.0]),
    ]
    head, everything, boolean, number = table(RUN).splitlines()
    assert head.split()[:4] == ["concurrency", "8", "requests", "a"]
    assert everything.split() == ["all", "4", "2.0", "2.0", "4.0", "4.0", "4.0", "4.0"]
    assert boolean.split() == ["boolean", "3", "1.5", "2.0", "3.0", "3.0", "3.0", "3.0"]
    assert number.split() == ["float", "1", "0.5", *["4.0"] * 5]
    drawn = summary(RUN)
    assert (drawn["concurrency"], drawn["rate"]) == (8, 2.0)
    assert drawn["milliseconds"] == [1.0, 2.0, 3.0, 4.0]
    assert drawn["kinds"]["boolean"]["p50"] == 2.0


@pytest.mark.parametrize(
    ("finding", "surprise", "number", "failed", "line"),
    [
        (None, None, 4, 0, "lost         0"),
        (Finding("lost", "request 7"), None, 4, 1, "  - request 7"),
        (None, "float: 500 {}", 4, 1, "1 answers were not to be expected:\n  - float: 500 {}"),
        (None, None, 5, 1, "There was time for 4 of 5 requests only."),
    ],
)
def test_the_load_fails_where_anything_is_not_as_it_should_be(
    finding: Finding | None,
    surprise: str | None,
    number: int,
    failed: int,
    line: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An audit that finds something, an answer that was not to be expected, too little time."""
    run = replace(RUN, surprises=[surprise] if surprise else [])
    audited = Report({"requests": 4}, (finding,) if finding else ())

    assert report([run], audited, number) == failed
    printed = capsys.readouterr().out
    assert table(run) in printed
    assert line in printed
