"""The benchmark: what its numbers are made of, and a gate on them that needs no valgrind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bench import meter
from benchmarks.bench.artefact import CONFIGURATION, ROOT, Artefact
from benchmarks.bench.loopback import Loopback, running
from benchmarks.bench.meter import AIMS, FEW, MANY, Cost, Meter, choose, measure, total
from benchmarks.bench.process import Process, run
from benchmarks.bench.report import Result, document, table, verdict
from benchmarks.bench.scenario import RECORDED, ROWS, Row, event
from benchmarks.bench.sides import FUNCTION, STOCK, Maker, roots
from tests.support.template import TEMPLATE

METER = Meter("instructions", lambda _process, _requests: 0, ("M", 1e6), ("k", 1e3), AIMS)
FLOOR = Cost(init=1_000e6, first=1_200e6, warm=5_000e3)


@pytest.fixture(scope="module")
def loopback(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loopback]:
    """Run the server, with the target that the benchmark gives feedback to."""
    with running(RECORDED, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def maker(loopback: Loopback, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Make the two sides out of the sources and this environment's packages: nothing is built."""
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
    artefact = Artefact(ROOT / "functions", STOCK, configurations)
    return Maker(artefact, loopback, "https", folder)


def calls_of_a_warm_request(process: Process) -> int:
    """Count the Python calls of the last of a few requests."""
    *_, before, after = run(process, 5, "calls").readings
    return after - before


@pytest.mark.parametrize("row", [row for row in ROWS if row.operations], ids=lambda row: row.name)
def test_a_warm_request_makes_a_tenth_of_the_bare_sdks_python_calls(maker: Maker, row: Row) -> None:
    """Its rules and its calls of DynamoDB, beside the same calls by the SDK: 0.05 to 0.08 of them.

    The Lambda does not load the SDK.
    """
    calls = maker.rehearse(row)

    ratio = calls_of_a_warm_request(maker.function(row)) / calls_of_a_warm_request(
        maker.floor(calls)
    )

    assert ratio <= 0.1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_request_makes_its_calls_of_dynamodb_and_no_other(maker: Maker, row: Row) -> None:
    """One without target validation, two with it, none for a refusal."""
    calls = maker.rehearse(row)

    assert tuple(operation for operation, _ in calls) == row.operations


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Row("a lie", ROWS[1].body, ("PutItem",)), "a lie: not"),
        (Row("a refusal", {}, ("GetItem", "PutItem")), "missing_field"),
    ],
    ids=["other calls", "another status"],
)
def test_a_row_that_does_something_else_is_not_measured(
    maker: Maker, row: Row, reason: str
) -> None:
    """Whose calls are others, or whose answer has another status."""
    with pytest.raises(SystemExit, match=reason):
        maker.rehearse(row)


def test_the_floor_makes_the_very_calls_of_the_row(loopback: Loopback, maker: Maker) -> None:
    """Parameter by parameter; only the feedback's own id and time were minted before."""
    calls = maker.rehearse(ROWS[1])
    run(maker.floor(calls), 1, "none")

    assert loopback.calls() == calls


def test_each_side_trusts_its_own_roots_and_the_server(maker: Maker) -> None:
    """The stock SDK's bundle, and the layer's; nothing of this shell is in its environment."""
    stock = (STOCK / "botocore/cacert.pem").read_text("utf-8").count("BEGIN CERTIFICATE")

    assert roots(maker.floor([])) == roots(maker.function(ROWS[0])) == stock + 1
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
    made = event(Row("a row", {"value": True}, ()))

    assert json.loads(made["body"]) == {"value": True}
    assert made["headers"]["content-length"] == str(len(made["body"]))
    assert made["version"] == "2.0"


def test_a_warm_request_is_a_difference_over_many() -> None:
    """So that neither the start nor the first request is in it."""
    process = Process("side", Path("side.json"), {})

    (cost,) = measure(
        [process], lambda _process, requests: 1_000 + 7 * requests, lambda _line: None
    )

    assert cost == Cost(init=1_000, first=1_007, warm=7)
    assert MANY > FEW > 1


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
    assert "first" not in verdict([], chosen)


@pytest.mark.parametrize(
    ("cost", "aims", "missed"),
    [
        (Cost(init=900e6, first=360e6, warm=1_350e3), AIMS, False),
        (Cost(init=900e6, first=361e6, warm=1_350e3), AIMS, True),
        (Cost(init=900e6, first=360e6, warm=1_351e3), AIMS, True),
        (Cost(init=1_100e6, first=300e6, warm=1_000e3), AIMS, False),
        (Cost(init=9e9, first=9e9, warm=9e9), None, False),
    ],
    ids=["within", "a dear start", "a dear request", "a cheap first answer", "no aims"],
)
def test_a_row_misses_its_aims_by_its_first_answer_or_its_warm_request(
    cost: Cost, aims: Cost | None, missed: bool
) -> None:
    """At most 0.3 of the first answer, and 0.27 of a warm request; a refusal has no aims."""
    result = Result("metric", 1, cost, FLOOR, aims)

    assert result.missed == missed
    assert ("MISSED" in table("Instructions", [result], METER)) == missed
    assert ("MISSED by metric" in verdict([result], METER)) == missed


def test_the_table_has_counts_and_ratios() -> None:
    """In the meter's units."""
    cost = Cost(init=900e6, first=960e6, warm=4_000e3)

    line = table("Instructions", [Result("metric", 2, cost, FLOOR)], METER).splitlines()[-1]

    assert line.split() == ["metric", "900.0", "0.900", "960.0", "0.800", "4000.0", "0.800", "2"]


def test_the_document_has_the_numbers_as_they_were_counted() -> None:
    """To compare two runs."""
    written = document(METER, {"https": [Result("metric", 1, FLOOR, FLOOR)]})

    (line,) = written["transports"]["https"]
    assert line["cost"] == {"init": 1_000e6, "first": 1_200e6, "warm": 5_000e3}
    assert line["ratio"] == {"init": 1, "first": 1, "warm": 1}
