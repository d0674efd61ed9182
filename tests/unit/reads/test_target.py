"""Every read of a target against a plain model: any history, any cursor, and writers at work."""

import json
from collections.abc import Mapping
from threading import Semaphore
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedback.kinds.registry import KINDS
from reads.api import build
from reads.size import MAX_ANSWER
from reads.target import page
from reads.target.views import LIST, views
from shared.clock import Clock
from shared.telemetry import Deployment, Telemetry
from tests.unit.fakes import Invocation
from tests.unit.reads.model import DictTables, Model, Row

NOW = 1_790_000_000.0
TARGETS = ["0192c4a0-7e00-7000-8000-00000000000a", "0192c4a0-7e00-7000-8000-00000000000b"]
TARGET, OTHER = TARGETS
TELEMETRY = Telemetry("reads", Deployment("stack", "ReadsFunction", "1"))
LAMBDAS = 6_291_556
"""How many bytes Lambda returns, as its refusal says."""
NIL, MAX = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def uuid(number: int, *, seconds: float = NOW - 3_600) -> str:
    """Make the id that is the number's place in the order of one moment."""
    digits = f"{round(seconds * 1_000):012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-{number:012x}"


class Api:
    """The routes of a target, over tables in dictionaries."""

    def __init__(self, tables: DictTables, *, grant: dict[str, Any] | None = None) -> None:
        """Build the handler; `grant` is what the authorizer says of a token."""
        self._handler = build(views(tables.tables, Clock(lambda: NOW)), TELEMETRY)
        self._context = {} if grant is None else {"authorizer": {"lambda": grant}}

    def get(
        self,
        view: str = "",
        query: Mapping[str, str] | None = None,
        *,
        target: str = TARGET,
        left: int = 15_000,
    ) -> tuple[int, dict[str, Any]]:
        """Ask a route."""
        reply = self.reply(view, query, target=target, left=left)
        return reply["statusCode"], json.loads(reply["body"])

    def reply(
        self,
        view: str,
        query: Mapping[str, str] | None,
        *,
        target: str = TARGET,
        left: int = 15_000,
    ) -> dict[str, Any]:
        """Ask a route; give what the Lambda returns."""
        event = {
            "routeKey": f"{LIST}{view}",
            "pathParameters": {"target_id": target},
            "requestContext": self._context,
            **({"queryStringParameters": query} if query else {}),
        }
        return self._handler(event, Invocation(milliseconds_left=left))

    def ids(self, **query: str) -> list[str]:
        """Give the ids of a page."""
        status, body = self.get("", query)
        assert status == 200, body
        return [row["id"] for row in body["feedback"]]


NUMBERS = st.integers(0, 40)
ROWS = st.lists(
    st.builds(
        Row,
        kind=st.sampled_from([*KINDS]),
        id=NUMBERS.map(uuid),
        target=st.sampled_from(TARGETS),
        metric=st.sampled_from(["m", "n"]),
        author=st.sampled_from([None, "ada", "bob"]),
    ),
    unique_by=lambda row: row.id,
    max_size=40,
)
PLACES = NUMBERS.map(uuid) | st.sampled_from([NIL, MAX, TARGET])
CURSORS = st.none() | st.tuples(st.sampled_from(["before", "after"]), PLACES)
ENDS = st.integers(1, 5) | st.just(1_000_000)
LIMITS = st.integers(0, 7) | st.sampled_from([100, 4_294_967_295])


def stored(rows: list[Row], ends_after: int = 1_000_000) -> DictTables:
    """Store rows in tables that end their answers early."""
    tables = DictTables.new(ends_after)
    tables.put(*rows)
    return tables


@settings(max_examples=800)
@given(ROWS, LIMITS, CURSORS, ENDS)
def test_a_page_is_the_models(
    rows: list[Row], limit: int, cursor: tuple[str, str] | None, ends_after: int
) -> None:
    """Whole, in its order, however early each table ends its answers."""
    at = dict([cursor] if cursor else [])
    expected = Model(rows, TARGET).page(limit, at.get("before"), at.get("after"))

    answer = Api(stored(rows, ends_after)).get("", {"limit": str(limit), **at})

    assert answer == (200, {"feedback": [row.shown for row in expected]})


@settings(max_examples=300)
@given(ROWS, LIMITS, CURSORS, ENDS)
def test_a_page_of_demonstrations_is_the_models(
    rows: list[Row], limit: int, cursor: tuple[str, str] | None, ends_after: int
) -> None:
    """Of that kind alone, which is not said; the newest first, whatever the direction."""
    at = dict([cursor] if cursor else [])
    demonstrations = [row for row in rows if row.kind == "demonstration"]
    expected = Model(demonstrations, TARGET).page(limit, at.get("before"), at.get("after"))
    for row in (shown := [row.shown for row in expected]):
        del row["type"]

    answer = Api(stored(rows, ends_after)).get("/demonstrations", {"limit": str(limit), **at})

    assert answer == (200, {"feedback": shown})


