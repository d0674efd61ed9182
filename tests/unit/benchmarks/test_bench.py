"""The benchmark: what its numbers are made of, and a gate on them that needs no valgrind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.bench import memory, meter, plot
from benchmarks.bench.artefact import CONFIGURATION, FUNCTIONS, Artefact
from benchmarks.bench.interpreter import ROOT, Interpreter
from benchmarks.bench.loopback import Loopback, running
from benchmarks.bench.meter import Cost, Meter, choose, measure, total
from benchmarks.bench.process import Process, run
from benchmarks.bench.recorded import ITEMS
from benchmarks.bench.report import Result, document, growth, table, verdict
from benchmarks.bench.scenario import (
    GET_AND_PUT,
    GROWTH,
    METRIC,
    PUT,
    ROWS,
    SINGLE,
    Aims,
    Row,
    request,
)
from benchmarks.bench.sides import BY_SDK, FUNCTION, Maker, bare_name, roots
from tests.support.lambdas import packages
from tests.support.template import TEMPLATE

METER = Meter("instructions", lambda _process, _requests: 0, ("M", 1e6), ("k", 1e3), starts=True)
BARE = Cost(init=1_000e6, first=1_200e6, warm=5_000e3)


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """Run the server, with all that the benchmark's requests are about."""
    with running(ITEMS, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def maker(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Make the sides out of the sources and this environment's packages: nothing is built."""
    folder = tmp_path_factory.mktemp("bench")
    configurations = {}
    for validated, files in {True: "tensorzero.toml", False: "*.toml"}.items():
        configurations[validated] = folder / str(validated)
        package = configurations[validated] / "tensorzero_config"
        subprocess.run(
            [sys.executable, "-m", "configuration", CONFIGURATION / files, "--into", package],
            env={"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "functions")])},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    interpreter = Interpreter.of(sys.executable)
    stock, functions = interpreter.packages, dict.fromkeys(FUNCTIONS, ROOT / "functions")
    artefact = Artefact(functions, stock, stock, configurations)
    return Maker(interpreter, artefact, loopback, "https", folder)


def calls_of_a_warm_request(process: Process) -> int:
    """Count the Python calls of the last of a few requests."""
    *_, before, after = run(process, 5, "calls").readings
    return after - before


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.operations and row.aims], ids=lambda row: row.name
)
def test_a_warm_request_makes_a_tenth_of_the_bare_sdks_python_calls(maker: Maker, row: Row) -> None:
    """Its rules and its calls of DynamoDB, beside the same calls by the SDK: 0.05 to 0.08 of them.

    The Lambda does not load the SDK.
    """
    calls = maker.rehearse(row)

    ratio = calls_of_a_warm_request(maker.function(row)) / calls_of_a_warm_request(
        maker.bare("bare", calls, row.times)
    )

    assert ratio <= 0.1


@pytest.mark.parametrize("row", ROWS + GROWTH, ids=lambda row: row.name)
def test_a_request_makes_its_calls_of_dynamodb_and_no_other(maker: Maker, row: Row) -> None:
    """One without target validation, two with it, none for a refusal."""
    calls = maker.rehearse(row)

    assert sorted(operation for operation, _ in calls) == sorted(row.operations)


def test_there_are_rows_of_every_function_that_a_request_meets() -> None:
    """And none is built that is not measured."""
    met = {*packages().values(), "authorizer"}

    assert {row.function for row in ROWS} == set(FUNCTIONS) == met


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (replace(GET_AND_PUT, name="a lie", operations=("PutItem",)), "a lie: not"),
        (request("a refusal", {}, ("GetItem", "PutItem")), "missing_field"),
    ],
    ids=["other calls", "another status"],
)
def test_a_row_that_does_something_else_is_not_measured(
    maker: Maker, row: Row, reason: str
) -> None:
    """Whose calls are others, or whose answer has another status."""
    with pytest.raises(SystemExit, match=reason):
        maker.rehearse(row)


