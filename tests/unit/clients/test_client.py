"""Both clients, against an API in memory: what they send, what they return, when they give up."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensorzero_feedback
from tensorzero_feedback import (
    FeedbackClient,
    FeedbackError,
    MetricCount,
    Performance,
    Point,
    RecordedInference,
    Refused,
    Retries,
    StoredFeedback,
    Unavailable,
    Unconfirmed,
)
from tests.unit.clients.api import CLIENTS, TARGET, URL, Api, Call, Strike, Time

Make: TypeAlias = Callable[..., Call]
VOTE: dict[str, Any] = {"metric_name": "liked", "inference_id": TARGET, "value": True}


@pytest.fixture(params=CLIENTS.values(), ids=[*CLIENTS])
def make(request: pytest.FixtureRequest) -> Make:
    """Make a client of each kind."""
    made: Make = request.param
    return made


def _answers(*responses: httpx.Response | Exception) -> tuple[Any, list[httpx.Request]]:
    """Return what answers so, the last for ever, and the requests that it gets."""
    requests: list[httpx.Request] = []
    left = list(responses)

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        response = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(response, Exception):
            raise response
        return httpx.Response(
            response.status_code, headers=response.headers, content=response.content
        )

    return answer, requests


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@given(
    strikes=st.lists(st.sampled_from(Strike), max_size=12),
    value=st.sampled_from([True, "nope"]),
    deadline=st.sampled_from([0.0, 2.0, 60.0]),
)
def test_feedback_is_stored_once_or_the_error_says_that_it_may_be(
    client: Make, strikes: list[Strike], value: object, deadline: float
) -> None:
    """Whatever happens to however many requests; they are all alike."""
    api, time = Api(iter(strikes)), Time()
    call = client(api.answer, time, deadline=deadline)
    try:
        outcome = call("feedback", **{**VOTE, "value": value})
    except FeedbackError as error:
        outcome = error

    match outcome:
        case str():
            assert [f"id of {key}" for key, _ in api.stored] == [outcome]
        case Unconfirmed():
            assert len(api.stored) <= 1
            assert outcome.may_be_stored
            assert str(outcome.key) in api.requests[0].headers["idempotency-key"]
        case _:
            assert api.stored == []
            assert not outcome.may_be_stored
    sent = {(one.content, one.headers["idempotency-key"]) for one in api.requests}
    assert len(sent) == 1
    assert time.now <= 1_000 + deadline
    calm = len(strikes) == strikes.count(Strike.NOTHING)
    assert not calm or isinstance(outcome, str | Refused)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@given(
    strikes=st.lists(st.sampled_from(Strike), max_size=6),
    busy=st.lists(st.booleans(), max_size=40),
    values=st.lists(st.sampled_from([True, False, "nope", "poison"]), max_size=12)
    | st.integers(99, 202).map(lambda number: [True] * number),
    deadline=st.sampled_from([0.0, 2.0, 60.0]),
)
def test_each_element_of_a_batch_is_stored_once_or_its_error_says_that_it_may_be(
    client: Make, strikes: list[Strike], busy: list[bool], values: list[object], deadline: float
) -> None:
    """Each has a key of its own. What is done is not sent again, what is refused neither."""
    api, time = Api(iter(strikes), iter(busy)), Time()
    batch = [{**VOTE, "value": value, "tags": {"n": str(n)}} for n, value in enumerate(values)]

    outcomes = client(api.answer, time, deadline=deadline)("batch", batch)

    rows = [(key, body["tags"]["n"]) for key, body in api.stored]
    for number, (outcome, value) in enumerate(zip(outcomes, values, strict=True)):
        ids = [f"id of {key}" for key, n in rows if n == str(number)]
        match outcome.error:
            case None:
                assert ids == [outcome.id]
                assert value not in {"nope", "poison"}
            case Unconfirmed():
                assert len(ids) <= 1
            case _:
                assert ids == []
        assert outcome.error is None or outcome.error.key == outcome.key
    assert len({outcome.key for outcome in outcomes}) == len(values)
    assert all(len(json.loads(one.content)) <= 100 for one in api.requests)
    if not strikes and deadline == 60:
        refused = {"nope": "unknown_metric", "poison": "malformed_body"}
        codes = [outcome.error and outcome.error.code for outcome in outcomes]
        assert codes == [refused.get(str(value)) for value in values]


def test_only_elements_that_were_busy_are_sent_again(make: Make) -> None:
    """And the others are not, in an order that does not change."""
    api = Api(busy=iter([True, False, True, False]))
    values = [True, False, False, "nope"]

    make(api.answer, Time())("batch", [{**VOTE, "value": value} for value in values])

    sent = [[one["value"] for one in json.loads(request.content)] for request in api.requests]
    assert sent == [[True, False, False, "nope"], [True, False]]


def test_an_atomic_batch_is_sent_whole_again(make: Make) -> None:
    """As one request, however many elements it has: the API says if they are too many."""
    busy = {"status": 503, "error": "busy", "code": "storage_unavailable"}
    done = {"status": 200, "feedback_id": "id"}
    answer, requests = _answers(
        httpx.Response(200, json=[done, busy] * 60), httpx.Response(200, json=[done] * 120)
    )

    outcomes = make(answer, Time())("batch", [VOTE] * 120, atomic=True)

    assert [str(request.url) for request in requests] == [f"{URL}/feedback/batch?atomic=true"] * 2
    assert requests[0].content == requests[1].content
    assert {outcome.id for outcome in outcomes} == {"id"}


def test_an_atomic_batch_is_never_taken_apart(make: Make) -> None:
    """It is refused as a whole."""
    answer, requests = _answers(
        httpx.Response(413, json={"error": "big", "code": "item_too_large"})
    )

    outcomes = make(answer, Time())("batch", [VOTE] * 2, atomic=True)

    assert [outcome.error.code for outcome in outcomes] == ["item_too_large"] * 2
    assert len(requests) == 1


def test_a_body_that_is_too_large_is_sent_in_parts(make: Make) -> None:
    """Until each part is taken, or is one element."""
    large = httpx.Response(413, json={"message": "Request Entity Too Large"})
    done = httpx.Response(200, json=[{"status": 200, "feedback_id": "id"}])
    answer, requests = _answers(large, done, large, large, done)

    outcomes = make(answer, Time())("batch", [VOTE] * 3)

    assert [len(json.loads(request.content)) for request in requests] == [3, 1, 2, 1, 1]
    errors = [outcome.error and outcome.error.code for outcome in outcomes]
    assert errors == [None, "http_413", None]


def test_pauses_grow_and_are_random_and_no_shorter_than_the_api_asks_for(make: Make) -> None:
    """Between a half and all of a longest one, which doubles up to a bound."""
    answer, _ = _answers(httpx.Response(503, json={}))
    times = [Time(), Time()]
    for time, random in zip(times, (0.0, 1.0), strict=True):
        with pytest.raises(Unconfirmed):
            make(answer, time, deadline=40, random=lambda random=random: random)("feedback", **VOTE)
    assert times[1].pauses[:6] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0]
    assert times[0].pauses[:6] == [pause / 2 for pause in times[1].pauses[:6]]

    asked, _ = _answers(
        httpx.Response(503, json={}, headers={"retry-after": "7"}),
        httpx.Response(429, json={}, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}),
        httpx.Response(200, json={"feedback_id": "id"}),
    )
    time = Time()
    make(asked, time)("feedback", **VOTE)
    assert time.pauses == [7.0, 0.4]


def test_what_could_only_begin_after_the_deadline_is_not_waited_for(make: Make) -> None:
    """It is given up at once."""
    answer, requests = _answers(httpx.Response(503, json={}, headers={"retry-after": "60"}))
    time = Time()

    with pytest.raises(Unconfirmed):
        make(answer, time)("feedback", **VOTE)

    assert (len(requests), time.pauses) == (1, [])


def test_no_attempt_is_waited_for_beyond_the_deadline(make: Make) -> None:
    """Nor longer than an attempt's own time."""
    answer, requests = _answers(httpx.ReadTimeout("", request=None))

    with pytest.raises(Unconfirmed, match="no_answer: ReadTimeout"):
        make(answer, Time(), deadline=12, attempt=10)("feedback", **VOTE)

    waits = [request.extensions["timeout"]["read"] for request in requests]
    assert waits[:2] == [10, 10]
    assert all(later <= earlier for earlier, later in pairwise(waits))
    assert waits[-1] == pytest.approx(12 - sum([0.2, 0.4, 0.8, 1.6, 3.2, 5.0]))