@settings(max_examples=300)
@given(ROWS, ENDS)
def test_what_feedback_is_as_a_whole_is_the_models(rows: list[Row], ends_after: int) -> None:
    """Its bounds, its count, and the latest of each metric."""
    api, model = Api(stored(rows, ends_after)), Model(rows, TARGET)

    assert api.get("/bounds") == (200, model.bounds())
    assert api.get("/count") == (200, {"count": len(model.rows)})
    assert api.get("/latest_id_by_metric") == (200, {"feedback_id_by_metric": model.latest()})


WRITES = st.lists(
    st.lists(st.tuples(st.sampled_from([*KINDS]), st.integers(0, 80)), max_size=4), max_size=12
)
"""What is written after each page: rows anywhere in the order."""


@settings(max_examples=400)
@given(ROWS, WRITES, st.sampled_from(["before", "after"]), st.integers(1, 5), ENDS)
def test_a_walk_meets_each_row_once_while_others_are_written(
    rows: list[Row],
    writes: list[list[tuple[str, int]]],
    direction: str,
    limit: int,
    ends_after: int,
) -> None:
    """What was there before it, once; what is written ahead of it, once; nothing twice."""
    tables = stored(rows, ends_after)
    api, met = Api(tables), list[str]()
    due = {row.id for row in rows if row.target == TARGET}
    cursor, pending = (MAX if direction == "before" else NIL), list(writes)
    while page := api.ids(limit=str(limit), **{direction: cursor}):
        met += page
        cursor = page[-1] if direction == "before" else page[0]
        for kind, number in pending.pop(0) if pending else []:
            row = Row(kind, uuid(number), TARGET)
            if row.id not in {one.id for one in rows}:
                rows = [*rows, row]
                tables.put(row)
                if (row.id < cursor) == (direction == "before"):
                    due.add(row.id)

    assert sorted(met) == sorted(due)


@settings(max_examples=400)
@given(ROWS, st.sampled_from(["before", "after"]), st.integers(1, 5), ENDS)
def test_an_author_walks_through_their_own_rows_alone(
    rows: list[Row], direction: str, limit: int, ends_after: int
) -> None:
    """Each once; a page that ends early says where to go on, and costs one query a table."""
    tables = stored(rows, ends_after)
    api, met = Api(tables, grant=granted()), list[dict[str, Any]]()
    at: dict[str, str] = {"after": NIL} if direction == "after" else {}
    while True:
        status, body = api.get("", {"limit": str(limit), **at})
        assert status == 200, body
        shown = body["feedback"]
        met = [*shown, *met] if direction == "after" else [*met, *shown]
        assert all(len(table.looked_at) == 1 for table in tables.tables)
        for table in tables.tables:
            table.looked_at.clear()
        if not shown and "next" not in body:
            break
        assert "next" not in body or len(shown) < limit
        last = shown[:1] if direction == "after" else shown[-1:]
        at = {direction: body["next"] if "next" in body else last[0]["id"]}

    own = [row for row in rows if row.author == "ada" and row.target == TARGET]
    assert met == [row.shown for row in Model(own, TARGET).rows]


def granted(**changes: Any) -> dict[str, Any]:
    """Give what the authorizer says of a token that may read."""
    return {
        "credential": "token",
        "key_id": "mnopqrstuvwx",
        "author": "ada",
        "targets": [TARGET],
        "metrics": ["m"],
        "once": False,
        "read": True,
        **changes,
    }


@pytest.mark.parametrize(
    ("grant", "view", "target"),
    [
        (granted(), "", OTHER),
        (granted(read=False), "", TARGET),
        ({**granted(), "read": "false"}, "", TARGET),
        *((granted(), view, TARGET) for view in ("/demonstrations", "/bounds", "/count")),
        (granted(), "/latest_id_by_metric", TARGET),
    ],
)
def test_a_token_reads_nothing_else(grant: dict[str, Any], view: str, target: str) -> None:
    """Neither another target, nor by another route, nor without its claim."""
    tables = stored([Row("boolean", uuid(1), target, author="ada")])

    status, body = Api(tables, grant=grant).get(view, target=target)

    assert (status, body["code"]) == (403, "not_granted")
    assert not any(table.looked_at for table in tables.tables)


def test_a_page_of_one_author_looks_at_a_bounded_number_of_rows() -> None:
    """Whatever others have stored on the target."""
    others = [Row("boolean", uuid(number), TARGET) for number in range(2_500)]
    tables = stored([*others, Row("boolean", uuid(9_999, seconds=NOW - 7_200), TARGET, "m", "ada")])
    api, pages, at = Api(tables, grant=granted()), list[int](), dict[str, str]()
    while True:
        _, body = api.get("", at)
        pages.append(len(body["feedback"]))
        if "next" not in body:
            break
        at = {"before": body["next"]}

    assert pages == [0, 0, 1]
    assert tables.tables[0].looked_at == [page.MAX_EXAMINED, page.MAX_EXAMINED, 501]