def test_the_others_make_the_very_calls_of_the_row(loopback: Loopback, maker: Maker) -> None:
    """Parameter by parameter; only the feedback's own id and time were minted before."""
    calls = maker.rehearse(GET_AND_PUT)
    for side in (maker.bare("bare", calls, SINGLE), maker.floor(calls, SINGLE)):
        run(side, 1, "none")

        assert loopback.calls() == calls


def test_a_tutorials_lambda_puts_the_same_feedback(loopback: Loopback, maker: Maker) -> None:
    """Into the same table, of the same inference, with the same tags."""
    [(_, ours)] = maker.rehearse(PUT)
    run(maker.tutorial(), 1, "none")
    [(operation, theirs)] = loopback.calls()

    assert (operation, theirs["TableName"]) == ("PutItem", ours["TableName"])
    for name in ("target_id", "metric_name", "value", "tags"):
        assert theirs["Item"][name] == ours["Item"][name]


def test_the_sdk_alone_makes_the_same_calls(loopback: Loopback, maker: Maker) -> None:
    """And it is loaded."""
    report = run(maker.function(GET_AND_PUT, **BY_SDK), 1, "none")

    assert report.sdk is not None
    assert [operation for operation, _ in loopback.calls()] == ["GetItem", "PutItem"]


def test_calls_of_one_size_are_put_beside_the_same_bare_sdk() -> None:
    """A large request's are put beside their own."""
    names = {row.name: bare_name(row) for row in ROWS + GROWTH}

    assert names["refusal: unknown metric"] == names[PUT.name] == "bare SDK: put_item"
    assert names["read: list of 20"] == "bare SDK: 4 query"
    assert names["batch of 25"] != names["batch of 1"]


def test_memory_is_what_lambdas_own_client_has_taken_too(maker: Maker) -> None:
    """The bare SDK takes more than the function; and what does not answer is not measured."""
    calls = maker.rehearse(PUT)
    ours, bare = (
        memory.peak(side, maker.interpreter)
        for side in (maker.function(PUT), maker.bare("bare", calls, SINGLE))
    )
    assert 10 < ours < bare

    with pytest.raises(SystemExit, match="a refusal"):
        memory.peak(maker.function(request("a refusal", {}, ())), maker.interpreter)


def test_each_side_trusts_its_own_roots_and_the_server(maker: Maker) -> None:
    """The stock SDK's bundle, and the layer's; nothing of this shell is in its environment."""
    bundle = maker.interpreter.packages / "botocore/cacert.pem"
    stock = bundle.read_text("utf-8").count("BEGIN CERTIFICATE")

    assert roots(maker.bare("b", [], SINGLE)) == roots(maker.function(ROWS[0])) == stock + 1
    assert "HOME" not in maker.function(ROWS[0]).environment


def test_the_lambda_has_the_variables_that_the_template_gives_it() -> None:
    """No more and no less: a variable may cost something."""
    given = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]

    assert FUNCTION.keys() == given.keys()


def test_the_readings_begin_when_it_is_ready_and_follow_each_request(maker: Maker) -> None:
    """Counts only grow."""
    readings = run(maker.function(ROWS[2]), 3, "calls").readings

    assert len(readings) == 4
    assert readings == sorted(set(readings))


def test_an_event_is_one_of_api_gateway() -> None:
    """The body is a text, its length is stated, and the version is 2.0."""
    made = request("a row", {"value": True}, ()).event

    assert json.loads(made["body"]) == {"value": True}
    assert made["headers"]["content-length"] == str(len(made["body"]))
    assert made["version"] == "2.0"


def test_a_warm_request_is_a_difference_over_many() -> None:
    """So that neither the start nor the first request is in it."""
    process = Process("side", sys.executable, Path("side.json"), {}, (2, 6))

    (cost,) = measure(
        [process], lambda _process, requests: 1_000 + 7 * requests, lambda _line: None
    )

    assert cost == Cost(init=1_000, first=1_007, warm=7)
    assert all(many > few > 1 for few, many in {row.times for row in ROWS + GROWTH})