@pytest.mark.parametrize(
    ("response", "kind", "status", "code", "detail"),
    [
        (
            httpx.Response(404, json={"error": "Unknown metric: liked", "code": "unknown_metric"}),
            Refused,
            404,
            "unknown_metric",
            "Unknown metric: liked",
        ),
        (httpx.Response(403, json={"message": "Forbidden"}), Refused, 403, "http_403", "Forbidden"),
        (
            httpx.Response(307, text="elsewhere"),
            Refused,
            307,
            "http_307",
            "the answer gives no reason",
        ),
        (httpx.Response(400, json=["?"]), Refused, 400, "http_400", "the answer gives no reason"),
        (httpx.Response(429, json={"message": "Slow"}), Unavailable, 429, "http_429", "Slow"),
        (httpx.ConnectError("refused"), Unavailable, None, "no_answer", "ConnectError: refused"),
        (httpx.ReadError(""), Unconfirmed, None, "no_answer", "ReadError"),
        (httpx.Response(200, text="Hi"), Unconfirmed, 200, "invalid_answer", "the answer is not"),
        (httpx.Response(501, text=""), Unconfirmed, 501, "http_501", "the answer gives no reason"),
    ],
)
def test_an_error_says_what_was_answered_and_whether_it_may_be_stored(
    response: httpx.Response | Exception,
    kind: type[FeedbackError],
    status: int | None,
    code: str,
    detail: str,
    make: Make,
) -> None:
    """By its type, and by its attributes."""
    answer, _ = _answers(response)

    with pytest.raises(FeedbackError) as raised:
        make(answer, Time())("feedback", **VOTE, idempotency_key="mine")

    error = raised.value
    assert (type(error), error.status, error.code, error.key) == (kind, status, code, "mine")
    assert error.detail.startswith(detail)
    assert error.may_be_stored == (kind is Unconfirmed)
    assert code in str(error)