@pytest.mark.parametrize("direction", ["before", "after"])
@given(text=st.text(st.sampled_from('x"\\\x00é😀\u2028\u2029\n'), min_size=1, max_size=9))
@settings(max_examples=5)
@example('"')
@example("\u2028")
@example("\x00")
def test_a_page_that_lambda_could_not_return_is_shorter_and_says_so(
    direction: str, text: str
) -> None:
    """As its runtime counts the bytes; a walk still meets each row once."""
    tables = stored([])
    [comments] = [table for table in tables.tables if table.kind.name == "comment"]
    ids = [uuid(number) for number in range(24)]
    for id_ in ids:
        value = {"S": text * (390_000 // len(text.encode()))}
        comments.items[TARGET, id_] = Row("comment", id_, TARGET).item | {"value": value}
    api, met, at = Api(tables), list[str](), MAX if direction == "before" else NIL
    while True:
        reply = api.reply("", {direction: at})
        body = json.loads(reply["body"])
        rows = [row["id"] for row in body["feedback"]]
        met += rows
        size = _as_lambda_writes_it(reply)
        assert size <= LAMBDAS
        if "next" not in body:
            break
        at = rows[-1] if direction == "before" else rows[0]
        assert body["next"] == at
        assert size * (len(rows) + 1) / len(rows) > MAX_ANSWER

    assert sorted(met) == ids


def _as_lambda_writes_it(reply: dict[str, Any]) -> int:
    """Count the bytes of a response as Lambda's runtime for Python 3.13 writes it."""
    text = json.dumps(reply, ensure_ascii=False)
    return len(text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").encode())


@pytest.mark.parametrize("direction", ["before", "after"])
def test_a_page_ends_where_the_time_does(direction: str) -> None:
    """With what it has, and where to go on."""
    rows = [Row("boolean", uuid(number), TARGET) for number in range(9)]
    api = Api(stored(rows, ends_after=4))
    start = {direction: MAX if direction == "before" else NIL}

    _, body = api.get("", start, left=4_000)

    ids = [row["id"] for row in body["feedback"]]
    assert ids == [uuid(n) for n in ((8, 7, 6, 5) if direction == "before" else (3, 2, 1, 0))]
    assert body["next"] == (ids[-1] if direction == "before" else ids[0])


@pytest.mark.parametrize("query", [{}, {"after": uuid(0)}, {"before": MAX}])
def test_a_row_that_was_stored_before_one_that_is_shown_is_shown(query: dict[str, str]) -> None:
    """Also if it came to its table when that had been read, and the other one to another table.

    So it goes on here, each time that the tables are read.
    """
    tables = stored([Row("float", uuid(1), TARGET)])
    boolean, *_, demonstration = tables.tables
    read, ids = Semaphore(0), [uuid(number, seconds=NOW) for number in range(2, 12)]
    coming = iter(ids)
    boolean.afterwards = read.release

    def write() -> None:
        assert read.acquire(timeout=60)
        for kind in ("boolean", "demonstration"):
            tables.put(Row(kind, next(coming), TARGET))

    demonstration.meanwhile = write

    assert Api(tables).ids(**query) == [*ids[1::-1], uuid(1)]


def test_a_query_is_read_as_tensorzero_reads_it() -> None:
    """In each of its spellings; what is not known is ignored."""
    api = Api(stored([Row("boolean", uuid(n), TARGET) for n in range(5)]))
    newest = [uuid(n) for n in (4, 3, 2)]

    assert api.ids(limit="+3", offset="2", Before="x") == api.ids(limit="003") == newest
    assert api.ids(before=uuid(2).upper(), after_="1") == api.ids(before=f"urn:uuid:{uuid(2)}")


REFUSED: list[tuple[dict[str, str], str]] = [
    *(
        ({"limit": text}, "invalid_field")
        for text in ("", "-1", "1.0", "1e2", " 1", "4294967296", "1,2", "x", "٣", "9" * 9_000)
    ),
    ({"before": "x"}, "invalid_field"),
    ({"after": f"{NIL},{NIL}"}, "invalid_field"),
    ({"before": NIL, "after": NIL, "limit": "x"}, "invalid_field"),
    ({"before": NIL, "after": NIL, "limit": "0"}, "ambiguous_cursor"),
]


@pytest.mark.parametrize("view", ["", "/demonstrations"])
def test_a_query_that_cannot_be_read_is_refused(view: str) -> None:
    """Each parameter by itself, before both cursors are."""
    api = Api(stored([]))

    for query, code in REFUSED:
        status, body = api.get(view, query)
        assert (status, body["code"]) == (400, code), query


@pytest.mark.parametrize("target", ["x", "timeseries"])
@pytest.mark.parametrize("view", ["", "/demonstrations", "/bounds", "/count"])
def test_a_path_without_a_target_is_refused(view: str, target: str) -> None:
    """A word that is another route of TensorZero's is no malformed id, by itself."""
    answer = Api(stored([])).get(view, target=target)

    missing = target == "timeseries" and not view
    wanted = (404, "unknown_route") if missing else (400, "invalid_field")
    assert (answer[0], answer[1]["code"]) == wanted