def test_the_total_is_cachegrinds_summary(tmp_path: Path) -> None:
    """Its last line; a run that valgrind did not finish has none, and is not a number."""
    out = tmp_path / "out"
    out.write_text("desc: I1 cache:\nevents: Ir\nfn=main\n1 2\nsummary: 929388557\n")
    assert total(out) == 929388557

    out.write_text("desc: I1 cache:\n")
    with pytest.raises(SystemExit, match="no summary"):
        total(out)


def test_without_valgrind_python_calls_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They show what a request costs, but not what a start does: that is hardly calls."""
    monkeypatch.setenv("PATH", str(tmp_path))

    chosen = choose()

    assert chosen.count is meter.calls
    dear = Result("metric", 1, Cost(init=9e9, first=9e9, warm=1), BARE, METRIC)
    assert not dear.missed(chosen)
    assert dear.missed(METER)


@pytest.mark.parametrize(
    ("cost", "memory", "aims", "missed"),
    [
        (Cost(init=900e6, first=360e6, warm=1_350e3), 30, METRIC, False),
        (Cost(init=900e6, first=361e6, warm=1_350e3), 30, METRIC, True),
        (Cost(init=900e6, first=360e6, warm=1_351e3), 30, METRIC, True),
        (Cost(init=1_100e6, first=300e6, warm=1_000e3), 30, METRIC, False),
        (Cost(init=900e6, first=360e6, warm=1_350e3), 30.1, METRIC, True),
        (Cost(init=9e9, first=9e9, warm=9e9), 99, None, False),
    ],
    ids=["within", "a dear start", "a dear request", "a cheap first answer", "memory", "no aims"],
)
def test_a_row_misses_its_aims_by_its_first_answer_or_its_warm_request(
    cost: Cost, memory: float, aims: Aims | None, missed: bool
) -> None:
    """At most 0.3 of the first answer, 0.27 of a warm request, and 30 MiB; some have no aims."""
    result = Result("metric", 1, cost, BARE, aims, memory)

    assert result.missed(METER) == missed
    assert ("MISSED" in table("Instructions", [result], METER)) == missed
    assert ("MISSED by metric" in verdict([result], METER)) == missed


def test_the_table_has_counts_and_ratios() -> None:
    """In the meter's units."""
    cost = Cost(init=900e6, first=960e6, warm=4_000e3)

    line = table("Instructions", [Result("a", 2, cost, BARE, None, 25.3)], METER).splitlines()[-1]

    assert line.split() == [
        "a",
        *["900.0", "0.900", "960.0", "0.800", "4000.0", "0.800", "25.3", "2"],
    ]


def test_growth_is_what_one_part_more_costs() -> None:
    """The difference of a large request and a small one, by how many parts more it has."""
    rows = {"batch of 1": 1_000e3, "batch of 25": 13_000e3}
    results = [Result(name, 2, Cost(1, 1, warm), BARE) for name, warm in rows.items()]

    assert growth(results, METER).splitlines()[1:] == [f"  {'an element, of 25':28}{500.0:8.1f} k"]


def test_the_document_has_the_numbers_as_they_were_counted() -> None:
    """To compare two runs."""
    (line,) = document(METER, [Result("metric", 1, BARE, BARE)])["rows"]

    assert line["cost"] == {"init": 1_000e6, "first": 1_200e6, "warm": 5_000e3}
    assert line["ratio"] == {"init": 1, "first": 1, "warm": 1}


def test_the_plot_has_every_part_with_its_share() -> None:
    """In light and in dark; whatever a part is called."""
    parts = {"first": {"Python": 3_000_000, "ours": 1_000_000}, "warm": {"send & receive": 5_000}}

    drawn = plot.draw(parts, "CPython")

    assert "3.0 M, 75.0 %" in drawn
    assert "send &amp; receive" in drawn
    assert "prefers-color-scheme: dark" in drawn