@pytest.mark.parametrize(
    ("method", "arguments", "named"),
    [
        ("list", [TARGET], {}),
        ("receipt", [TARGET, TARGET], {}),
        ("feedback", [], {**VOTE, "dryrun": True}),
    ],
)
def test_what_stores_nothing_is_never_unconfirmed(
    method: str, arguments: list[str], named: dict[str, Any], make: Make
) -> None:
    """A read, and a dry run."""
    answer, _ = _answers(httpx.Response(503, json={"error": "busy", "code": "storage_unavailable"}))

    with pytest.raises(Unavailable):
        make(answer, Time())(method, *arguments, **named)


def test_what_is_sent_is_what_the_api_takes(make: Make) -> None:
    """Ids of either type, the key as a quoted header, and the credential."""
    answer, requests = _answers(httpx.Response(200, json={"feedback_id": "id"}))
    given_ = {**VOTE, "inference_id": UUID(TARGET), "tags": {"a": "ö"}}

    assert make(answer, Time())("feedback", **given_, idempotency_key='a "\\" b') == "id"

    [request] = requests
    assert (request.method, str(request.url)) == ("POST", f"{URL}/feedback")
    assert request.headers["authorization"] == "Bearer key"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == r'"a \"\\\" b"'
    assert json.loads(request.content) == {**VOTE, "tags": {"a": "ö"}}


@pytest.mark.parametrize("key", ["ö", "x" * 256, "a\nb"])
def test_a_key_that_no_header_can_have_is_refused_before_it_is_sent(key: str, make: Make) -> None:
    """In a batch, the API refuses it: other elements may be sound."""
    answer, requests = _answers(httpx.Response(200, json={"feedback_id": "id"}))

    with pytest.raises(ValueError, match="1 to 255 printable ASCII"):
        make(answer, Time())("feedback", **VOTE, idempotency_key=key)
    assert requests == []


@pytest.mark.parametrize(("value", "error"), [(float("nan"), ValueError), ({1}, TypeError)])
def test_what_json_cannot_say_is_refused_before_it_is_sent(
    value: object, error: type[Exception], make: Make
) -> None:
    """By the type of error that Python has for it."""
    answer, requests = _answers(httpx.Response(200, json={}))

    with pytest.raises(error):
        make(answer, Time())("feedback", **{**VOTE, "value": value})
    assert requests == []


def test_inferences_are_recorded(make: Make) -> None:
    """One, or many at once; they have no key, since their id is one."""
    inference = {"inference_id": UUID(TARGET), "episode_id": TARGET, "output": None}
    one, single = _answers(
        httpx.Response(503, json={}), httpx.Response(200, json={"inference_id": TARGET})
    )
    many, batch = _answers(httpx.Response(200, json=[{"status": 200, "inference_id": TARGET}] * 2))

    assert make(one, Time())("record_inference", **inference) == TARGET
    outcomes = make(many, Time())("record_inferences", [inference] * 2)

    assert [outcome.id for outcome in outcomes] == [TARGET] * 2
    assert [str(request.url) for request in single] == [f"{URL}/internal/inferences"] * 2
    assert [str(request.url) for request in batch] == [f"{URL}/internal/inferences/batch"]
    assert json.loads(batch[0].content) == [{**inference, "inference_id": TARGET}] * 2
    assert not any("idempotency" in header for header in single[0].headers)


def test_a_receipt_is_what_is_stored_or_nothing(make: Make) -> None:
    """Another 404 is no answer to the question."""
    row = {
        "type": "demonstration",
        "id": "id",
        "inference_id": TARGET,
        "value": "[]",
        "tags": {"a": "b"},
        "timestamp": "2026-11-19T09:13:43.765Z",
    }
    found, requests = _answers(httpx.Response(200, json={"feedback": row}))
    absent, _ = _answers(httpx.Response(404, json={"error": "", "code": "feedback_not_found"}))
    nowhere, _ = _answers(httpx.Response(404, json={"message": "Not Found"}))

    assert make(found, Time())("receipt", TARGET, "a/b") == StoredFeedback(
        id="id",
        type="demonstration",
        metric_name="demonstration",
        target_id=TARGET,
        value="[]",
        tags={"a": "b"},
        timestamp=datetime(2026, 11, 19, 9, 13, 43, 765_000, tzinfo=UTC),
        row=row,
    )
    assert str(requests[0].url) == f"{URL}/internal/feedback/{TARGET}/a%2Fb"
    assert make(absent, Time())("receipt", TARGET, "id") is None
    with pytest.raises(Refused):
        make(nowhere, Time())("receipt", TARGET, "id")


METRIC = {"function_name": "f", "metric_name": "m", "feedback_count": 3}
PERFORMANCE = {
    "period_start": "1970-01-01T00:00:00Z",
    "variant_name": "a",
    "count": 1,
    "avg_metric": 0.5,
}
POINT = {
    "period_end": "2026-03-10T12:00:00Z",
    "variant_name": "a",
    "mean": 0.5,
    "variance": None,
    "count": 1,
    "alpha": 0.05,
    "cs_lower": None,
    "cs_upper": None,
}
INFERENCE = {"inference_id": "i", "episode_id": "e", "variant_name": "a", "function_name": "f"}


@pytest.mark.parametrize(
    ("method", "arguments", "named", "answer", "asked", "read"),
    [
        (
            "metrics",
            ["f/g"],
            {},
            {"metrics": [{**METRIC, "metric_type": "float"}, METRIC], "episode_metrics": [METRIC]},
            "GET /internal/functions/f%2Fg/metrics?level=all",
            [
                MetricCount("m", "float", 3, "inference", {**METRIC, "metric_type": "float"}),
                MetricCount("m", None, 3, "inference", METRIC),
                MetricCount("m", None, 3, "episode", METRIC),
            ],
        ),
        (
            "metrics",
            ["f"],
            {},
            {"metrics": [METRIC]},
            "GET /internal/functions/f/metrics?level=all",
            [MetricCount("m", None, 3, "inference", METRIC)],
        ),
        (
            "performances",
            ["f", "m&n"],
            {},
            {"performances": [{**PERFORMANCE, "ci_error": 0.1}, PERFORMANCE]},
            (
                "GET /internal/functions/f/variant_performances"
                "?metric_name=m%26n&time_window=cumulative"
            ),
            [
                Performance(
                    "a", datetime(1970, 1, 1, tzinfo=UTC), 1, 0.5, margin, {**PERFORMANCE, **more}
                )
                for margin, more in ((0.1, {"ci_error": 0.1}), (None, dict[str, float]()))
            ],
        ),
        (
            "timeseries",
            ["f", "m"],
            {"window": "hour", "max_periods": 9, "rows": "latest"},
            {"timeseries": [POINT, {**POINT, "cs_lower": -1.0, "cs_upper": 2.0}]},
            (
                "GET /internal/feedback/timeseries"
                "?function_name=f&metric_name=m&time_window=hour&max_periods=9&rows=latest"
            ),
            [
                Point("a", datetime(2026, 3, 10, 12, tzinfo=UTC), 1, 0.5, None, None, POINT),
                Point(
                    *("a", datetime(2026, 3, 10, 12, tzinfo=UTC), 1, 0.5, -1.0, 2.0),
                    {**POINT, "cs_lower": -1.0, "cs_upper": 2.0},
                ),
            ],
        ),
        (
            "inferences",
            ["f"],
            {"limit": 5},
            {"inferences": [INFERENCE]},
            "POST /v1/inferences/list_inferences",
            [RecordedInference("i", "e", "a", INFERENCE)],
        ),
    ],
)
def test_what_is_known_of_a_function_is_read(
    method: str,
    arguments: list[str],
    named: dict[str, Any],
    answer: dict[str, Any],
    asked: str,
    read: list[Any],
    make: Make,
) -> None:
    """Its metrics, how its variants do, and its inferences; a margin of one value is none.

    Older stacks do not list the metrics of episodes.
    """
    answers, requests = _answers(httpx.Response(503, json={}), httpx.Response(200, json=answer))

    assert make(answers, Time())(method, *arguments, **named) == read

    assert [f"{one.method} {str(one.url).removeprefix(URL)}" for one in requests] == [asked] * 2
    sent = {"function_name": "f", "output_source": "inference", "limit": 5}
    body = requests[0].content
    assert json.loads(body or b"{}") == (sent if asked.startswith("POST") else {})


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
@given(
    number=st.integers(0, 12),
    page_size=st.integers(1, 5),
    most=st.integers(1, 5),
    after=st.none() | st.integers(0, 12),
)
def test_a_walk_meets_each_row_once(
    client: Make, number: int, page_size: int, most: int, after: int | None
) -> None:
    """In either direction; also where the API's answers hold less than they are asked for."""
    ids = [f"{place:04}" for place in range(number)]

    def answer(request: httpx.Request) -> httpx.Response:
        query, found = request.url.params, ids
        if "before" in query:
            found = [id_ for id_ in ids if id_ < query["before"]]
        elif "after" in query:
            found = [id_ for id_ in ids if id_ > query["after"]]
        newer, size = "after" in query, min(int(query["limit"]), most)
        page = found[:size] if newer else found[-size:]
        early = len(page) < len(found) and len(page) < int(query["limit"])
        rows = [
            {
                "id": id_,
                "type": "comment",
                "target_id": TARGET,
                "value": "",
                "tags": {},
                "timestamp": "2026-11-19T09:13:43Z",
            }
            for id_ in reversed(page)
        ]
        more = {"next": page[-1 if newer else 0]} if early else {}
        return httpx.Response(200, json={"feedback": rows, **more})

    start = None if after is None else f"{after:04}"
    walked = client(answer, Time())("iterate", TARGET, after=start, page_size=page_size)

    expected = ids[::-1] if start is None else [id_ for id_ in ids if id_ > start]
    assert [one.id for one in walked] == expected


def test_a_page_ends_where_there_is_no_more(make: Make) -> None:
    """Or has nothing, because nothing was asked for."""
    answer, _ = _answers(httpx.Response(200, json={"feedback": []}))

    assert make(answer, Time())("list", TARGET, limit=0).next is None


def test_a_url_is_one() -> None:
    """A key is no URL, nor is a host alone; its last slash does not matter."""
    with pytest.raises(ValueError, match="begins with https://"):
        FeedbackClient("sk-t0-abc")
    answer, requests = _answers(httpx.Response(200, json={"feedback_id": "id"}))
    transport = httpx.MockTransport(answer)
    with FeedbackClient(f"{URL}/", transport=transport, retries=Retries()) as client:
        client.feedback(metric_name="liked", value=True)
    assert str(requests[0].url) == f"{URL}/feedback"
    assert "authorization" not in requests[0].headers


def test_a_client_is_imported_by_its_name_and_nothing_else_is() -> None:
    """As any module does it."""
    assert tensorzero_feedback.FeedbackClient is FeedbackClient
    with pytest.raises(AttributeError, match="has no attribute 'Client'"):
        getattr(tensorzero_feedback, "Client")  # noqa: B009 - mypy knows that it is not there
